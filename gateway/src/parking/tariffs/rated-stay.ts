import { InputError, toTimestamp } from '@clearway/contracts'
import type { RatedVehicle } from './vehicle-rules.ts'

const minuteMs = 60_000
/** Nobody parks for longer; a quote beyond it is a mistyped date and would be thousands of lines. */
const longestMin = 3 * 366 * 1440

/** A vehicle in a lot, `[enteredAtMs, leftAtMs)`; null: still there. */
interface Presence {
  enteredAtMs: number
  leftAtMs: number | null
}

/** A pass that the plate is on, and who else of it came and went. */
export interface HeldPass {
  validFromMs: number
  /** First instant at which it no longer holds, days of grace apart. */
  validUntilMs: number
  /** Stays of the other plates of the pass that touch this stay. */
  others?: readonly Presence[]
}

/** A stay with everything that its price may depend on. */
export interface RatedStay extends RatedVehicle {
  enteredAtMs: number
  leftAtMs: number
  /** When its price so far was paid; absent: not before it left. */
  paidAtMs?: number | undefined
  passes?: readonly HeldPass[] | undefined
  /** Discounts that were shown, by id in the tariff. */
  discounts?: readonly string[] | undefined
  /** Stays of the same plate before this one with their prices; those entered in the 24 h before it count. */
  earlier?: readonly { enteredAtMs: number; amountFen: number }[] | undefined
}

/**
 * Completed minutes of a stay: a started minute is the driver's.
 *
 * @throws InputError naming `leftAt` when it is before `enteredAt` or more than three years after it, `paidAt` when it is
 *   outside the stay
 */
export function wholeMinutes({ enteredAtMs, leftAtMs, paidAtMs }: RatedStay): number {
  const minutes = Math.floor((leftAtMs - enteredAtMs) / minuteMs)
  const refuse = (field: string, ms: number, fault: string, otherMs: number) => {
    const message = `${toTimestamp(ms)} ${fault} ${toTimestamp(otherMs)}`
    return new InputError('stay-span', `${field} ${message}`, [{ field, message }])
  }
  if (leftAtMs < enteredAtMs) throw refuse('leftAt', leftAtMs, 'is before enteredAt', enteredAtMs)
  if (minutes > longestMin) throw refuse('leftAt', leftAtMs, 'is more than three years after enteredAt', enteredAtMs)
  if (paidAtMs !== undefined && paidAtMs < enteredAtMs)
    throw refuse('paidAt', paidAtMs, 'is before enteredAt', enteredAtMs)
  if (paidAtMs !== undefined && paidAtMs > leftAtMs) throw refuse('paidAt', paidAtMs, 'is after leftAt', leftAtMs)
  return minutes
}
