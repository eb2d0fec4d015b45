import type { ParkingPass } from '@clearway/contracts'
import type { Records } from '../../records/records.ts'
import { LotLedger } from '../lot-ledger.ts'
import { Reservations } from '../reservations/reservations.ts'
import { termsOf } from '../reservations/stay-terms.ts'
import type { Calendar } from '../tariffs/calendar/calendar.ts'
import { holdsIn, type PassRecord, requireLots } from './passes.ts'

const dayMs = 86_400_000
/** The longest grace that a tariff may give after the end of a pass. */
const longestGraceMs = 366 * dayMs

/**
 * Adds or changes a pass and prices the stays anew that it touches, as it was or as it is. Inside the caller's
 * transaction, which settles the ledger.
 */
export function putPass(
  ledger: LotLedger,
  id: string,
  pass: Omit<ParkingPass, 'id'>,
  nowMs: number,
): { before: PassRecord | undefined; after: PassRecord } {
  const { before, after } = ledger.passes.put(id, pass)
  const fromMs = Math.min(before?.validFromMs ?? after.validFromMs, after.validFromMs)
  const untilMs = Math.max(before?.validUntilMs ?? 0, after.validUntilMs) + longestGraceMs
  for (const plate of new Set([...(before?.plates ?? []), ...after.plates])) {
    const touched = ledger.stays.ofPlate(plate, fromMs).filter(({ enteredMs, lot }) => {
      const concerned = holdsIn(after, lot) || (before !== undefined && holdsIn(before, lot))
      return enteredMs !== null && enteredMs < untilMs && concerned
    })
    for (const [lot, stays] of Map.groupBy(touched, (stay) => stay.lot)) {
      const setup = ledger.lots.find(lot)
      const firstMs = Math.min(...stays.map(({ enteredMs }) => enteredMs as number))
      if (setup) ledger.rate(setup, plate, firstMs, { nowMs, issuedMs: nowMs })
    }
  }
  return { before, after }
}

/**
 * Adds or changes passes of a data folder, in the caller's transaction.
 *
 * @throws InputError naming the pass and the field that does not fit
 */
export function importPasses(
  records: Records,
  passes: readonly ParkingPass[],
  nowMs: number,
  calendar: Calendar,
): void {
  const ledger = new LotLedger(records, calendar)
  // What was promised for a stay holds also when it is priced from here.
  const reservations = new Reservations(records)
  ledger.termsFrom((stay) => termsOf(reservations, stay))
  for (const { id, ...pass } of passes) {
    requireLots(id, pass.lots ?? [], (lot) => ledger.lots.find(lot) !== undefined)
    putPass(ledger, id, pass, nowMs)
  }
  ledger.settle()
}
