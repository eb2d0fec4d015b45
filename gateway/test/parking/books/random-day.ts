import { type Random, seededRandom, toTimestamp } from '@clearway/contracts'
import type { Answer, GatewayUnderFire } from './gateway-under-fire.ts'
import { StayAccount } from './stay-account.ts'

const minuteMs = 60_000
const hourFen = 500
const lot = 'square'
const gate = 'square-gate'

export interface DayOptions {
  seed: number
  vehicles: number
  /** What is done about each stay, at most. */
  actions: number
  /** Vehicles that are handled side by side. */
  workers: number
  /** Every vehicle enters within the 24 h before. */
  nowMs: number
}

/** What must stand in the accounts, fen, debits positive. */
export interface Expected {
  balances: Record<string, number>
  /** What waits in suspense, by the order that it was told for. */
  suspense: Record<string, number>
  bills: number
  acknowledged: number
}

/**
 * A seeded day of one lot: vehicles come and go, late reads change prices, drivers pay in every way, dispute, are
 * refunded or forgiven, and money comes in that fits nothing. Only what the gateway acknowledged is counted; what it did
 * not answer is asked again until it does.
 */
export class RandomDay {
  readonly #gateway: GatewayUnderFire
  readonly #options: DayOptions
  readonly #accounts = new Map<string, StayAccount>()
  readonly #suspense = new Map<string, number>()
  #acknowledged = 0
  #transactions = 0

  constructor(gateway: GatewayUnderFire, options: DayOptions) {
    this.#gateway = gateway
    this.#options = options
  }

