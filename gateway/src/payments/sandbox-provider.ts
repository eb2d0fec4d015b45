import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Clock, ConflictError, InputError, NotFoundError, OneOf } from '@clearway/contracts'
import { type Static, Type } from 'typebox'
import type { Records } from '../records/records.ts'
import type {
  NotificationRequest,
  Outcome,
  PayLink,
  PaymentNotice,
  PaymentOrder,
  PaymentProvider,
  RefundOrder,
  SettlementLine,
} from './payment-provider.ts'

/** What the sandbox refuses: nothing, the debits by agreement, or every debit and refund. */
export const SandboxMood = Type.Object({ refuse: OneOf('nothing', 'debits', 'everything') })
type SandboxMood = Static<typeof SandboxMood>

const linkLivesMs = 24 * 3_600_000

interface SandboxOrder {
  id: string
  bill: string
  amount_fen: number
  subject: string
  expires_ms: number | null
}

interface SandboxPayment {
  transactionId: string
  orderId: string
  amountFen: number
  atMs: number
}

/**
 * A payment provider that lives in the gateway, for the demo city and for trying things out: it moves no real money, does
 * what it is told, and keeps its own accounts apart from ours. The same orders have the same ids of transactions.
 */
export class SandboxProvider implements PaymentProvider {
  readonly name = 'sandbox'
  readonly #records: Records
  readonly #clock: Clock
  readonly #origin: string
  readonly #secret: Buffer

  /** @param origin of the pages, for the links that drivers open */
  constructor(records: Records, clock: Clock, origin: string) {
    this.#records = records
    this.#clock = clock
    this.#origin = origin
    records.define(`
      create table if not exists sandbox_order (
        id text primary key, bill text not null, amount_fen integer not null, subject text not null,
        expires_ms integer) strict, without rowid;
      create table if not exists sandbox_payment (
        id text primary key, order_id text not null, amount_fen integer not null, paid_ms integer not null,
        told integer not null) strict, without rowid;
      create index if not exists sandbox_paid on sandbox_payment (order_id);
      create index if not exists sandbox_untold on sandbox_payment (paid_ms) where told = 0;
      create table if not exists sandbox_refund (
        id text primary key, order_id text not null, amount_fen integer not null, paid_ms integer not null)
        strict, without rowid;
      create table if not exists sandbox_state (
        one integer primary key check (one = 1), secret blob not null, refuse text not null) strict`)
    records.db.prepare(`insert or ignore into sandbox_state values (1, ?, 'nothing')`).run(randomBytes(32))
    this.#secret = Buffer.from(records.db.prepare('select secret from sandbox_state').get()?.secret as Uint8Array)
  }

  get mood(): SandboxMood {
    return this.#records.db.prepare('select refuse from sandbox_state').get() as SandboxMood
  }

  set mood({ refuse }: SandboxMood) {
    this.#records.db.prepare('update sandbox_state set refuse = ?').run(refuse)
  }

