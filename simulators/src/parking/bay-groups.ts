import { ordinaryWeeks, type RecordedStay, recordedWeeks, weekMin } from './recorded-stays.ts'

/** A longer stay would reach past the next week; two in a hundred thousand do. */
export const longestStayMin = 6 * 1440

/** The stays of one bay that begin in one recorded week, in order, apart; minutes count from the week's Monday. */
export type BayWeek = readonly RecordedStay[]

/** Bays that were busy together: stays of one recorded lot laid onto a number of bays. */
export interface BayGroup {
  /** `[bay][recorded week]` */
  bays: readonly (readonly BayWeek[])[]
  /** Arrivals that found no free bay. */
  turnedAway: number
}

/**
 * Lays the stays of a recorded lot onto bays: each car takes the first free one, and turns away when there is none.
 *
 * @param stays in order of arrival
 */
export function layOntoBays(stays: readonly RecordedStay[], bays: number): BayGroup {
  const freeFrom = new Array<number>(bays).fill(Number.NEGATIVE_INFINITY)
  const timelines = freeFrom.map(() => Array.from({ length: recordedWeeks }, (): RecordedStay[] => []))
  let turnedAway = 0
  for (const { arrival, departure } of stays) {
    if (departure - arrival > longestStayMin) continue
    const bay = freeFrom.findIndex((free) => free <= arrival)
    if (bay === -1) {
      turnedAway++
      continue
    }
    freeFrom[bay] = departure
    const week = Math.floor(arrival / weekMin)
    const monday = week * weekMin
    timelines[bay]?.[week]?.push({ arrival: arrival - monday, departure: departure - monday })
  }
  return { bays: timelines, turnedAway }
}

/**
 * The number of bays that is enough for all but one minute in twenty: a replay onto so many fills up at busy hours, as
 * lots do, without turning many away.
 */
export function busyBays(stays: readonly RecordedStay[]): number {
  const changes = stays
    .flatMap(({ arrival, departure }) => [
      { at: arrival, change: 1 },
      { at: departure, change: -1 },
    ])
    .toSorted((a, b) => a.at - b.at || a.change - b.change)
  const minutesAt: number[] = []
  let level = 0
  for (const [i, { at, change }] of changes.entries()) {
    level += change
    const until = changes[i + 1]?.at ?? at
    if (ordinaryWeeks.includes(Math.floor(at / weekMin))) minutesAt[level] = (minutesAt[level] ?? 0) + until - at
  }
  const total = minutesAt.reduce((sum, minutes) => sum + (minutes ?? 0), 0)
  let seen = 0
  for (const [bays, minutes] of minutesAt.entries()) {
    seen += minutes ?? 0
    if (seen >= 0.95 * total) return Math.max(1, bays)
  }
  return 1
}