  /** The lot with its gate and its tariff: ¥5 for each hour that is begun. */
  async prepare(): Promise<void> {
    const document = { name: { en: 'by the hour' }, further: { everyMin: 60, amountFen: hourFen } }
    await this.#ok('PUT', 'tariffs/by-the-hour', { document, validFrom: '2020-01-01T00:00:00.000Z' })
    await this.#ok('PUT', `lots/${lot}`, {
      ...{ name: { en: 'Square' }, position: { lon: 117, lat: 36 }, capacity: 1000, kind: 'barrier-less' },
      tariff: 'by-the-hour',
    })
    await this.#gateway.addGate(gate, lot)
  }

  async run(): Promise<Expected> {
    const { seed, vehicles, workers } = this.#options
    const random = seededRandom(seed)
    let next = 0
    const work = async () => {
      for (let i = next++; i < vehicles; i = next++) await this.#vehicle(i, random.fork(`vehicle ${i}`))
    }
    await Promise.all(Array.from({ length: workers }, work))
    return this.#expected()
  }

  /** One vehicle from its entry to the end of all trouble about its bill. */
  async #vehicle(index: number, random: Random): Promise<void> {
    const plate = `鲁A${String(index).padStart(5, '0')}`
    const enteredMs = this.#options.nowMs - (200 + random.integer(1200)) * minuteMs
    const stayMin = 2 + random.integer(180)
    const debited = random.next() < 0.15
    // A second exit that is read first: when the true one comes to be known, the price changes.
    const lateMin = !debited && random.next() < 0.3 ? stayMin + 5 + random.integer(120) : undefined
    if (debited) await this.#ok('PUT', 'agreements', { plate, provider: 'sandbox' })
    const reads = [
      { direction: 'in' as const, min: 0 },
      { direction: 'out' as const, min: lateMin ?? stayMin },
    ]
    if (random.next() < 0.3) reads.reverse()
    for (const read of reads) await this.#read(plate, enteredMs, read)
    const stay = await this.#stayThatLeft(plate, enteredMs + (lateMin ?? stayMin) * minuteMs)
    const account = new StayAccount()
    this.#accounts.set(stay, account)
    account.rate(priceOf(lateMin ?? stayMin))
    if (debited) {
      account.pay(account.priceFen)
      return
    }

    const lateAfter = random.integer(this.#options.actions)
    for (let i = 0; i < this.#options.actions; i++) {
      if (lateMin !== undefined && i === lateAfter) {
        await this.#read(plate, enteredMs, { direction: 'out', min: stayMin })
        await this.#stayThatLeft(plate, enteredMs + stayMin * minuteMs)
        if (priceOf(stayMin) !== account.priceFen) account.rate(priceOf(stayMin))
      }
      await this.#something(stay, account, random, `${index}-${i}`)
    }
  }

  async #something(stay: string, account: StayAccount, random: Random, name: string): Promise<void> {
    const { bill } = (await this.#ok('GET', `stays/${stay}`)).body
    const fen = 1 + random.integer(account.priceFen * 2)
    const dice = random.next()
    if (dice < 0.25) {
      if (!account.refundedWhole) await this.#cash(bill, account, fen, name)
    } else if (dice < 0.45) await this.#byLink(bill, account, random, name)
    else if (dice < 0.6) await this.#refund(bill, account, fen, name)
    else if (dice < 0.75) await this.#dispute(bill, account, random, name)
    else if (dice < 0.83 && account.owedFen > 0) await this.#writeOff(bill, account)
    else await this.#stray(bill, account, random, name)
  }

  async #cash(bill: string, account: StayAccount, amountFen: number, key: string): Promise<void> {
    await this.#ok('POST', `bills/${bill}/payments`, { amountFen }, `cash ${key}`)
    account.pay(amountFen)
  }

  /** The driver opens the link and pays, sometimes twice, and the provider tells it again. */
  async #byLink(bill: string, account: StayAccount, random: Random, key: string): Promise<void> {
    if (account.owedFen === 0) return
    const amountFen = 1 + random.integer(account.owedFen)
    const asked = await this.#ok('POST', `bills/${bill}/payments`, { provider: 'sandbox', amountFen }, `link ${key}`)
    const token = asked.body.payUrl.split('=')[1]
    const fits = !account.refundedWhole
    await this.#ok('POST', `pay/${token}`)
    if (random.next() < 0.5) await this.#ok('POST', `pay/${token}`)
    if (fits) account.pay(amountFen)
    else this.#suspend(asked.body.id, amountFen)
    if (random.next() < 0.3) await this.#notice(asked.body.id, amountFen)
  }

  async #refund(bill: string, account: StayAccount, fen: number, key: string): Promise<void> {
    if (account.heldFen === 0) return
    const amountFen = Math.min(fen, account.heldFen)
    const { body } = await this.#ok('POST', `bills/${bill}/refunds`, { amountFen, why: 'goodwill' }, `refund ${key}`)
    const sum = body.items.reduce((total: number, refund: { amountFen: number }) => total + refund.amountFen, 0)
    if (sum !== amountFen) throw new Error(`refund ${key} of ${amountFen} fen became ${sum}`)
    account.refund(amountFen)
  }

  async #dispute(bill: string, account: StayAccount, random: Random, key: string): Promise<void> {
    if (account.refundedWhole || account.writtenOffFen > 0) return
    if (!account.disputed) {
      await this.#ok('POST', `bills/${bill}/disputes`, { reason: `dispute ${key}` })
      account.disputed = true
      if (random.next() < 0.4) return
    }
    const mostFen = account.grantableFen
    const amountFen = 1 + random.integer(mostFen)
    const granted = random.next() < 0.6
    const outcome = granted ? { outcome: 'grant', amountFen, why: 'looked' } : { outcome: 'reject', why: 'looked' }
    await this.#once('POST', `bills/${bill}/decision`, outcome)
    if (granted) account.grant(amountFen)
    else account.disputed = false
  }

  async #writeOff(bill: string, account: StayAccount): Promise<void> {
    await this.#once('POST', `bills/${bill}/write-off`, { why: 'will not come' })
    account.writeOff()
  }

  /** Money that fits nothing: it stays in suspense, is assigned, or goes back. */
  async #stray(bill: string, account: StayAccount, random: Random, key: string): Promise<void> {
    const amountFen = 1 + random.integer(1000)
    const order = `stray-${key}`
    await this.#notice(order, amountFen)
    const dice = random.next()
    if (dice < 0.4) return
    const { items } = (await this.#ok('GET', 'payment-notices?state=open&limit=1000')).body
    const found = items.find((notice: { order: string }) => notice.order === order)
    this.#suspend(order, -amountFen)
    if (dice < 0.7) {
      await this.#once('POST', `payment-notices/${found.id}/assign`, { bill, why: 'he called' })
      account.pay(amountFen)
    } else await this.#once('POST', `payment-notices/${found.id}/refund`, { why: 'not ours' })
  }

  /** A provider tells of money, until it is heard, and once more. */
  async #notice(order: string, amountFen: number): Promise<void> {
    const transaction = `t-${order}-${this.#transactions++}`
    const told = { order, transaction, amountFen }
    await this.#ok('POST', 'payment-sandbox/notices', told)
    const again = await this.#ok('POST', 'payment-sandbox/notices', told)
    if (again.body.taken !== 'again') throw new Error(`notice ${transaction} was ${again.body.taken} twice`)
    this.#suspend(order, amountFen)
  }

  #suspend(order: string, byFen: number): void {
    const fen = (this.#suspense.get(order) ?? 0) + byFen
    if (fen === 0) this.#suspense.delete(order)
    else this.#suspense.set(order, fen)
  }

  async #read(plate: string, enteredMs: number, { direction, min }: { direction: 'in' | 'out'; min: number }) {
    const at = toTimestamp(enteredMs + min * minuteMs)
    await this.#gateway.read({ id: `${plate.slice(2)}-${direction}-${min}`, at, direction, plate })
    this.#acknowledged++
  }

  /** Waits until the stay of a plate has this exit. @returns its id */
  async #stayThatLeft(plate: string, leftMs: number): Promise<string> {
    for (let looks = 0; looks < 500; looks++) {
      const { items } = (await this.#ok('GET', `stays?plate=${encodeURIComponent(plate)}`)).body
      const stay = items.find(
        ({ state, leftAt }: { state: string; leftAt: string }) => state === 'closed' && leftAt === toTimestamp(leftMs),
      )
      if (stay) return stay.id
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    throw new Error(`the stay of ${plate} never had its exit at ${toTimestamp(leftMs)}`)
  }

  /** The gateway must answer with success. */
  async #ok(method: string, path: string, body?: object, key?: string): Promise<Answer> {
    const answer = await this.#gateway.ask(method, path, body, key)
    if (answer.status >= 300)
      throw new Error(`${method} ${path} ${JSON.stringify(body)}: ${JSON.stringify(answer.body)}`)
    this.#acknowledged++
    return answer
  }

  /** Has no key: when an attempt had no answer, a conflict says that it was done. */
  async #once(method: string, path: string, body: object): Promise<void> {
    const answer = await this.#gateway.ask(method, path, body)
    if (answer.status === 409 && answer.repeated) return
    if (answer.status >= 300)
      throw new Error(`${method} ${path} ${JSON.stringify(body)}: ${JSON.stringify(answer.body)}`)
    this.#acknowledged++
  }

  #expected(): Expected {
    const sums = { receivable: 0, revenue: 0, allowances: 0, 'write-offs': 0, 'driver-credit': 0, cash: 0 }
    for (const account of this.#accounts.values()) {
      sums.receivable += account.owedFen
      sums.revenue -= account.priceFen
      sums.allowances += account.allowedFen
      sums['write-offs'] += account.writtenOffFen
      sums['driver-credit'] -= account.creditFen
      sums.cash += account.heldFen
    }
    const suspenseFen = [...this.#suspense.values()].reduce((sum, fen) => sum + fen, 0)
    sums.cash += suspenseFen
    return {
      balances: { ...sums, suspense: 0 - suspenseFen, 'refunds-payable': 0 },
      suspense: Object.fromEntries(this.#suspense),
      bills: [...this.#accounts.values()].filter(({ priceFen }) => priceFen > 0).length,
      acknowledged: this.#acknowledged,
    }
  }
}

const priceOf = (minutes: number): number => Math.ceil(minutes / 60) * hourFen
