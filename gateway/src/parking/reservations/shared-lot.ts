import type { OwnerBay } from '@clearway/contracts'
import { type Hold, overlap, presentUntilMs } from './hold.ts'
import { ownerSpans } from './owner-windows.ts'

/** A lot whose bays belong to owners, each with times of its own. */
export interface SharedLot {
  bays: readonly OwnerBay[]
  /** A stay ends so long before the owner needs the bay, ms. */
  returnMarginMs: number
  zone: string
  /** Vehicles that may still come in now by the count at the gates. */
  vacant: number
  /** Surcharge for each span begun after the end of a stay. */
  overrun?: { everyMin: number; amountFen: number } | undefined
  /** Holds that begin before this also need a vacant bay by the count. */
  rollingUntilMs: number
}

/** An owner is looked for so far ahead: of two bays that fit, the one that its owner needs sooner is given. */
const lookAheadMs = 24 * 3_600_000

/**
 * The bay for a hold: nobody else holds it in that time, and its owner does not need it before the margin after it. Of
 * several the one whose owner needs it soonest, so that bays with much time stay for long stays.
 *
 * @param held in this lot, in any order
 * @returns its name; undefined: none
 */
export function freeBay(lot: SharedLot, hold: Hold, held: readonly Hold[], nowMs: number): string | undefined {
  const others = held.filter(({ id }) => id !== hold.id)
  const onTheWay = others.filter(({ state, fromMs }) => state === 'booked' && fromMs <= lot.rollingUntilMs).length
  const comesSoon = hold.state !== 'arrived' && hold.fromMs <= lot.rollingUntilMs
  if (comesSoon && lot.vacant - onTheWay <= 0) return undefined
  let best: { bay: string; ownerMs: number } | undefined
  for (const { bay, windows } of lot.bays) {
    if (!isFree(bay, hold, others, nowMs)) continue
    const ownerMs = nextOwner(windows, lot, hold)
    if (ownerMs !== undefined && (!best || ownerMs < best.ownerMs)) best = { bay, ownerMs }
  }
  return best?.bay
}

/** Whether a hold still fits the bay that it has: its owner's times may have been changed, its last vehicle may not leave. */
export function stillFits(lot: SharedLot, hold: Hold, held: readonly Hold[], nowMs: number): boolean {
  const own = lot.bays.find(({ bay }) => bay === hold.bay)
  const others = held.filter(({ id, state, seq }) => id !== hold.id && (state === 'arrived' || seq < hold.seq))
  return own !== undefined && isFree(own.bay, hold, others, nowMs) && nextOwner(own.windows, lot, hold) !== undefined
}

/**
 * The bay of each hold. Who came while the last vehicle still stood there gets another one, as soon as one is free.
 *
 * @param held in this lot
 */
export function seatShared(lot: SharedLot, held: readonly Hold[], nowMs: number): Map<string, string | null> {
  const seated = new Map(held.map((hold) => [hold.id, hold]))
  const stood = new Set<string>()
  const arrived = held.filter(({ state }) => state === 'arrived')
  for (const hold of arrived.toSorted((a, b) => a.fromMs - b.fromMs || a.seq - b.seq)) {
    const bay =
      hold.bay !== null && !stood.has(hold.bay)
        ? hold.bay
        : (freeBay(
            lot,
            { ...hold, fromMs: nowMs, untilMs: presentUntilMs(hold, nowMs) },
            [...seated.values()],
            nowMs,
          ) ?? null)
    seated.set(hold.id, { ...hold, bay })
    if (bay !== null) stood.add(bay)
  }
  return new Map([...seated].map(([id, { bay }]) => [id, bay]))
}

const isFree = (bay: string, hold: Hold, others: readonly Hold[], nowMs: number): boolean =>
  !others.some(
    (other) => other.bay === bay && overlap({ fromMs: other.fromMs, untilMs: presentUntilMs(other, nowMs) }, hold),
  )

/** A bay for the owner whose own one is overrun, for as long as he needs it; undefined: none, or he does not need it now. */
export function alternativeBay(
  lot: SharedLot,
  overrunning: Hold,
  held: readonly Hold[],
  nowMs: number,
): string | undefined {
  const own = lot.bays.find(({ bay }) => bay === overrunning.bay)
  const [needed] = own ? ownerSpans(own.windows, { fromMs: nowMs, untilMs: nowMs + lookAheadMs }, lot.zone) : []
  if (!needed) return undefined
  const owner: Hold = { ...overrunning, id: '', state: 'waiting', fromMs: nowMs, untilMs: needed.untilMs }
  return freeBay({ ...lot, returnMarginMs: 0 }, owner, held, nowMs)
}

/** When the owner next needs the bay after a hold; undefined: during it, or too soon after. */
function nextOwner(windows: OwnerBay['windows'], { returnMarginMs, zone }: SharedLot, hold: Hold): number | undefined {
  const freeUntilMs = hold.untilMs + returnMarginMs
  const search = { fromMs: hold.fromMs, untilMs: freeUntilMs + lookAheadMs }
  const [next] = ownerSpans(windows, search, zone)
  if (!next) return search.untilMs
  return next.fromMs < freeUntilMs ? undefined : next.fromMs
}
