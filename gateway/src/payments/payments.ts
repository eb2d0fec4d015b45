import { Gauge } from 'prom-client'
import type { Core, Feature } from '../core.ts'
import { Lifetime } from '../lifetime.ts'
import { notificationRoute, type TakeNotice } from './notification-route.ts'
import type { PaymentProvider } from './payment-provider.ts'
import { knownMovements } from './reconciliation/known-movements.ts'
import { Reconciler } from './reconciliation/reconciler.ts'
import { reconciliationRoutes } from './reconciliation/reconciliation-routes.ts'

/** How often it is looked whether a day can be compared. */
const catchUpEveryS = 600

/** What the providers tell, and what their bills say about it. */
export function createPayments(core: Core, providers: readonly PaymentProvider[], take: TakeNotice): Feature {
  const reconciler = new Reconciler({ ...core, movements: knownMovements(core.records) })
  const lifetime = new Lifetime()
  let comparing = Promise.resolve()

  new Gauge({
    name: 'clearway_reconciliation_differences',
    help: "movements of money that the last comparison with a provider's bill found not alike",
    labelNames: ['provider'] as const,
    registers: [core.metrics],
    collect() {
      for (const { name } of providers) this.set({ provider: name }, reconciler.kept.differences(name))
    },
  })

  /** One round at a time: a provider may take longer than the next one waits. */
  const catchUp = () => {
    comparing = comparing.then(() =>
      reconciler
        .catchUp(providers, core.config.payments.reconcileHour)
        .catch((err: unknown) => core.log.error({ event: 'payments-not-compared', err })),
    )
  }

  return {
    routes: [notificationRoute(core, providers, take), ...reconciliationRoutes(reconciler, providers)],
    start() {
      lifetime.repeat(core.clock, catchUpEveryS, catchUp)
    },
    async stop() {
      await lifetime.close()
      await comparing
    },
  }
}
