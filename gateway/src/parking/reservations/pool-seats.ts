import { type Hold, overlap, presentUntilMs } from './hold.ts'
import { arrivedOf, bayLimit, bayName, type Pool } from './pool.ts'

/**
 * Gives the holds of a pool their bays: in order of time each gets the bay that it had, else the lowest that is
 * free, if possible none that another one had. As many
 * bays as holds at the busiest instant are enough (interval partitioning), so whoever is without one is overbooked. Bays
 * of vehicles that have arrived do not change; others may, until they come.
 *
 * @param held in one lot
 * @returns bay by hold; null: none is free for all of its time
 */
export function seatPool(pool: Pool, held: readonly Hold[], nowMs: number): Map<string, string | null> {
  const seated = new Map<string, string | null>()
  const taken = new Map<string, { fromMs: number; untilMs: number }[]>()
  const isFree = (bay: string, span: { fromMs: number; untilMs: number }) =>
    !taken.get(bay)?.some((other) => overlap(other, span))
  const arrived = arrivedOf(held)
  for (const hold of held.toSorted(bySeating)) {
    const span = { fromMs: hold.fromMs, untilMs: presentUntilMs(hold, nowMs) }
    const kept = hold.bay !== null && isFree(hold.bay, span)
    const bay = kept ? hold.bay : newBay(pool, hold, arrived, (name) => isFree(name, span), wantedBy(held, span))
    seated.set(hold.id, bay)
    if (bay === null) continue
    const spans = taken.get(bay)
    if (spans) spans.push(span)
    else taken.set(bay, [span])
  }
  return seated
}

/** Who stands in a bay first: it cannot be moved. */
const bySeating = (a: Hold, b: Hold): number =>
  Number(b.state === 'arrived') - Number(a.state === 'arrived') || a.fromMs - b.fromMs || a.seq - b.seq

/** Bays that others have at that time. */
const wantedBy = (held: readonly Hold[], span: { fromMs: number; untilMs: number }): ReadonlySet<string> =>
  new Set(held.flatMap((other) => (other.bay !== null && overlap(other, span) ? other.bay : [])))

/** The lowest free bay that nobody else had, else the lowest free one; null: none. */
function newBay(
  pool: Pool,
  hold: Hold,
  arrived: number,
  isFree: (bay: string) => boolean,
  wanted: ReadonlySet<string>,
): string | null {
  const limit = bayLimit(pool, hold.section, hold.fromMs, arrived)
  let second: string | null = null
  for (let number = 1; number <= limit; number++) {
    const bay = bayName(hold.section, number)
    if (!isFree(bay)) continue
    if (!wanted.has(bay)) return bay
    second ??= bay
  }
  return second
}
