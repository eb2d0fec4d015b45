import { type Hold, overlap, presentUntilMs, type Section } from './hold.ts'
import { type Expected, riskOfMoreThan, type ShowRate } from './overbooking.ts'

/** A lot whose bays are alike: a hospital's. Some are protected, some are given ahead, the rest by the count of the day. */
export interface Pool {
  /** Bays in service. */
  capacity: number
  protectedBays: { emergency: number; disabled: number }
  /** Of the bays that are not protected, how many are given before the day's count is known. */
  advanceBays: number
  /** Vehicles in the lot by the count at its gates. */
  occupied: number
  /** Holds that begin before this are given by the count. */
  rollingUntilMs: number
  /** Highest chance that more come than there are bays, at any instant; 0: no overbooking. */
  risk: number
  /** Undefined: not enough has been seen of the group, its people are taken to come for certain. */
  showRate(group: string): ShowRate | undefined
}

/** Sections that a hold may use, in order: its own first, then the general one. */
export const sectionsOf = ({ need }: Hold): Section[] => (need === 'ordinary' ? ['general'] : [need, 'general'])

/** The section of a bay's name: `D1`, `E1`, or a number. */
export const sectionOf = (bay: string | null): Section =>
  bay?.startsWith('D') ? 'disabled' : bay?.startsWith('E') ? 'emergency' : 'general'

export const bayName = (section: Section, number: number): string =>
  section === 'general' ? `${number}` : `${section === 'disabled' ? 'D' : 'E'}${number}`

/**
 * How many bays of a section holds that begin at an instant may take. Vehicles without a reservation may stand anywhere
 * but in protected bays, so the general section shrinks as they come and grows as they leave.
 *
 * @param arrived of the vehicles in the lot, how many have a reservation
 */
export function bayLimit(pool: Pool, section: Section, beginMs: number, arrived: number): number {
  if (section !== 'general') return pool.protectedBays[section]
  const general = generalBays(pool)
  if (beginMs > pool.rollingUntilMs) return Math.min(pool.advanceBays, general)
  const others = Math.max(0, pool.occupied - arrived)
  return Math.max(0, general - others)
}

export const arrivedOf = (held: readonly Hold[]): number => held.filter(({ state }) => state === 'arrived').length

/** Bays that are nobody's: never more than this are given to ordinary vehicles, whatever the count says. */
const generalBays = ({ capacity, protectedBays: { emergency, disabled } }: Pool): number =>
  Math.max(0, capacity - emergency - disabled)

/**
 * Whether one more hold fits into a section for all of its time: at the most risky instant the chance that more come than
 * there are bays is within the pool's risk. Where holds do not exceed bays that chance is 0.
 *
 * @param held everything that is held in the lot
 */
export function fits(pool: Pool, section: Section, hold: Hold, held: readonly Hold[], nowMs: number): boolean {
  const limit = bayLimit(pool, section, hold.fromMs, arrivedOf(held))
  const beside = held
    .filter((other) => other.id !== hold.id && other.section === section)
    .filter((other) => overlap({ fromMs: other.fromMs, untilMs: presentUntilMs(other, nowMs) }, hold))
    .map((other) => ({ ...other, untilMs: presentUntilMs(other, nowMs) }))
  // The number of holds rises only where one begins.
  const instants = [hold.fromMs, ...beside.map(({ fromMs }) => fromMs).filter((fromMs) => fromMs > hold.fromMs)]
  return [...new Set(instants)].every((atMs) => {
    const there = [hold, ...beside.filter(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs)]
    if (there.length <= limit) return true
    // Protected bays are promised to those who cannot do without: never overbooked.
    return section === 'general' && limit > 0 && riskAt(pool, limit, there) <= pool.risk
  })
}

/** The chance that of these more come than there are bays. */
function riskAt(pool: Pool, bays: number, there: readonly Hold[]): number {
  if (pool.risk === 0) return 1
  const { certain, groups } = expectedAt(pool, there)
  return riskOfMoreThan(bays, certain, groups)
}

/** Holds by how surely their people come. */
export function expectedAt(pool: Pool, there: readonly Hold[]): { certain: number; groups: Expected[] } {
  const groups = new Map<string, Expected>()
  let certain = 0
  for (const { state, showGroup } of there) {
    const rate = state === 'arrived' || showGroup === '' ? undefined : pool.showRate(showGroup)
    if (!rate) certain++
    else groups.set(showGroup, { holds: (groups.get(showGroup)?.holds ?? 0) + 1, rate })
  }
  return { certain, groups: [...groups.values()] }
}
