import type { PlateColour, TariffDocument, VehicleClass } from '@clearway/contracts'

type Document = TariffDocument
type VehicleRule = NonNullable<Document['vehicles']>[number]

/** What is known of the vehicle, as far as tariffs ask for it. */
export interface RatedVehicle {
  vehicleClass?: VehicleClass | undefined
  plateColour?: PlateColour | undefined
  /** Lists that its plate is on. */
  plateLists?: readonly string[] | undefined
}

/** Started blocks of one price. */
export interface Tier {
  rule: 'first' | 'step' | 'further' | 'window'
  source: string
  /** Where it ends, minutes from the beginning of the charged time; the last one never does. */
  untilMin: number
  /** Length of a block; 0: one block, however long. */
  everyMin: number
  amountFen: number
}

export interface WindowRules {
  tiers: readonly Tier[]
  capFen: number
  capSource: string
}

/** A cap and where it stands; Infinity: none. */
export interface CapRule {
  fen: number
  source: string
}

/** A document as it applies to one vehicle, with everything that may be left out filled in. */
export interface Rules {
  document: Document
  free: { withinMin: number; kind: 'threshold' | 'allowance'; inclusive: boolean; timesPer24h: number; source: string }
  /** Of the whole stay; with windows the first block alone, or nothing. */
  tiers: readonly Tier[]
  /** Empty: one price at all times. */
  windows: readonly WindowRules[]
  windowTimes: NonNullable<Document['windows']>
  blockClock: 'window' | 'entry'
  roundOnce: boolean
  cap24h: CapRule
  capDay: CapRule
  capEntries: CapRule
  after24h: NonNullable<Document['after24h']>
  timeZone: string
}

/** The zone of documents that name none. */
const defaultTimeZone = 'Asia/Shanghai'

/** Whether a vehicle meets every condition. */
export function meets(when: VehicleRule['when'], vehicle: RatedVehicle): boolean {
  const among = <T>(wanted: readonly T[] | undefined, given: readonly (T | undefined)[]) =>
    wanted === undefined || given.some((value) => value !== undefined && wanted.includes(value))
  return (
    among(when.vehicleClass, [vehicle.vehicleClass]) &&
    among(when.plateColour, [vehicle.plateColour]) &&
    among(when.plateList, vehicle.plateLists ?? [])
  )
}

const known = new WeakMap<Document, (Rules | undefined)[]>()

/** The rules for a vehicle: those of the first entry of `vehicles` that it meets, else those for all. */
export function rulesFor(document: Document, vehicle: RatedVehicle): Rules {
  const index = document.vehicles?.findIndex(({ when }) => meets(when, vehicle)) ?? -1
  let ofDocument = known.get(document)
  if (!ofDocument) {
    ofDocument = []
    known.set(document, ofDocument)
  }
  ofDocument[index + 1] ??= rulesOf(document, index)
  return ofDocument[index + 1] as Rules
}

const priceFields = ['first', 'steps', 'further', 'windows'] as const
const ownFields = ['free', 'capPer24hFen', 'capPerDayFen', 'capAcrossEntriesFen'] as const

/**
 * The document with one of its vehicle rules in place. First block, steps, further blocks and windows go together: a rule
 * that names one of them replaces all four.
 *
 * @param index of the rule; −1: none
 * @returns the prices that hold, and where each stands
 */
export function pricesFor(document: Document, index: number) {
  const rule = document.vehicles?.[index]
  const prefix = rule ? `vehicles.${index}.` : ''
  const ownPrices = rule !== undefined && priceFields.some((field) => rule[field] !== undefined)
  const sources: Record<string, string> = {}
  const prices = {} as Pick<Document, (typeof priceFields)[number] | (typeof ownFields)[number]>
  for (const field of [...priceFields, ...ownFields]) {
    const own = (priceFields as readonly string[]).includes(field) ? ownPrices : rule?.[field] !== undefined
    sources[field] = own ? prefix + field : field
    Object.assign(prices, { [field]: own ? rule?.[field] : document[field] })
  }
  return { prices, sources: sources as Record<(typeof priceFields)[number] | (typeof ownFields)[number], string> }
}

function rulesOf(document: Document, index: number): Rules {
  const { prices, sources } = pricesFor(document, index)
  const { windows = [], free, capPer24hFen } = prices
  const cap = (fen: number | null | undefined, source: string): CapRule => ({
    fen: fen ?? Number.POSITIVE_INFINITY,
    source,
  })
  return {
    document,
    free: {
      withinMin: free?.withinMin ?? 0,
      kind: free?.kind ?? 'threshold',
      inclusive: free?.inclusive ?? true,
      timesPer24h: free?.timesPer24h ?? Number.POSITIVE_INFINITY,
      source: sources.free,
    },
    tiers: tiersOf(prices, sources.first.replace(/first$/, ''), 'further'),
    windows: windows.map((window, i) => ({
      tiers: tiersOf(window, `${sources.windows}.${i}.`, 'window'),
      capFen: window.capFen ?? Number.POSITIVE_INFINITY,
      capSource: `${sources.windows}.${i}.capFen`,
    })),
    windowTimes: windows,
    blockClock: document.blocks?.clock ?? 'window',
    roundOnce: document.blocks?.rounding === 'once',
    cap24h: cap(capPer24hFen, sources.capPer24hFen),
    capDay: cap(prices.capPerDayFen, sources.capPerDayFen),
    capEntries: cap(prices.capAcrossEntriesFen, sources.capAcrossEntriesFen),
    after24h: document.after24h ?? (windows.length > 0 && capPer24hFen == null ? 'ignore' : 'continue'),
    timeZone: document.timeZone ?? defaultTimeZone,
  }
}

function tiersOf(
  { first, steps = [], further }: Pick<Document, 'first' | 'steps' | 'further'>,
  prefix: string,
  rule: 'further' | 'window',
): Tier[] {
  const tiers: Tier[] = []
  if (first) tiers.push({ rule: 'first', source: `${prefix}first`, everyMin: 0, ...first })
  for (const [i, step] of steps.entries()) tiers.push({ rule: 'step', source: `${prefix}steps.${i}`, ...step })
  if (further) tiers.push({ rule, source: `${prefix}further`, untilMin: Number.POSITIVE_INFINITY, ...further })
  return tiers
}
