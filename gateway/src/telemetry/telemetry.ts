import type { Clock } from '@clearway/contracts'
import type { Logger } from 'pino'
import { Counter, Gauge, type Registry } from 'prom-client'
import type { SeriesOutbox } from '../core.ts'
import type { Records } from '../records/records.ts'
import { EmbeddedStore } from './embedded-store.ts'
import { InfluxStore } from './influx-store.ts'
import { Recorder } from './recorder.ts'
import { RecordsOutbox } from './series-outbox.ts'
import type { TelemetryStore } from './store.ts'

export interface TelemetryOptions {
  dataDir: string
  store: 'embedded' | 'influxdb'
  /** Of InfluxDB; needed for `influxdb`. */
  url?: string | undefined
  database: string
  organisation?: string | undefined
  token?: string | undefined
  clock: Clock
  log: Logger
  records: Records
  registry: Registry
}

/** Time series: where features append them, and where they are read. */
export interface Telemetry {
  series: SeriesOutbox
  store: TelemetryStore
  /** Resolves when everything that was appended so far is in the store. */
  settled(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

export function createTelemetry(options: TelemetryOptions): Telemetry {
  const { dataDir, url, database, organisation, token, clock, log, records, registry } = options
  const outbox = new RecordsOutbox(records)
  const refused = new Counter({
    name: 'clearway_telemetry_refused_total',
    help: 'points that the store will never take, kept aside',
    registers: [registry],
  })
  new Gauge({
    name: 'clearway_telemetry_waiting_points',
    help: 'points on their way to the store',
    registers: [registry],
    collect() {
      this.set(outbox.size)
    },
  })
  const store: TelemetryStore =
    options.store === 'embedded' || url === undefined
      ? new EmbeddedStore(dataDir, clock, log)
      : new InfluxStore({
          url,
          database,
          organisation,
          token,
          refuse(point, reason) {
            refused.inc()
            log.warn({ event: 'point-refused', point, reason })
            outbox.refuse(point, reason, clock.now())
          },
        })
  const recorder = new Recorder(outbox, store, clock, log)
  return {
    series: outbox,
    store,
    settled: () => recorder.settled(),
    async start() {
      await store.start()
      recorder.start()
    },
    async stop() {
      await recorder.stop()
      await store.stop()
    },
  }
}
