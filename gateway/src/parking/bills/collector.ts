import { Counter, Gauge } from 'prom-client'
import type { Core } from '../../core.ts'
import type { Lots } from '../lots/lots.ts'
import type { Agreements } from '../payments/agreements.ts'
import type { OrderRecord } from '../payments/orders.ts'
import type { PaymentDesk } from '../payments/payment-desk.ts'
import type { BillNotices } from './bill-notices.ts'
import type { Billing } from './billing.ts'
import { type BillRecord, owedOf } from './bills.ts'
import { fillIn, stepNow } from './dunning.ts'

/** Bills looked at in one transaction. Bounds how long the event loop is held. */
const slice = 200
/** How long a debit may take before the driver is asked himself, and how often is looked meanwhile. */
const debitPatienceMs = 24 * 3_600_000
const debitLookMs = 60_000
const dayMs = 86_400_000

interface Rooms {
  billing: Billing
  lots: Lots
  agreements: Agreements
  notices: BillNotices
  desk: PaymentDesk
  /** Hands on what the sandbox has to tell. */
  tell(): void
}

/** What happens to bills by itself, when its time has come: issue, debit, notice, reminders, collection. */
export class Collector {
  readonly #core: Core
  readonly #rooms: Rooms
  readonly #steps: Counter
  #running: Promise<void> | undefined
  #stopped = false

  constructor(core: Core, rooms: Rooms) {
    this.#core = core
    this.#rooms = rooms
    const registers = [core.metrics]
    this.#steps = new Counter({
      name: 'clearway_bill_steps_total',
      help: 'what bills went through by themselves',
      ...{ labelNames: ['step'], registers },
    })
    new Gauge({
      name: 'clearway_books_balance_fen',
      help: 'balance of each account of the books, fen, debits positive',
      ...{ labelNames: ['account'], registers },
      collect() {
        for (const { account, balanceFen } of rooms.billing.books.trial()) this.set({ account }, balanceFen)
      },
    })
  }

  /** Does all that is due; a call while one runs joins it. */
  round(): Promise<void> {
    this.#running ??= this.#round()
      .catch((error: unknown) =>
        this.#core.log.error({ err: error }, 'bills could not be worked off; tried again later'),
      )
      .finally(() => {
        this.#running = undefined
      })
    return this.#running
  }

  /** Resolves when no round is under way. */
  async rest(): Promise<void> {
    this.#stopped = true
    await this.#running
  }

  async #round(): Promise<void> {
    const { billing, desk } = this.#rooms
    this.#rooms.tell()
    while (!this.#stopped) {
      const nowMs = this.#core.clock.now()
      const due = billing.bills.due(nowMs, slice)
      const debits = this.#core.records.transaction(() => due.flatMap((bill) => this.#look(bill, nowMs) ?? []))
      for (const order of debits) await desk.debit(order)
      if (due.length < slice && debits.length === 0) break
      // Between two slices whoever waits has his turn.
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (!this.#stopped) await desk.tick()
  }

  /** @returns a debit to be carried out after the transaction */
  #look(bill: BillRecord, nowMs: number): OrderRecord | undefined {
    const { billing } = this.#rooms
    if (bill.phase === 'priced') {
      billing.issue(bill)
      this.#steps.inc({ step: 'issued' })
      return undefined
    }
    if (bill.step === 0) return this.#debit(bill, nowMs)
    this.#remind(bill, nowMs)
    return undefined
  }

  #debit(bill: BillRecord, nowMs: number): OrderRecord | undefined {
    const { billing, agreements, desk } = this.#rooms
    const provider = agreements.providerOf(bill.plate)
    const before = desk.till.orders.ofStay(bill.stay).find((order) => order.bill === bill.id && order.kind === 'debit')
    const waiting = before?.state === 'pending' && nowMs - before.createdMs < debitPatienceMs
    if (waiting || (!before && provider !== undefined && desk.names().includes(provider))) {
      billing.bills.change(bill.id, { ...bill, nextMs: nowMs + debitLookMs })
      if (waiting) return undefined
      this.#steps.inc({ step: 'debit' })
      const { id, stay, creditOf, plate } = bill
      return desk.till.order(
        {
          ...{ bill: id, stay, creditOf, plate, provider: provider as string, kind: 'debit' },
          ...{ amountFen: owedOf(bill), request: null, expiresMs: null },
        },
        nowMs,
      )
    }
    billing.advance(bill, 1)
    return undefined
  }

  #remind(bill: BillRecord, nowMs: number): void {
    const { billing, notices, lots } = this.#rooms
    const { dunning } = billing.policy
    const step = stepNow(dunning, bill.step, bill.issuedMs, nowMs)
    const taken = step === undefined ? undefined : dunning[step - 1]
    if (step === undefined || taken === undefined) {
      billing.advance(bill, dunning.length + 1)
      return
    }
    let now = bill
    if (taken.stage === 'overdue' && now.phase === 'issued') now = billing.act(bill.id, { action: 'fall-due' }, nowMs)
    if (taken.stage === 'collection' && now.phase === 'issued')
      now = billing.act(bill.id, { action: 'fall-due' }, nowMs)
    if (taken.stage === 'collection' && now.phase === 'overdue')
      now = billing.act(bill.id, { action: 'collect' }, nowMs)
    const name = lots.find(bill.lot)?.name ?? {}
    const values = {
      amount: (owedOf(now) / 100).toFixed(2),
      days: String(Math.floor((nowMs - bill.issuedMs) / dayMs)),
      bill: bill.id,
    }
    const text = {
      ...fillIn({ ...(taken.text.zh && { zh: taken.text.zh }) }, { ...values, lot: name.zh ?? name.en ?? bill.lot }),
      ...fillIn({ ...(taken.text.en && { en: taken.text.en }) }, { ...values, lot: name.en ?? name.zh ?? bill.lot }),
    }
    notices.add({ bill: bill.id, plate: bill.plate, step, channel: taken.channel, text, atMs: nowMs })
    this.#steps.inc({ step: 'notice' })
    billing.advance(now, step + 1)
  }
}
