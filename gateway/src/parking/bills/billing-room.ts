import type { Core } from '../../core.ts'
import type { Route } from '../../http/route.ts'
import { Lifetime } from '../../lifetime.ts'
import type { PaymentProvider } from '../../payments/payment-provider.ts'
import { SandboxProvider } from '../../payments/sandbox-provider.ts'
import { bookRoutes } from '../books/book-routes.ts'
import type { LotLedger } from '../lot-ledger.ts'
import type { Agreements } from '../payments/agreements.ts'
import type { OrderRecord } from '../payments/orders.ts'
import { type OrderTerms, PaymentDesk } from '../payments/payment-desk.ts'
import { paymentRoutes, sandboxRoutes } from '../payments/payment-routes.ts'
import { Till } from '../payments/till.ts'
import type { ReviewDesk } from '../review/review-desk.ts'
import { passRoutes } from '../rights/pass-routes.ts'
import { BillDesk } from './bill-desk.ts'
import { BillNotices } from './bill-notices.ts'
import { billRoutes } from './bill-routes.ts'
import { Collector } from './collector.ts'

/** How often bills are looked at whose time has come. */
const collectEveryS = 30
/** Exits that come together are looked at together. */
const soonS = 1

/** Bills, payments, passes and books: their routes, and what happens to them by itself. */
export interface BillingRoom {
  routes: readonly Route[]
  /** Where payment providers tell what they have to tell. */
  payments: PaymentDesk
  /** Does what is due about bills and payments now, not at the next round. */
  collect(): Promise<void>
  /** Something has happened that may have made bills: they are looked at in a moment. */
  soon(): void
  start(): void
  stop(): Promise<void>
}

/** @param providers that take money, beside cash and the sandbox */
export function createBilling(
  core: Core,
  { ledger, review, agreements }: { ledger: LotLedger; review: ReviewDesk; agreements: Agreements },
  providers: readonly PaymentProvider[],
): BillingRoom {
  const { billing, lots } = ledger
  const till = new Till(core.records, billing, (order, { atMs, amountFen }) => {
    ledger.claims.addPayment(order.id, order.stay, atMs, amountFen)
    const stay = ledger.stays.find(order.stay)
    // He has left meanwhile: when he paid may be part of the price.
    if (stay?.state === 'closed' && stay.plate !== null && stay.enteredMs !== null) {
      const nowMs = core.clock.now()
      ledger.rate(lots.get(stay.lot), stay.plate, stay.enteredMs, { nowMs, issuedMs: nowMs })
      ledger.settle()
    }
  })
  const sandbox = new SandboxProvider(core.records, core.clock, core.config.http.publicUrl ?? '')
  const payments = new PaymentDesk(core, till, [sandbox, ...providers], (order) => termsOf(ledger, order))
  const tell = () => {
    for (const notice of sandbox.untold()) {
      payments.take(sandbox.name, notice)
      sandbox.told(notice.about.orderId)
    }
  }
  const notices = new BillNotices(core.records)
  const desk = new BillDesk(core, ledger, payments)
  const collector = new Collector(core, { billing, lots, agreements, notices, desk: payments, tell })
  const lifetime = new Lifetime()
  const stop = new AbortController()
  let coming = false
  const soon = () => {
    if (coming || stop.signal.aborted) return
    coming = true
    core.clock.wait(soonS, stop.signal).then(
      () => {
        coming = false
        void collector.round()
      },
      // Stopped meanwhile: the next start begins with a round.
      () => undefined,
    )
  }
  return {
    routes: [
      ...billRoutes(core, { ledger, review, payments, notices, desk }),
      ...paymentRoutes(core, { ledger, payments, agreements, desk }),
      ...sandboxRoutes(core, sandbox, tell, payments),
      ...passRoutes(core, ledger),
      ...bookRoutes(ledger),
    ],
    payments,
    collect: () => collector.round(),
    soon,
    start() {
      void collector.round()
      lifetime.repeat(core.clock, collectEveryS, () => void collector.round())
    },
    async stop() {
      stop.abort()
      await lifetime.close()
      await collector.rest()
    },
  }
}

/** What the driver reads on the statement, and the stay for providers that debit by it. */
function termsOf({ lots, stays }: LotLedger, order: OrderRecord): OrderTerms {
  const stay = stays.find(order.stay)
  const { zh, en } = lots.find(stay?.lot ?? '')?.name ?? {}
  const lotName = zh ?? en
  const subject = [lotName, '停车费'].filter(Boolean).join(' ')
  if (!stay || stay.enteredMs === null || stay.leftMs === null) return { subject }
  const { lot, colour: plateColour, enteredMs, leftMs } = stay
  return { subject, stay: { lot, lotName: lotName ?? lot, plateColour, enteredMs, leftMs } }
}
