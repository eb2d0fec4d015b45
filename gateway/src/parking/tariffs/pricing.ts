import type { TariffDocument } from '@clearway/contracts'
import { type Calendar, chinaCalendar } from './calendar/calendar.ts'
import { CappedSum } from './caps.ts'
import { beforeCaps, type Discount, discountsOf, lessDiscount } from './discounts.ts'
import type { Price, PriceLine } from './price-line.ts'
import { type RatedStay, wholeMinutes } from './rated-stay.ts'
import { type ChargedPart, layOut } from './runs.ts'
import { entriesIn24hBefore, type Segment, segmentsOf } from './segments.ts'
import { type Rules, rulesFor } from './vehicle-rules.ts'
import { WindowClock } from './window-clock.ts'
import { zoneDays } from './zone-days.ts'

const minuteMs = 60_000

/**
 * The price of one stay, line by line: a pure function of its arguments. Time is counted in completed minutes, so a
 * started minute is the driver's. The order is: rights (passes, payment), blocks, discounts before caps, caps, discounts
 * after caps, rounding; docs/tariffs.md states each rule.
 *
 * @param document has passed its schema and `tariffFaults`
 * @param calendar what each date is; China's unless the city has its own
 * @throws InputError naming `leftAt`, `paidAt` or the discount that does not fit
 */
export function priceStay(document: TariffDocument, stay: RatedStay, calendar: Calendar = chinaCalendar): Price {
  const minutes = wholeMinutes(stay)
  const rules = rulesFor(document, stay)
  if (!document.discounts) {
    const sum = chargeStay(rules, stay, minutes, calendar, noDiscounts)
    return document.rounding ? rounded(document, sum.amountFen, sum.lines, minutes) : sum
  }

  const discounts = discountsOf(document, stay)
  const sum = chargeStay(rules, stay, minutes, calendar, discounts)
  const lines = [...sum.lines]
  let amountFen = sum.amountFen
  for (const discount of discounts) {
    if (discount.beforeCap) continue
    const left =
      discount.minutes > 0
        ? Math.max(0, amountFen - priceOfFirst(discount.minutes, rules, stay, minutes, calendar, discounts))
        : lessDiscount(amountFen, discount)
    lines.push(closing('discount', left - amountFen, minutes, discount.source))
    amountFen = left
  }
  return rounded(document, amountFen, lines, minutes)
}

const noDiscounts: readonly Discount[] = []

/** What the first minutes of a stay would have cost by themselves. */
function priceOfFirst(
  first: number,
  rules: Rules,
  stay: RatedStay,
  minutes: number,
  calendar: Calendar,
  discounts: readonly Discount[],
): number {
  const length = Math.min(first, minutes)
  const leftAtMs = Math.min(stay.leftAtMs, stay.enteredAtMs + length * minuteMs)
  const paidAtMs = stay.paidAtMs !== undefined && stay.paidAtMs <= leftAtMs ? stay.paidAtMs : undefined
  return chargeStay(rules, { ...stay, leftAtMs, paidAtMs }, length, calendar, discounts).amountFen
}

/** Blocks and caps of a stay of some minutes, discounts after the caps apart. */
function chargeStay(
  rules: Rules,
  stay: RatedStay,
  minutes: number,
  calendar: Calendar,
  discounts: readonly Discount[],
): Price {
  const { enteredAtMs } = stay
  const days = zoneDays(rules.timeZone)
  const dayEnd = (minute: number) =>
    Math.ceil((days.instant(days.dayOf(enteredAtMs + minute * minuteMs) + 1, 0) - enteredAtMs) / minuteMs)
  const sum = new CappedSum(rules, earlierFen(rules, stay), dayEnd, beforeCaps(discounts))
  const clock = { windows: windowClock(rules, calendar), enteredMs: enteredAtMs, untilMin: minutes }
  let allowanceMin = discounts.reduce((total, each) => total + (each.beforeCap ? each.minutes : 0), 0)
  for (const segment of segmentsOf(rules, stay, minutes)) {
    if (segment.right !== 'casual') {
      sum.line(uncharged(segment))
      continue
    }
    const { fromMin, untilMin, free } = segment
    const part: ChargedPart = { fromMin, untilMin, free, allowanceMin: Math.min(allowanceMin, untilMin - fromMin) }
    allowanceMin -= part.allowanceMin
    layOut(rules, part, clock, sum)
  }
  sum.finish()
  for (const line of discountsBeforeCaps(discounts, sum, minutes)) sum.line(line)
  return { amountFen: sum.amountFen, lines: sum.lines }
}

function earlierFen({ capEntries }: Rules, { earlier, enteredAtMs }: RatedStay): number {
  if (!earlier || capEntries.fen === Number.POSITIVE_INFINITY) return 0
  return entriesIn24hBefore(earlier, enteredAtMs).reduce((total, { amountFen }) => total + amountFen, 0)
}

const clocks = new WeakMap<Rules, { calendar: Calendar; clock: WindowClock }>()

/** The clock of a tariff's windows, made once; undefined when it has none. */
function windowClock(rules: Rules, calendar: Calendar): WindowClock | undefined {
  if (rules.windows.length === 0) return undefined
  let known = clocks.get(rules)
  if (known?.calendar !== calendar) {
    known = { calendar, clock: new WindowClock(rules.windowTimes, zoneDays(rules.timeZone), calendar) }
    clocks.set(rules, known)
  }
  return known.clock
}

const uncharged = ({ right, fromMin, untilMin }: Segment): PriceLine => ({
  rule: right === 'pass' ? 'pass' : 'grace',
  fromMin,
  untilMin,
  quantity: 1,
  amountFen: 0,
  source: right === 'pass' ? 'passes' : 'afterPayment',
})

/** A line for each discount that applied before the caps: how far it lowered the sum of blocks. */
function discountsBeforeCaps(discounts: readonly Discount[], sum: CappedSum, minutes: number): PriceLine[] {
  let fen = sum.blocksFen
  return discounts
    .filter(({ beforeCap }) => beforeCap)
    .map((discount) => {
      // Minutes have already shortened the charged time.
      const left = discount.minutes > 0 ? fen : lessDiscount(fen, discount)
      const line = closing('discount', left - fen, minutes, discount.source)
      fen = left
      return line
    })
}

/** Rounds the price as the tariff says; it is in whole fen already. */
function rounded({ rounding }: TariffDocument, amountFen: number, lines: PriceLine[], minutes: number): Price {
  if (!rounding) return { amountFen, lines }
  const { toFen, how } = rounding
  const way = { down: Math.floor, up: Math.ceil, nearest: Math.round }[how]
  const roundedFen = way(amountFen / toFen) * toFen
  if (roundedFen === amountFen) return { amountFen, lines }
  return { amountFen: roundedFen, lines: [...lines, closing('rounding', roundedFen - amountFen, minutes, 'rounding')] }
}

/** A line about the whole stay. */
const closing = (rule: 'discount' | 'rounding', amountFen: number, untilMin: number, source: string): PriceLine => ({
  rule,
  fromMin: 0,
  untilMin,
  quantity: 1,
  // −0 is not 0 to those who compare lines.
  amountFen: amountFen === 0 ? 0 : amountFen,
  source,
})
