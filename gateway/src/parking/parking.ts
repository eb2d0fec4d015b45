import type { Lot } from '@clearway/contracts'
import type { Core, Feature } from '../core.ts'
import { Lifetime } from '../lifetime.ts'
import type { PaymentProvider } from '../payments/payment-provider.ts'
import { type BillingRoom, createBilling } from './bills/billing-room.ts'
import { readDunning } from './bills/dunning.ts'
import { bayReadings } from './counts/bay-readings.ts'
import { countRoutes } from './counts/count-routes.ts'
import { countCounters } from './counts/counters.ts'
import { StayWatch } from './counts/stay-watch.ts'
import { forecastRoutes } from './forecast/forecast-routes.ts'
import { Forecasts } from './forecast/forecasts.ts'
import { LotWatch } from './health/lot-watch.ts'
import { LotLedger } from './lot-ledger.ts'
import { lotRoutes } from './lots/lot-routes.ts'
import { lotBody } from './lots/lot-view.ts'
import { seedLots } from './lots/lots.ts'
import { createNumbers } from './numbers/numbers.ts'
import { Agreements } from './payments/agreements.ts'
import { ReviewDesk } from './review/review-desk.ts'
import { gateReads } from './stays/gate-reads.ts'
import { stayRoutes } from './stays/stay-routes.ts'
import { readCalendar } from './tariffs/calendar/calendar.ts'
import { tariffRoutes } from './tariffs/tariff-routes.ts'

/** How often open stays are checked against the stay limit of their lot. */
const expiryEveryS = 600

/** How often the feeds of all lots are looked at, and some of the counts held against the stays. */
const lookEveryS = 60

/** What the other rooms of the gateway may ask of parking. */
export interface Parking extends Feature, Pick<BillingRoom, 'payments' | 'collect'> {
  /** @throws NotFoundError when there is no such lot */
  lot(id: string): Lot
  lots(): Lot[]
  ledger: LotLedger
  /** Told of lots whose count or stays have changed, after the transaction that changed them. */
  onChanged(listener: (lots: readonly string[]) => void): void
}

/**
 * Lots, tariffs, stays, bills and their figures.
 *
 * @param providers that take money, beside cash and the sandbox
 */
export function createParking(core: Core, providers: readonly PaymentProvider[] = []): Parking {
  const rules = core.config.parking.bills
  const agreements = new Agreements(core.records)
  const ledger = new LotLedger(core.records, readCalendar(core.config.city.calendarFile), {
    issueAfterS: rules.issueAfterS,
    shortestStayS: rules.shortestStayS,
    dunning: readDunning(rules.dunningFile),
    hasAgreement: (plate) => agreements.providerOf(plate) !== undefined,
  })
  if (core.city) seedLots(core.records, core.city)
  const zone = core.config.city.timeZone ?? core.city?.timeZone ?? 'Asia/Shanghai'
  const numbers = createNumbers(core, ledger, zone)
  const { metrics } = numbers

  const watch = new LotWatch(core, ledger)
  const forecasts = new Forecasts(core, ledger, watch, zone)

  const lots = (): Lot[] => {
    const nowMs = core.clock.now()
    const arrivals = metrics.arrivalsToday(nowMs)
    return ledger.lots
      .list()
      .map((lot) => lotBody(lot, ledger.counts.of(lot), arrivals.get(lot.id) ?? 0, nowMs, watch.alarms(lot.id)))
  }
  const lot = (id: string): Lot => {
    const nowMs = core.clock.now()
    const setup = ledger.lots.get(id)
    return lotBody(
      setup,
      ledger.counts.of(setup),
      metrics.arrivalsToday(nowMs, id).get(id) ?? 0,
      nowMs,
      watch.alarms(id),
    )
  }

  // Changes are told after the transaction that made them, one message for all that came together.
  const changed = new Set<string>()
  const listeners: ((lots: readonly string[]) => void)[] = []
  const note = (id: string) => {
    if (changed.size === 0) queueMicrotask(publish)
    changed.add(id)
    billing.soon()
  }
  const publish = () => {
    const ids = [...changed]
    const items = ids.filter((id) => ledger.lots.find(id)).map(lot)
    changed.clear()
    for (const listener of listeners) listener(ids)
    core.stream.publish('lots', items)
  }
  core.stream.provide('lots', lots)

  const stayWatch = new StayWatch(core.records, ledger, zone)
  countCounters(core.metrics, ledger.counts.log, watch, () =>
    ledger.lots.list().reduce((sum, setup) => {
      const { counted, corrected } = ledger.counts.of(setup)
      return sum + Math.abs(corrected - counted)
    }, 0),
  )
  const expire = () =>
    core.records.transaction(() => {
      for (const setup of ledger.lots.list()) {
        stayWatch.noteExpired(setup.id, ledger.expire(setup, core.clock.now()))
      }
      ledger.settle()
    })
  const lookAtLots = () =>
    core.records.transaction(() => {
      for (const id of stayWatch.look(core.clock.now())) note(id)
      for (const id of watch.look(core.clock.now())) note(id)
      ledger.settle()
    })
  const review = new ReviewDesk(core, ledger)
  const billing = createBilling(core, { ledger, review, agreements }, providers)
  const lifetime = new Lifetime()

  return {
    lot,
    lots,
    ledger,
    onChanged: (listener) => void listeners.push(listener),
    payments: billing.payments,
    collect: billing.collect,
    routes: [
      ...lotRoutes(core, ledger, { body: lot, bodies: lots, changed: note }),
      ...numbers.routes,
      ...countRoutes(core, ledger, { body: lot, changed: note }),
      ...tariffRoutes(core, ledger),
      ...stayRoutes(ledger, review),
      ...billing.routes,
      ...forecastRoutes(core, ledger, forecasts),
    ],
    projections: [gateReads(core, ledger, note), bayReadings(core, ledger, note), watch.projection()],
    start() {
      expire()
      lifetime.repeat(core.clock, expiryEveryS, expire)
      lifetime.repeat(core.clock, lookEveryS, lookAtLots)
      billing.start()
      forecasts.start()
      numbers.start()
    },
    async stop() {
      await forecasts.stop()
      await numbers.stop()
      await billing.stop()
      await lifetime.close()
    },
  }
}
