import { Counter, Gauge, type Registry } from 'prom-client'

/** What `/metrics` says about diversion. */
export function diversionCounters(registry: Registry) {
  const registers = [registry]
  return {
    missions: new Gauge({
      name: 'clearway_diversion_missions',
      help: 'missions for which other traffic is led away now',
      registers,
    }),
    stretches: new Gauge({ name: 'clearway_diversion_stretches', help: 'stretches that are told of now', registers }),
    signMessages: new Counter({
      name: 'clearway_diversion_sign_messages_total',
      help: 'messages of corridors on signs, by what became of them',
      labelNames: ['outcome'],
      registers,
    }),
    reads: new Counter({
      name: 'clearway_diversion_advice_reads_total',
      help: 'reads of the advice feed, by its form',
      labelNames: ['form'],
      registers,
    }),
  }
}
export type DiversionCounters = ReturnType<typeof diversionCounters>
