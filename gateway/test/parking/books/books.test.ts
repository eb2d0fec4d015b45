import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Account, type Posting, transfer } from '../../../src/parking/books/accounts.ts'
import { Books, type Entry } from '../../../src/parking/books/books.ts'
import { type BilledRow, verifyBooks } from '../../../src/parking/books/verify-books.ts'
import { Records } from '../../../src/records/records.ts'

let records: Records
let books: Books

beforeEach(() => {
  records = Records.open(':memory:')
  books = new Books(records)
})

const of = (account: Account, subject: string) => ({ account, subject })
/** A bill of 600 of which 400 were paid. */
function book() {
  books.post(1, 'issue', 'b', transfer(600, of('revenue', 'b'), of('receivable', 'b')))
  books.post(2, 'pay', 'b', transfer(400, of('receivable', 'b'), of('cash:cash', 'o')))
}
const row: BilledRow = { bill: 'b', stay: 's', billedFen: 600, paidFen: 400, allowedFen: 0, writtenOffFen: 0 }
const verify = (change: (entries: Entry[]) => Entry[] = (all) => all, rows = [row], staysFen = 600) =>
  verifyBooks(change([...books.entries()]), books.head(), rows, books.trial(), staysFen)
const faults = (...given: Parameters<typeof verify>) =>
  verify(...given).faults.map(({ where, message }) => `${where} ${message}`)

describe('the books', () => {
  it('add up to 0 whatever is booked, and balances kept beside are the sums of the entries', () => {
    const posting = fc.tuple(
      fc.integer({ min: 0, max: 10_000 }),
      fc.constantFrom<Account>('receivable', 'revenue', 'driver-credit', 'cash:a', 'cash:b'),
      fc.constantFrom<Account>('receivable', 'suspense', 'write-offs', 'cash:a'),
      fc.constantFrom('x', 'y'),
    )
    fc.assert(
      fc.property(fc.array(fc.array(posting, { maxLength: 4 }), { maxLength: 20 }), (events) => {
        const fresh = new Books(Records.open(':memory:'))
        for (const event of events) {
          fresh.post(
            1,
            'any',
            'x',
            event.flatMap(([fen, from, to, subject]) => transfer(fen, of(from, subject), of(to, subject))),
          )
        }
        const sums = new Map<string, number>()
        for (const { postings } of fresh.entries()) {
          expect(postings.reduce((sum, { amountFen }) => sum + amountFen, 0)).toBe(0)
          for (const { account, amountFen } of postings) sums.set(account, (sums.get(account) ?? 0) + amountFen)
        }
        expect(Object.fromEntries(fresh.trial().map(({ account, balanceFen }) => [account, balanceFen]))).toEqual(
          Object.fromEntries(sums),
        )
      }),
      { numRuns: 50 },
    )
  })

  it('refuse an entry that does not add up, and amounts that are no whole fen', () => {
    const lines: Posting[] = [
      { account: 'receivable', subject: 'b', amountFen: 600 },
      { account: 'revenue', subject: 'b', amountFen: -599 },
    ]
    expect(() => books.post(1, 'issue', 'b', lines)).toThrow('an entry adds up to 1 fen')
    expect(() => books.post(1, 'issue', 'b', transfer(0.5, of('revenue', 'b'), of('receivable', 'b')))).toThrow()
    expect([...books.entries()]).toEqual([])
  })

  it('are not edited: the database itself refuses', () => {
    book()
    for (const statement of [
      'update book_posting set amount_fen = 1',
      'delete from book_posting',
      'update book_entry set at_ms = 0',
      'delete from book_entry where seq = 2',
    ]) {
      expect(() => records.db.exec(statement)).toThrow('the books are not edited')
    }
    expect(verify()).toMatchObject({ ok: true, entries: 2, trialFen: 0, revenueFen: 600 })
  })

  it('vanish with the transaction of what they book', () => {
    expect(() =>
      records.transaction(() => {
        book()
        throw new Error('the disk is full')
      }),
    ).toThrow('the disk is full')
    expect([...books.entries()]).toEqual([])
    expect(books.trial()).toEqual([])
    book()
    expect(verify().ok).toBe(true)
  })
})

describe('verification finds', () => {
  const edited = (seq: number, change: Partial<Entry>) => (entries: Entry[]) =>
    entries.map((entry) => (entry.seq === seq ? { ...entry, ...change } : entry))
  beforeEach(book)

  it('an amount that was changed on both sides', () => {
    const postings = transfer(500, of('revenue', 'b'), of('receivable', 'b'))
    expect(faults(edited(1, { postings }))).toEqual(
      expect.arrayContaining([
        'entry 1 is not what was written: its hash differs',
        'bill b has 100 fen in receivable, its row says 200',
        'revenue is 500 fen in the books and 600 fen in the stays',
      ]),
    )
  })

  it('an entry on one side only', () => {
    const postings: Posting[] = [{ account: 'cash:cash', subject: 'o', amountFen: 400 }]
    expect(faults(edited(2, { postings }))).toEqual(
      expect.arrayContaining([
        'entry 2 adds up to 400 fen and must add up to 0',
        'trial balance is 400 fen and must be 0',
      ]),
    )
  })

  it('a time that was changed, an entry that was taken out, and one that was cut off', () => {
    expect(faults(edited(1, { atMs: 9 }))).toEqual(['entry 1 is not what was written: its hash differs'])
    expect(faults((entries) => entries.slice(1))[0]).toBe('entry 2 follows entry 0: some are missing')
    expect(faults((entries) => entries.slice(0, 1))[0]).toBe(
      'entry 1 is the last one, but the books ended with entry 2; entries were cut off',
    )
  })

  it('a bill whose row says otherwise, and one that has no row', () => {
    expect(faults(undefined, [{ ...row, paidFen: 600 }])).toEqual(['bill b has 200 fen in receivable, its row says 0'])
    expect(faults(undefined, [])).toEqual([
      'receivable of b holds 200 fen, and there is no such bill',
      'revenue of b holds -600 fen, and there is no such bill',
    ])
  })

  it('credit that is overdrawn', () => {
    books.post(3, 'wrong', 's', transfer(100, of('cash:cash', 'o'), of('driver-credit', 's')))
    expect(faults()).toEqual(['driver-credit of s is overdrawn by 100 fen'])
  })
})
