import { priceStay } from '../../src/parking/tariffs/pricing.ts'
import type { Edition } from '../../src/parking/tariffs/tariff-file.ts'
import type { RecordedLot, RecordedStay } from './recorded-stays.ts'

const minuteMs = 60_000

/**
 * Why a charge and a price differ; the first that fits.
 *
 * - `minute-cut`: a true length within a minute of the recorded one has that price; recorded times are cut to minutes
 * - `not-charged`: beyond the free time, and let out for nothing
 * - `charged-in-free-time`: within the free time, and charged all the same
 * - `fewer-blocks`, `more-blocks`: the charge is the price of some shorter or longer stay, within a day
 * - `other-amount`: no length of stay has that price
 */
export const mismatchKinds = [
  'minute-cut',
  'not-charged',
  'charged-in-free-time',
  'fewer-blocks',
  'more-blocks',
  'other-amount',
] as const
type MismatchKind = (typeof mismatchKinds)[number]

export interface Mismatch {
  stay: RecordedStay
  tariff: string
  minutes: number
  pricedFen: number
  kind: MismatchKind
}

interface LotReplay {
  lot: string
  tariff: string
  tariffVersion: number
  stays: number
  beyondFree: number
  exactShare: number
  exactShareBeyondFree: number
  within1MinShare: number
  mismatches: Record<MismatchKind, number>
}

export interface Replay {
  lots: LotReplay[]
  mismatches: Mismatch[]
  /** Stays that were not priced, by lot and reason. */
  left: { lot: string; stays: number; reason: string }[]
}

/**
 * Prices recorded stays by the tariff version in force at their arrival and compares with what was charged. Stays from
 * before the first version are left out: other rules held then.
 */
export function replayCharges(
  stays: readonly RecordedStay[],
  lots: ReadonlyMap<string, RecordedLot>,
  tariffs: readonly Edition[],
): Replay {
  const replay: Replay = { lots: [], mismatches: [], left: [] }
  for (const [lot, ofLot] of Map.groupBy(stays, (stay) => stay.lot)) {
    const tariff = lots.get(lot)?.tariff
    const editions = tariffs.filter(({ id }) => id === tariff).toSorted((a, b) => a.validFromMs - b.validFromMs)
    const first = editions[0]
    if (!first) {
      const reason = lots.has(lot) ? `there is no tariff "${tariff}"` : 'the lot is not in the file of lots'
      replay.left.push({ lot, stays: ofLot.length, reason })
      continue
    }
    const priced = ofLot.filter(({ arrivalMs }) => arrivalMs >= first.validFromMs)
    if (priced.length < ofLot.length) {
      replay.left.push({ lot, stays: ofLot.length - priced.length, reason: `before the first version of ${tariff}` })
    }
    if (priced.length > 0) replayLot(lot, priced, editions, replay)
  }
  return replay
}

function replayLot(lot: string, stays: readonly RecordedStay[], editions: readonly Edition[], replay: Replay): void {
  const mismatches = Object.fromEntries(mismatchKinds.map((kind) => [kind, 0])) as Record<MismatchKind, number>
  const newest = editions.at(-1) as Edition
  let exact = 0
  let beyondFree = 0
  let exactBeyondFree = 0
  for (const stay of stays) {
    const edition = editions.findLast(({ validFromMs }) => validFromMs <= stay.arrivalMs) as Edition
    const minutes = (stay.departureMs - stay.arrivalMs) / minuteMs
    const pricedFen = price(edition, stay, minutes)
    const same = pricedFen === stay.chargedFen
    if (same) exact++
    if (pricedFen > 0) beyondFree++
    if (pricedFen > 0 && same) exactBeyondFree++
    if (same) continue
    const kind = kindOf(edition, stay, minutes, pricedFen)
    mismatches[kind]++
    replay.mismatches.push({ stay, tariff: edition.id, minutes, pricedFen, kind })
  }
  replay.lots.push({
    lot,
    tariff: newest.id,
    tariffVersion: newest.version,
    stays: stays.length,
    beyondFree,
    exactShare: exact / stays.length,
    exactShareBeyondFree: beyondFree === 0 ? 1 : exactBeyondFree / beyondFree,
    within1MinShare: (exact + mismatches['minute-cut']) / stays.length,
    mismatches,
  })
}

const price = ({ document }: Edition, { arrivalMs }: RecordedStay, minutes: number) =>
  priceStay(document, { enteredAtMs: arrivalMs, leftAtMs: arrivalMs + Math.max(0, minutes) * minuteMs }).amountFen

function kindOf(edition: Edition, stay: RecordedStay, minutes: number, pricedFen: number): MismatchKind {
  const { chargedFen } = stay
  if (price(edition, stay, minutes - 1) === chargedFen || price(edition, stay, minutes + 1) === chargedFen) {
    return 'minute-cut'
  }
  if (chargedFen === 0) return 'not-charged'
  if (pricedFen === 0) return 'charged-in-free-time'
  const step = chargedFen < pricedFen ? -1 : 1
  for (let other = minutes + step; other >= 0 && Math.abs(other - minutes) <= 1440; other += step) {
    if (price(edition, stay, other) === chargedFen) return step < 0 ? 'fewer-blocks' : 'more-blocks'
  }
  return 'other-amount'
}
