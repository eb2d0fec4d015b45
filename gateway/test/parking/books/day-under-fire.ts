import { seededRandom } from '@clearway/contracts'
import { verdictOf } from '../../../src/parking/books/check-books.ts'
import type { BooksVerdict } from '../../../src/parking/books/verify-books.ts'
import { Records } from '../../../src/records/records.ts'
import { GatewayUnderFire } from './gateway-under-fire.ts'
import { type Expected, RandomDay } from './random-day.ts'

export interface FireOptions {
  dataDir: string
  seed: number
  vehicles: number
  actions: number
  /** Between two kills, s: drawn from 0.3 to this. */
  calmS: number
  nowMs: number
}

export interface FireResult {
  kills: number
  expected: Expected
  /** Balances of the books after the last start, the cash of all providers together. */
  balances: Record<string, number>
  suspense: Record<string, number>
  /** Of the running gateway, and of the folder after the last kill. */
  online: BooksVerdict
  offline: BooksVerdict
  /** What the sandbox holds by its own accounts, and what the books say it holds. */
  sandboxFen: number
  sandboxBookedFen: number
}

/** Runs a random day through a gateway that is killed again and again, and holds its books against what it said. */
export async function dayUnderFire(options: FireOptions): Promise<FireResult> {
  const { dataDir, seed, calmS } = options
  const gateway = new GatewayUnderFire(dataDir)
  try {
    await gateway.start()
    const day = new RandomDay(gateway, { ...options, workers: 8 })
    await day.prepare()
    const random = seededRandom(seed).fork('kills')
    let over = false
    const fire = (async () => {
      while (!over) {
        await new Promise((resolve) => setTimeout(resolve, 300 + random.next() * (calmS * 1000 - 300)))
        if (over) break
        await gateway.kill()
        await gateway.start()
      }
    })()
    let expected: Expected
    try {
      expected = await day.run()
    } finally {
      over = true
      await fire
    }
    // What a kill left open is asked for again after a while.
    await settled(gateway)
    const online = (await gateway.ask('GET', 'books/verify')).body as BooksVerdict
    await gateway.kill()
    return { kills: gateway.kills, expected, online, ...inFolder(dataDir) }
  } finally {
    gateway.end()
  }
}

/** Waits until no refund and no debit is under way. */
async function settled(gateway: GatewayUnderFire): Promise<void> {
  const deadlineMs = Date.now() + 150_000
  while (Date.now() < deadlineMs) {
    const { accounts } = (await gateway.ask('GET', 'books/accounts')).body
    const payable = accounts.find(({ account }: { account: string }) => account === 'refunds-payable')?.balanceFen ?? 0
    const { items } = (await gateway.ask('GET', 'bills?state=issued&limit=1000')).body
    const debits = await Promise.all(
      items.map(async (bill: { plate: string }) => {
        const { status } = await gateway.ask('GET', `agreements/${encodeURIComponent(bill.plate)}`)
        return status === 200
      }),
    )
    if (payable === 0 && !debits.includes(true)) return
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  throw new Error('refunds or debits are still under way 150 s after the day')
}

function inFolder(dataDir: string) {
  const records = Records.open(dataDir)
  try {
    const offline = verdictOf(records)
    const balances: Record<string, number> = { cash: 0, 'refunds-payable': 0, suspense: 0 }
    for (const [account, fen] of Object.entries(offline.balances)) {
      const name = account.startsWith('cash:') ? 'cash' : account
      balances[name] = (balances[name] ?? 0) + fen
    }
    const sum = (table: string) =>
      (records.db.prepare(`select coalesce(sum(amount_fen), 0) as fen from ${table}`).get() as { fen: number }).fen
    const waiting = records.db
      .prepare(
        `select order_id as "order", sum(amount_fen) as fen from unmatched_notice where state = 'open' group by order_id`,
      )
      .all() as unknown as { order: string; fen: number }[]
    return {
      offline,
      balances,
      suspense: Object.fromEntries(waiting.map(({ order, fen }) => [order, fen])),
      sandboxFen: sum('sandbox_payment') - sum('sandbox_refund'),
      sandboxBookedFen: offline.balances['cash:sandbox'] ?? 0,
    }
  } finally {
    records.close()
  }
}
