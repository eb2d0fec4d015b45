import { ClearwayError } from '@clearway/contracts'
import { Counter, Histogram, type Registry } from 'prom-client'
import type { Outcome, PaymentProvider } from './payment-provider.ts'

/** Counts and times what providers are asked. Labels are bounded: names of providers, calls and states. */
export function callMeter(registry: Registry) {
  const calls = new Counter({
    name: 'clearway_payment_calls_total',
    help: 'calls of payment providers by how they ended',
    labelNames: ['provider', 'call', 'result'] as const,
    registers: [registry],
  })
  const durations = new Histogram({
    name: 'clearway_payment_call_seconds',
    help: 'time until a payment provider answered, further tries included, s',
    labelNames: ['provider'] as const,
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  })

  async function measured<T>(provider: string, call: string, work: () => Promise<T>): Promise<T> {
    const end = durations.startTimer({ provider })
    try {
      const answer = await work()
      calls.inc({ provider, call, result: (answer as Partial<Outcome>).state ?? 'ok' })
      return answer
    } catch (error) {
      calls.inc({ provider, call, result: error instanceof ClearwayError ? error.kind : 'bug' })
      throw error
    } finally {
      end()
    }
  }

  /** The same provider, measured. */
  return (provider: PaymentProvider): PaymentProvider => {
    const { name } = provider
    return {
      name,
      debit: (order) => measured(name, 'debit', () => provider.debit(order)),
      payLink: (order) => measured(name, 'pay-link', () => provider.payLink(order)),
      query: (orderId) => measured(name, 'query', () => provider.query(orderId)),
      refund: (refund) => measured(name, 'refund', () => provider.refund(refund)),
      settlement: (day) => measured(name, 'settlement', () => provider.settlement(day)),
      notification: (request) => provider.notification(request),
    }
  }
}
