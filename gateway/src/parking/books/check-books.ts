import type { Records } from '../../records/records.ts'
import { type BillRecord, type Bills, billedFen } from '../bills/bills.ts'
import { LotLedger } from '../lot-ledger.ts'
import type { Stays } from '../stays/stays.ts'
import { Books } from './books.ts'
import { type BilledRow, type BooksVerdict, verifyBooks } from './verify-books.ts'

/** Holds the books of a data folder against its bills and stays, as they were at one instant. */
export function verdictOf(records: Records): BooksVerdict {
  const { billing, bills, stays } = new LotLedger(records)
  // A read transaction: whoever writes meanwhile is neither seen nor held up.
  records.db.exec('BEGIN')
  try {
    return checkBooks({ books: billing.books, bills, stays })
  } finally {
    records.db.exec('ROLLBACK')
  }
}

export const booksOf = (records: Records): Books => new Books(records)

/** The same with what is open already. */
export function checkBooks({ books, bills, stays }: { books: Books; bills: Bills; stays: Stays }): BooksVerdict {
  const rows = [...bills.money()]
  const waitingFen = rows.reduce((sum, { phase, amountFen }) => sum + (phase === 'priced' ? amountFen : 0), 0)
  const staysFen = stays.closedFen() - waitingFen
  return verifyBooks(books.entries(), books.head(), rows.map(billedRow), books.trial(), staysFen)
}

const billedRow = (
  bill: Pick<BillRecord, 'id' | 'stay' | 'phase' | 'amountFen' | 'paidFen' | 'allowedFen' | 'writtenOffFen'>,
): BilledRow => ({
  ...{ bill: bill.id, stay: bill.stay, billedFen: billedFen(bill), paidFen: bill.paidFen },
  ...{ allowedFen: bill.allowedFen, writtenOffFen: bill.writtenOffFen },
})
