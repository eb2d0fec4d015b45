import { Counter, Gauge, type Registry } from 'prom-client'

/** What `/metrics` says about money on its way. Labels are bounded: providers are those of the configuration. */
export function paymentCounters(registry: Registry, unmatched: () => number) {
  const registers = [registry]
  const labelNames = ['provider', 'outcome']
  new Gauge({
    name: 'clearway_unmatched_payments',
    help: 'payment notices that fit nothing and wait for a cashier',
    registers,
    collect() {
      this.set(unmatched())
    },
  })
  return {
    orders: new Counter({
      name: 'clearway_payment_orders_total',
      help: 'outcomes of orders that the gateway asked for',
      ...{ labelNames, registers },
    }),
    notices: new Counter({
      name: 'clearway_payment_notices_total',
      help: 'notices of payment providers, by what they did',
      ...{ labelNames, registers },
    }),
    refunds: new Counter({
      name: 'clearway_refunds_total',
      help: 'outcomes of refunds',
      ...{ labelNames, registers },
    }),
  }
}
