import { drop, type ImportReport, note } from '../import-report.ts'
import { noLimits, type PhysicalLimits } from '../physical-limits.ts'
import type { Tags } from './extract.ts'

const METRES_PER_FOOT = 0.3048
const INCHES_PER_FOOT = 12

/** In the order in which they count: what was measured before what a sign says. */
const keys: readonly (readonly [keyof PhysicalLimits, readonly string[], (value: string) => number | undefined])[] = [
  ['heightM', ['maxheight:physical', 'maxheight'], metres],
  ['widthM', ['maxwidth:physical', 'maxwidth'], metres],
  ['weightT', ['maxweight'], tons],
  ['axleLoadT', ['maxaxleload'], tons],
]

/** Values that say there is no limit of its own: nothing is signed, or only what the law says of every vehicle. */
const unlimited: ReadonlySet<string> = new Set(['none', 'no', 'default', 'unsigned', 'no_sign', 'no_indications'])

/** The physical limits that the tags of a way or node set in one direction. A value that cannot be read is none. */
export function limitsOf(tags: Tags, toward: 'forward' | 'backward'): PhysicalLimits {
  let limits: PhysicalLimits | undefined
  for (const [limit, names, read] of keys) {
    for (const key of names) {
      const value = tags[`${key}:${toward}`] ?? tags[key]
      const number = value === undefined ? undefined : read(value)
      if (number === undefined) continue
      limits ??= { ...noLimits }
      limits[limit] = number
      break
    }
  }
  return limits ?? noLimits
}

/** Reports the limits of a way or node that cannot be read, or hold only at some hours or for some vehicles. */
export function reportUnreadLimits(tags: Tags, report: ImportReport): void {
  for (const [, names, read] of keys) {
    for (const key of names) {
      for (const tagged of [key, `${key}:forward`, `${key}:backward`]) {
        const value = tags[tagged]
        if (value === undefined || read(value) !== undefined) continue
        drop(report, `limits: ${key} not understood`)
        note(report, `${tagged} "${value}" is no measure; taken as no limit`)
      }
      if (tags[`${key}:conditional`]) drop(report, `limits: ${key} under a condition`)
    }
  }
}

/** Whether the tags say how high the way is, be it that there is no limit. */
export const statesHeight = (tags: Tags): boolean =>
  [tags['maxheight:physical'], tags.maxheight, tags['maxheight:forward'], tags['maxheight:backward']].some(
    (value) => value !== undefined && metres(value) !== undefined,
  )

/** Metres of a `maxheight` or `maxwidth`: number, `m`, `cm`, feet and inches; Infinity for none, `undefined` if unreadable. */
export function metres(value: string): number | undefined {
  const text = value.trim().toLowerCase().replaceAll('′', "'").replaceAll('″', '"').replace("''", '"')
  if (unlimited.has(text)) return Number.POSITIVE_INFINITY
  const metric = /^(\d+(?:[.,]\d+)?)\s*(m|metres?|meters?|cm)?$/.exec(text)
  if (metric) return positive(decimal(metric[1]!) / (metric[2] === 'cm' ? 100 : 1))
  const imperial =
    /^(?:(\d+(?:\.\d+)?)\s*(?:'|ft\.?|feet|foot))?\s*(?:(\d+(?:\.\d+)?)\s*(?:"|in\.?|inch(?:es)?))?$/.exec(text)
  if (!imperial || text === '') return undefined
  return positive((Number(imperial[1] ?? 0) + Number(imperial[2] ?? 0) / INCHES_PER_FOOT) * METRES_PER_FOOT)
}

const tonsPerUnit: Readonly<Record<string, number>> = {
  t: 1,
  ton: 1,
  tons: 1,
  tonnes: 1,
  kg: 0.001,
  st: 0.90718474,
  lt: 1.0160469088,
  lb: 0.00045359237,
  lbs: 0.00045359237,
  cwt: 0.05080234544,
}

/** Metric tons of a `maxweight` or `maxaxleload`: number, `t`, `kg`, `st` (short), `lt` (long), `lbs`, `cwt`. */
export function tons(value: string): number | undefined {
  const text = value.trim().toLowerCase()
  if (unlimited.has(text)) return Number.POSITIVE_INFINITY
  const match = /^(\d+(?:[.,]\d+)?)\s*([a-z]*)$/.exec(text)
  const factor = match && (match[2] === '' ? 1 : tonsPerUnit[match[2]!])
  return factor ? positive(decimal(match[1]!) * factor) : undefined
}

const decimal = (text: string): number => Number(text.replace(',', '.'))

const positive = (number: number): number | undefined => (number > 0 ? number : undefined)
