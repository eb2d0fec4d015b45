import { BookEntry, BooksVerdict, Page, pageQuery, TrialBalance } from '@clearway/contracts'
import { Type } from 'typebox'
import { afterKey, pageOf, rowsWanted } from '../../http/paging.ts'
import { type Route, rawRoute, route } from '../../http/route.ts'
import { entryBody } from '../bills/bill-view.ts'
import type { LotLedger } from '../lot-ledger.ts'
import { booksCsv } from './books-csv.ts'
import { checkBooks } from './check-books.ts'

const access = ['manager', 'cashier', 'auditor'] as const

export function bookRoutes(ledger: LotLedger): Route[] {
  const { books } = ledger.billing
  return [
    route({
      method: 'GET',
      path: '/books/accounts',
      access,
      summary: 'Balances of all accounts, debits positive; together they are 0',
      answer: TrialBalance,
      handle: () => {
        const accounts = books.trial()
        return { accounts, sumFen: accounts.reduce((sum, { balanceFen }) => sum + balanceFen, 0) }
      },
    }),
    route({
      method: 'GET',
      path: '/books/entries',
      access,
      summary: 'Entries of the books, oldest first',
      query: Type.Object({
        ...pageQuery,
        subject: Type.Optional(
          Type.String({ minLength: 1, maxLength: 80, description: 'those that touch this bill, stay or refund' }),
        ),
      }),
      answer: Page(BookEntry),
      handle: ({ query }) => {
        const afterSeq = afterKey(query, 0)?.[0] ?? 0
        const subject = query.subject === undefined ? {} : { subject: query.subject }
        const rows = [...books.entries({ afterSeq, limit: rowsWanted(query), ...subject })]
        return pageOf(rows, query, ({ seq }) => [seq], entryBody)
      },
    }),
    rawRoute({
      method: 'GET',
      path: '/books/entries.csv',
      access,
      summary: 'The same, one line for each posting, UTF-8 with byte-order mark',
      mediaType: 'text/csv; charset=utf-8',
      answer: Type.String(),
      handle: () => ({
        body: booksCsv(books.entries()),
        headers: { 'content-disposition': 'attachment; filename="books.csv"' },
      }),
    }),
    route({
      method: 'GET',
      path: '/books/verify',
      access,
      summary: 'Recomputes the books from their entries and holds them against bills and stays',
      answer: BooksVerdict,
      handle: () => checkBooks({ books, bills: ledger.bills, stays: ledger.stays }),
    }),
  ]
}
