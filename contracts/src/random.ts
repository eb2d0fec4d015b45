/** A seeded source of numbers: the same seed gives the same run on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [0, below). */
  integer(below: number): number
  pick<T>(items: readonly T[]): T
  /** An independent stream that depends only on this generator's seed and the label, not on what was drawn so far. */
  fork(label: string): Random
}

/** FNV-1a over UTF-16 code units, 32 bit. */
function hash(text: string, basis = 0x811c9dc5): number {
  let h = basis
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}

/** mulberry32 (Tommy Ettinger, public domain): 32 bits of state, enough for simulation, not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const integer = (below: number) => Math.floor(next() * below)
  return {
    next,
    integer,
    pick: (items) => {
      if (items.length === 0) throw new RangeError('pick: items is empty; give at least one')
      return items[integer(items.length)] as (typeof items)[number]
    },
    fork: (label) => seededRandom(hash(label, seed >>> 0)),
  }
}