  async debit(order: PaymentOrder): Promise<Outcome> {
    const [paid] = this.#payments(order.orderId)
    if (paid) return { state: 'paid', ...paid }
    if (this.mood.refuse !== 'nothing') return { state: 'refused', reason: 'the sandbox was told to refuse' }
    return this.#records.transaction(() => {
      this.#keep(order)
      return { state: 'paid', ...this.#pay(order, true) }
    })
  }

  async payLink(order: PaymentOrder): Promise<PayLink> {
    const expiresMs = order.expiresMs ?? this.#clock.now() + linkLivesMs
    if (this.#payments(order.orderId).length > 0) {
      throw new ConflictError('order-paid', `order ${order.orderId} has been paid`)
    }
    this.#keep({ ...order, expiresMs })
    return { url: `${this.#origin}/pay.html?order=${this.tokenOf(order.orderId)}`, expiresMs }
  }

  async query(orderId: string): Promise<Outcome> {
    const [paid] = this.#payments(orderId)
    if (paid) return { state: 'paid', ...paid }
    this.#require(orderId)
    return { state: 'pending' }
  }

  async refund({ refundId, orderId, amountFen }: RefundOrder): Promise<Outcome> {
    return this.#records.transaction((): Outcome => {
      const done = this.#records.db
        .prepare('select amount_fen as amountFen, paid_ms as atMs from sandbox_refund where id = ?')
        .get(refundId) as { amountFen: number; atMs: number } | undefined
      if (done) return { state: 'paid', transactionId: `sandbox-${refundId}`, ...done }
      if (this.mood.refuse === 'everything') return { state: 'refused', reason: 'the sandbox was told to refuse' }
      const paidFen = this.#payments(orderId).reduce((sum, payment) => sum + payment.amountFen, 0)
      if (paidFen === 0) return { state: 'refused', reason: `order ${orderId} was not paid here` }
      const { fen: backFen } = this.#records.db
        .prepare('select coalesce(sum(amount_fen), 0) as fen from sandbox_refund where order_id = ?')
        .get(orderId) as { fen: number }
      if (backFen + amountFen > paidFen) {
        const reason = `${amountFen} is more than the ${paidFen - backFen} that order ${orderId} still has`
        return { state: 'refused', reason }
      }
      const atMs = this.#clock.now()
      this.#records.db.prepare('insert into sandbox_refund values (?, ?, ?, ?)').run(refundId, orderId, amountFen, atMs)
      return { state: 'paid', transactionId: `sandbox-${refundId}`, amountFen, atMs }
    })
  }

  /** The body is what `notice` makes, `sandbox-signature` its HMAC-SHA256, hexadecimal. */
  notification({ headers, rawBody }: NotificationRequest): PaymentNotice {
    const given = Buffer.from(headers['sandbox-signature'] ?? '', 'hex')
    const right = createHmac('sha256', this.#secret).update(rawBody).digest()
    if (given.length !== right.length || !timingSafeEqual(given, right)) {
      const message = 'is not the sandbox\u2019s signature of this body'
      throw new InputError('notice-signature', `sandbox-signature ${message}`, [
        { field: 'sandbox-signature', message },
      ])
    }
    return this.notice(JSON.parse(rawBody.toString('utf8')))
  }

  /** What the sandbox tells about a payment. */
  notice({ orderId, ...paid }: Omit<SandboxPayment, 'atMs'>): PaymentNotice {
    const outcome: Outcome = { state: 'paid', ...paid, atMs: this.#clock.now() }
    return {
      noticeId: `${paid.transactionId}-told`,
      about: { kind: 'payment', orderId, outcome },
      answer: (taken) => ({ status: taken ? 204 : 500, mediaType: 'text/plain', body: '' }),
    }
  }

  /** Lets money come in that nobody asked for, and tells of it; the same transaction comes in once. */
  receive({ transactionId, orderId, amountFen }: Omit<SandboxPayment, 'atMs'>): PaymentNotice {
    this.#records.db
      .prepare('insert or ignore into sandbox_payment values (?, ?, ?, ?, 1)')
      .run(transactionId, orderId, amountFen, this.#clock.now())
    return this.notice({ transactionId, orderId, amountFen })
  }

  async settlement(day: string): Promise<SettlementLine[]> {
    const fromMs = Date.parse(`${day}T00:00:00+08:00`)
    const toMs = fromMs + 86_400_000
    const { db } = this.#records
    const payments = db
      .prepare(
        `select 'payment' as kind, order_id as orderId, id as transactionId, amount_fen as amountFen, 0 as feeFen,
           paid_ms as atMs from sandbox_payment where paid_ms >= ? and paid_ms < ?`,
      )
      .all(fromMs, toMs) as unknown as SettlementLine[]
    const refunds = db
      .prepare(
        `select 'refund' as kind, order_id as orderId, id as refundId, 'sandbox-' || id as transactionId,
           amount_fen as amountFen, 0 as feeFen, paid_ms as atMs from sandbox_refund where paid_ms >= ? and paid_ms < ?`,
      )
      .all(fromMs, toMs) as unknown as SettlementLine[]
    return [...payments, ...refunds].toSorted((a, b) => a.atMs - b.atMs)
  }

  /** Opens the pay page of an order and nothing else; cannot be guessed. */
  tokenOf(orderId: string): string {
    const mac = createHmac('sha256', this.#secret).update(`pay\n${orderId}`).digest('base64url').slice(0, 22)
    return `${orderId}.${mac}`
  }

  /** What the driver sees. @throws NotFoundError `order-unknown` for a token that was not handed out */
  orderOf(token: string): { orderId: string; bill: string; amountFen: number; subject: string; paidMs: number | null } {
    const [orderId = '', mac = ''] = token.split('.')
    const right = Buffer.from(this.tokenOf(orderId))
    const given = Buffer.from(`${orderId}.${mac}`)
    const order = given.length === right.length && timingSafeEqual(given, right) ? this.#find(orderId) : undefined
    if (!order) throw new NotFoundError('order-unknown', 'this link opens no bill; ask for a new one')
    const { bill, amount_fen: amountFen, subject } = order
    return { orderId, bill, amountFen, subject, paidMs: this.#payments(orderId)[0]?.atMs ?? null }
  }

  /**
   * The driver pays on the page.
   *
   * @throws ConflictError `order-expired`
   */
  payByDriver(token: string): void {
    const { orderId, amountFen, paidMs } = this.orderOf(token)
    if (paidMs !== null) return
    const { expires_ms: expiresMs } = this.#require(orderId)
    if (expiresMs !== null && expiresMs <= this.#clock.now()) {
      throw new ConflictError('order-expired', 'this link has expired; ask for a new one')
    }
    this.#pay({ orderId, amountFen }, false)
  }

  /** What was paid and has not been told, oldest first. */
  untold(): PaymentNotice[] {
    return this.#select('told = 0 order by paid_ms, id').map((payment) => this.notice(payment))
  }

  /** The gateway has heard of what was paid for an order. */
  told(orderId: string): void {
    this.#records.db.prepare('update sandbox_payment set told = 1 where order_id = ?').run(orderId)
  }

  #keep({ orderId, bill, amountFen, subject, expiresMs }: PaymentOrder): void {
    this.#records.db
      .prepare('insert or ignore into sandbox_order (id, bill, amount_fen, subject, expires_ms) values (?, ?, ?, ?, ?)')
      .run(orderId, bill, amountFen, subject, expiresMs ?? null)
  }

  #pay({ orderId, amountFen }: Pick<PaymentOrder, 'orderId' | 'amountFen'>, told: boolean) {
    const paid = { transactionId: `sandbox-${orderId}`, amountFen, atMs: this.#clock.now() }
    this.#records.db
      .prepare('insert into sandbox_payment values (?, ?, ?, ?, ?)')
      .run(paid.transactionId, orderId, amountFen, paid.atMs, Number(told))
    return paid
  }

  /** Of one order, oldest first; more than one only when money came in that nobody asked for. */
  #payments(orderId: string): Omit<SandboxPayment, 'orderId'>[] {
    return this.#select('order_id = ? order by paid_ms, id', orderId).map(({ orderId: _, ...payment }) => payment)
  }

  #select(condition: string, ...values: string[]): SandboxPayment[] {
    return this.#records.db
      .prepare(
        `select id as transactionId, order_id as orderId, amount_fen as amountFen, paid_ms as atMs from sandbox_payment
           where ${condition}`,
      )
      .all(...values) as unknown as SandboxPayment[]
  }

  #find(orderId: string): SandboxOrder | undefined {
    const row = this.#records.db.prepare('select * from sandbox_order where id = ?').get(orderId)
    return row as unknown as SandboxOrder | undefined
  }

  #require(orderId: string): SandboxOrder {
    const order = this.#find(orderId)
    if (!order) throw new NotFoundError('order-unknown', `the sandbox has no order "${orderId}"`)
    return order
  }
}
