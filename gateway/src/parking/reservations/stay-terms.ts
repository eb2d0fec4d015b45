import type { StayRecord } from '../stays/stays.ts'
import { type Price, plainSource } from '../tariffs/price-line.ts'
import { isStayOf } from './reservation-course.ts'
import type { Reservations } from './reservations.ts'

/** What a reservation says about the price of its stay. */
export interface StayTerms {
  /** Discounts of the tariff that were promised, by id. */
  discounts: readonly string[]
  surcharge?: { amountFen: number; spans: number; fromMin: number; untilMin: number }
}

const minuteMs = 60_000
/** A reservation whose entry opened longer before the entry of a stay has nothing to do with it. */
const longestWindowMs = 40 * 86_400_000

/**
 * The terms of a closed stay: relief, and a surcharge for each span begun after the end of a shared stay. They follow from
 * the stay and what was booked alone, so that re-rating gives them again, whatever came first.
 */
export function termsOf(reservations: Pick<Reservations, 'near'>, stay: StayRecord): StayTerms {
  const { lot, plate, enteredMs, leftMs } = stay
  if (plate === null || enteredMs === null || leftMs === null) return noTerms
  const held = reservations
    .near(lot, plate, leftMs, enteredMs - longestWindowMs)
    .find((each) => !notHeld.has(each.state) && isStayOf(each, { enteredMs, leftMs }))
  if (!held) return noTerms
  const discounts = held.relief === null ? [] : [held.relief]
  const overMin = Math.floor((leftMs - held.untilMs) / minuteMs)
  if (overMin <= 0 || held.overrunEveryMin === null || held.overrunFen === null) return { discounts }
  const spans = Math.ceil(overMin / held.overrunEveryMin)
  const untilMin = Math.floor((leftMs - enteredMs) / minuteMs)
  return {
    discounts,
    surcharge: { amountFen: spans * held.overrunFen, spans, fromMin: untilMin - overMin, untilMin },
  }
}

/** A price with the surcharge of its reservation as its last line: no cap and no discount applies to it. */
export function withSurcharge(price: Price, { surcharge }: StayTerms): Price {
  if (!surcharge || surcharge.amountFen === 0) return price
  const { amountFen, spans: quantity, fromMin, untilMin } = surcharge
  const line = { rule: 'surcharge', fromMin, untilMin, quantity, amountFen, source: plainSource.surcharge } as const
  return { amountFen: price.amountFen + amountFen, lines: [...price.lines, line] }
}

const noTerms: StayTerms = { discounts: [] }
/** In these a vehicle has no right to a bay. */
const notHeld: ReadonlySet<string> = new Set(['waiting', 'refused', 'cancelled'])
