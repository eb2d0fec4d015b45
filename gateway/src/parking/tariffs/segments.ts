import { DateTime } from 'luxon'
import type { HeldPass, RatedStay } from './rated-stay.ts'
import type { Rules } from './vehicle-rules.ts'

const minuteMs = 60_000

/** A part of a stay under one right, minutes from entry `[fromMin, untilMin)`. */
export interface Segment {
  /** `grace`: the time to leave after paying. */
  right: 'casual' | 'pass' | 'grace'
  fromMin: number
  untilMin: number
  /** Whether it has free time; casual only. */
  free: boolean
}

/**
 * Parts a stay where a pass begins or ends to cover it and where it was paid, in order of time. A minute has the right
 * that holds at its beginning.
 *
 * @param minutes length of the stay
 */
export function segmentsOf(rules: Rules, stay: RatedStay, minutes: number): Segment[] {
  const first: Segment = { right: 'casual', fromMin: 0, untilMin: minutes, free: hasFreeTime(rules, stay) }
  const { passes = [], paidAtMs } = stay
  if (passes.length === 0 && paidAtMs === undefined) return [first]
  const covered = joined(passes.flatMap((pass) => coverOf(rules, pass, stay)))
  const free = (rules.document.passes?.afterwards ?? 'restart') === 'restart'
  return afterPayment(rules, stay, minutes, partedByPasses(first, covered, free))
}

function hasFreeTime({ free: { timesPer24h } }: Rules, { earlier, enteredAtMs }: RatedStay): boolean {
  if (timesPer24h === Number.POSITIVE_INFINITY || !earlier) return true
  return entriesIn24hBefore(earlier, enteredAtMs).length < timesPer24h
}

/** Those entered in the 24 h that end with an entry; half-open, so one exactly 24 h before does not count. */
export const entriesIn24hBefore = <T extends { enteredAtMs: number }>(earlier: readonly T[], enteredAtMs: number) =>
  earlier.filter((other) => other.enteredAtMs <= enteredAtMs && other.enteredAtMs > enteredAtMs - 1440 * minuteMs)

type Cover = [fromMin: number, untilMin: number]

/** Minutes of the stay that a pass covers: it holds, and fewer of its vehicles that came first are inside than may be. */
function coverOf(rules: Rules, { validFromMs, validUntilMs, others = [] }: HeldPass, stay: RatedStay): Cover[] {
  const { graceDays, insideAtOnce = 1 } = rules.document.passes ?? { graceDays: 0 }
  const endMs = DateTime.fromMillis(validUntilMs, { zone: rules.timeZone }).plus({ days: graceDays }).toMillis()
  const minuteOf = (ms: number) => Math.ceil((ms - stay.enteredAtMs) / minuteMs)
  const from = Math.max(0, minuteOf(validFromMs))
  const until = Math.min(Math.ceil((stay.leftAtMs - stay.enteredAtMs) / minuteMs), minuteOf(endMs))
  // Between two changes the number of vehicles inside stays the same. Those that came later stand behind this one.
  const before = others
    .filter(({ enteredAtMs }) => enteredAtMs <= stay.enteredAtMs)
    .map(({ leftAtMs }) => (leftAtMs === null ? Number.POSITIVE_INFINITY : minuteOf(leftAtMs)))
    .sort((a, b) => a - b)
  // The place comes free as soon as all but `insideAtOnce` − 1 of those before have left.
  const freed = before.length < insideAtOnce ? 0 : (before[before.length - insideAtOnce] as number)
  const begin = Math.max(from, freed)
  return begin < until ? [[begin, until]] : []
}

/** Spans in order, those that touch made one. */
function joined(covers: readonly Cover[]): Cover[] {
  const inOrder = covers.toSorted((a, b) => a[0] - b[0])
  const result: Cover[] = []
  for (const [from, until] of inOrder) {
    const last = result.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], until)
    else result.push([from, until])
  }
  return result
}

/** @param free whether casual time that begins within the stay has free time */
function partedByPasses(stay: Segment, covered: readonly Cover[], free: boolean): Segment[] {
  const segments: Segment[] = []
  let at = 0
  const casual = (untilMin: number) => {
    if (untilMin > at) segments.push({ ...stay, fromMin: at, untilMin, free: at === 0 ? stay.free : free })
  }
  for (const [fromMin, end] of covered) {
    const untilMin = Math.min(end, stay.untilMin)
    if (fromMin >= untilMin) continue
    casual(fromMin)
    segments.push({ right: 'pass', fromMin, untilMin, free: false })
    at = untilMin
  }
  casual(stay.untilMin)
  return segments.length > 0 ? segments : [stay]
}

/** Casual time after a payment: free to leave within the grace, otherwise charged from the payment on. */
function afterPayment(rules: Rules, stay: RatedStay, minutes: number, segments: Segment[]): Segment[] {
  const rule = rules.document.afterPayment
  if (stay.paidAtMs === undefined || !rule) return segments
  const { graceMin, afterwards = 'restart-without-free' } = rule
  const paid = Math.floor((stay.paidAtMs - stay.enteredAtMs) / minuteMs)
  const within = Math.floor((stay.leftAtMs - stay.paidAtMs) / minuteMs) <= graceMin
  if (!within && afterwards === 'continue') return segments
  return segments.flatMap((segment) => {
    const { right, fromMin, untilMin } = segment
    if (right !== 'casual' || untilMin <= paid || minutes === 0) return [segment]
    const rest: Segment = within
      ? { right: 'grace', fromMin: Math.max(fromMin, paid), untilMin, free: false }
      : { ...segment, fromMin: Math.max(fromMin, paid), free: fromMin < paid ? afterwards === 'restart' : segment.free }
    return fromMin < paid ? [{ ...segment, untilMin: paid }, rest] : [rest]
  })
}
