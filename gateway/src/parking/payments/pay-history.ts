import type { Records } from '../../records/records.ts'
import { owedOf } from '../bills/bills.ts'
import { LotLedger } from '../lot-ledger.ts'
import { Agreements } from './agreements.ts'
import { Till } from './till.ts'

/** Bills in one transaction. */
const batch = 5_000

export interface HistoryOptions {
  nowMs: number
  /** How the driver of a plate pays: by a standing agreement, by himself on the next day, or not at all. */
  habitOf(plate: string): 'agreement' | 'next-day' | 'never'
  provider: string
}

/**
 * Lets imported bills have been paid as their drivers do, through the same till as any payment, and gives those who have
 * an agreement one for what is to come. For cities that begin with history.
 *
 * @returns bills that were paid
 */
export function payHistory(records: Records, { nowMs, habitOf, provider }: HistoryOptions): number {
  const { billing } = new LotLedger(records)
  const till = new Till(records, billing, () => {})
  const agreements = new Agreements(records)
  let paid = 0
  let after: { issuedMs: number; id: string } | undefined
  for (;;) {
    const bills = billing.bills.list({ state: 'issued' }, batch, after)
    records.transaction(() => {
      for (const bill of bills) {
        const { id, stay, creditOf, plate, phase, issuedMs } = bill
        const habit = habitOf(plate)
        if (habit === 'agreement') agreements.put(plate, provider, issuedMs)
        const atMs = issuedMs + (habit === 'agreement' ? 0 : 86_400_000)
        if (phase !== 'issued' || habit === 'never' || atMs > nowMs) continue
        const kind = habit === 'agreement' ? 'debit' : 'link'
        const amountFen = owedOf(bill)
        const order = till.order(
          { ...{ bill: id, stay, creditOf, plate, provider, kind, amountFen }, request: null, expiresMs: null },
          atMs,
        )
        till.settle(order.id, { state: 'paid', transactionId: `history-${order.id}`, amountFen, atMs }, atMs)
        paid++
      }
    })
    const last = bills.at(-1)
    if (bills.length < batch || !last) return paid
    after = { issuedMs: last.issuedMs, id: last.id }
  }
}
