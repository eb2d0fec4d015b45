import { createHash } from 'node:crypto'

/** Numbers from here on are wall-clock times, ms; those between this and `upFromMs` are steady times. */
const wallFromMs = 1e12
const upFromMs = 5e8

/** What makes two states one although they differ in numbers that only count on. */
export interface Likeness {
  nowMs: number
  upMs: number
  /** Of `Class.field`: not part of the state. */
  ignored: ReadonlySet<string>
  /** What a number stands for: the same for two that make no difference. */
  amount: (value: number, field: string, owner: object) => number
  /** Entries of maps that nobody will ask for again: not part of the state. */
  gone: (key: unknown, value: unknown) => boolean
  rename: (text: string) => string
}

/** A deep copy, prototypes and cross references included; what is in `shared` never changes and is not copied. */
export function copyOf<T>(value: T, shared: ReadonlySet<object>): T {
  const seen = new Map<object, object>()
  const copy = (from: unknown): unknown => {
    if ((typeof from !== 'object' && typeof from !== 'function') || from === null || shared.has(from)) return from
    if (typeof from === 'function') throw new TypeError(`${from} in a state cannot be copied with what it closes over`)
    const known = seen.get(from)
    if (known) return known
    if (Array.isArray(from)) {
      const to: unknown[] = []
      seen.set(from, to)
      for (const item of from) to.push(copy(item))
      return to
    }
    if (from instanceof Map) {
      const to = new Map()
      seen.set(from, to)
      for (const [key, item] of from) to.set(copy(key), copy(item))
      return to
    }
    if (from instanceof Set) {
      const to = new Set()
      seen.set(from, to)
      for (const item of from) to.add(copy(item))
      return to
    }
    const to = Object.create(Object.getPrototypeOf(from)) as Record<string, unknown>
    seen.set(from, to)
    for (const key in from as Record<string, unknown>) to[key] = copy((from as Record<string, unknown>)[key])
    return to
  }
  return copy(value) as T
}

/** Everything reachable from a value, for `shared`. */
export function reachable(value: unknown, found = new Set<object>()): Set<object> {
  if (typeof value !== 'object' || value === null || found.has(value)) return found
  found.add(value)
  const inside = value instanceof Map ? [...value.keys(), ...value.values()] : Object.values(value)
  for (const item of inside) reachable(item, found)
  return found
}

/** 120 bits over the whole state: equal for two states that cannot be told apart by what follows. */
export function fingerprint(value: object, shared: ReadonlySet<object>, likeness: Likeness): string {
  const places = new Map<object, number>()
  let text = ''
  const write = (item: unknown, owner: object, key: string) => {
    if (typeof item === 'number') {
      const amount = likeness.amount(item, key, owner)
      if (amount >= wallFromMs && amount < Number.POSITIVE_INFINITY) text += `w${amount - likeness.nowMs},`
      else if (amount >= upFromMs && amount < Number.POSITIVE_INFINITY) text += `u${amount - likeness.upMs},`
      else text += `${amount},`
    } else if (typeof item === 'string') text += `${likeness.rename(item)},`
    else if (typeof item === 'object' && item !== null) walk(item)
    else if (typeof item !== 'function') text += `${item},`
  }
  const walk = (item: object) => {
    if (shared.has(item)) return
    const place = places.get(item)
    if (place !== undefined) {
      text += `@${place},`
      return
    }
    places.set(item, places.size)
    if (Array.isArray(item)) {
      text += '['
      for (const part of item) write(part, item, '')
    } else if (item instanceof Map) {
      text += '('
      for (const [key, part] of item) {
        if (likeness.gone(key, part)) continue
        write(key, item, '')
        write(part, item, '')
      }
    } else if (item instanceof Set) {
      text += '<'
      for (const part of item) write(part, item, '')
    } else {
      text += '{'
      const name = item.constructor.name
      for (const key in item) {
        if (likeness.ignored.has(`${name}.${key}`)) continue
        write((item as Record<string, unknown>)[key], item, key)
      }
    }
    text += ';'
  }
  walk(value)
  return createHash('md5').update(text).digest('base64').slice(0, 20)
}
