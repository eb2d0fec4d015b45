import type { Posting } from './accounts.ts'
import { type BooksHead, type Entry, genesis, linkOf } from './books.ts'

/** A bill as its own table has it; the books must say the same. */
export interface BilledRow {
  bill: string
  stay: string
  billedFen: number
  paidFen: number
  allowedFen: number
  writtenOffFen: number
}

interface BooksFault {
  /** The first place that is wrong: an entry, a bill, an account. */
  where: string
  message: string
}

export interface BooksVerdict {
  ok: boolean
  entries: number
  bills: number
  /** Sum of all accounts: 0. */
  trialFen: number
  /** Prices of the bills in force by the books, and by the stays that are not waiting for their bill. */
  revenueFen: number
  staysFen: number
  balances: Record<string, number>
  /** The first hundred. */
  faults: BooksFault[]
}

const faultsShown = 100

/**
 * Recomputes what must always hold from the entries alone:
 *
 * - each entry adds up to 0, follows the one before, and its hash is right
 * - the receivable of each bill = billed − paid − allowed − written off, each as the table of bills has it
 * - no credit, refund payable or suspense is overdrawn
 * - the balances kept beside the entries are their sums
 * - the revenue of each bill in force is its amount, and all together are the revenue of the metrics
 *
 * @param kept the balances beside the entries
 * @param staysFen prices of closed stays whose bill is not still waiting, fen
 */
export function verifyBooks(
  entries: Iterable<Entry>,
  head: BooksHead,
  bills: Iterable<BilledRow>,
  kept: readonly { account: string; balanceFen: number }[],
  staysFen: number,
): BooksVerdict {
  const faults: BooksFault[] = []
  const fault = (where: string, message: string) => {
    if (faults.length < faultsShown) faults.push({ where, message })
  }
  const balances = new Map<string, number>()
  const bySubject = new Map<string, number>()
  const last = walk(entries, balances, bySubject, fault)
  if (last.seq !== head.seq || last.hash !== head.hash) {
    fault(`entry ${last.seq}`, `is the last one, but the books ended with entry ${head.seq}; entries were cut off`)
  }

  const of = (account: string, subject: string) => bySubject.get(`${account}\n${subject}`) ?? 0
  let count = 0
  for (const row of bills) {
    count++
    const same = (account: string, wantedFen: number) => {
      const bookedFen = of(account, row.bill)
      if (bookedFen !== wantedFen)
        fault(`bill ${row.bill}`, `has ${bookedFen} fen in ${account}, its row says ${wantedFen}`)
      bySubject.delete(`${account}\n${row.bill}`)
    }
    same('receivable', row.billedFen - row.paidFen - row.allowedFen - row.writtenOffFen)
    same('revenue', 0 - row.billedFen)
    same('allowances', row.allowedFen)
    same('write-offs', row.writtenOffFen)
    if (row.billedFen - row.paidFen - row.allowedFen - row.writtenOffFen < 0 || row.paidFen < 0)
      fault(`bill ${row.bill}`, 'has been paid more than it asked for')
  }
  for (const [key, fen] of bySubject) {
    const [account, subject] = key.split('\n') as [string, string]
    if (billAccounts.has(account) && fen !== 0)
      fault(`${account} of ${subject}`, `holds ${fen} fen, and there is no such bill`)
    if (liabilities.has(account) && fen > 0) fault(`${account} of ${subject}`, `is overdrawn by ${fen} fen`)
  }

  for (const { account, balanceFen } of kept) {
    const bookedFen = balances.get(account) ?? 0
    if (balanceFen !== bookedFen)
      fault(`account ${account}`, `is kept as ${balanceFen} fen, its entries say ${bookedFen}`)
  }
  const trialFen = [...balances.values()].reduce((sum, fen) => sum + fen, 0)
  if (trialFen !== 0) fault('trial balance', `is ${trialFen} fen and must be 0`)
  const revenueFen = 0 - (balances.get('revenue') ?? 0)
  if (revenueFen !== staysFen) fault('revenue', `is ${revenueFen} fen in the books and ${staysFen} fen in the stays`)
  return {
    ok: faults.length === 0,
    entries: last.count,
    bills: count,
    trialFen,
    revenueFen,
    staysFen,
    balances: Object.fromEntries([...balances].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    faults,
  }
}

const billAccounts: ReadonlySet<string> = new Set(['receivable', 'revenue', 'allowances', 'write-offs'])
const liabilities: ReadonlySet<string> = new Set(['driver-credit', 'refunds-payable', 'suspense'])

/** Follows the chain and adds up. */
function walk(
  entries: Iterable<Entry>,
  balances: Map<string, number>,
  bySubject: Map<string, number>,
  fault: (where: string, message: string) => void,
): BooksHead & { count: number } {
  const last = { seq: 0, hash: genesis, count: 0 }
  for (const entry of entries) {
    const sum = entry.postings.reduce((fen, { amountFen }) => fen + amountFen, 0)
    if (sum !== 0) fault(`entry ${entry.seq}`, `adds up to ${sum} fen and must add up to 0`)
    if (entry.seq !== last.seq + 1) fault(`entry ${entry.seq}`, `follows entry ${last.seq}: some are missing`)
    if (linkOf(last.hash, entry) !== entry.hash)
      fault(`entry ${entry.seq}`, 'is not what was written: its hash differs')
    for (const posting of entry.postings) add(posting, balances, bySubject)
    last.seq = entry.seq
    last.hash = entry.hash
    last.count++
  }
  return last
}

function add(
  { account, subject, amountFen }: Posting,
  balances: Map<string, number>,
  bySubject: Map<string, number>,
): void {
  const key = `${account}\n${subject}`
  balances.set(account, (balances.get(account) ?? 0) + amountFen)
  const fen = (bySubject.get(key) ?? 0) + amountFen
  // Most subjects end at 0: what is settled needs no memory.
  if (fen === 0) bySubject.delete(key)
  else bySubject.set(key, fen)
}
