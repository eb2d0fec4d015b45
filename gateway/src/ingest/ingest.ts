import type { Clock } from '@clearway/contracts'
import type { Logger } from 'pino'
import { Gauge, type Registry } from 'prom-client'
import { type Accept, Broker, type BrokerOptions, type DeviceCredentials } from '../broker/broker.ts'
import type { DeviceBroker } from '../broker/device-broker.ts'
import { DeviceDownlink } from '../broker/downlink.ts'
import { ExternalBroker, type ExternalBrokerOptions } from '../broker/external-broker.ts'
import type { InProcessBroker } from '../broker/in-process-broker.ts'
import type { Downlink } from '../core.ts'
import type { Records } from '../records/records.ts'
import type { Issuer } from '../signals/issuer.ts'
import { type IngestCounters, ingestCounters } from './counters.ts'
import type { JournalEntry, LiveFeed, Projection } from './entry.ts'
import { MessageIntake } from './intake.ts'
import { Journal } from './journal.ts'
import { JournalFeed } from './live-feed.ts'
import { PresenceBoard } from './presence.ts'
import { ProjectionRunner } from './projections.ts'

export interface IngestOptions {
  dataDir: string
  broker: BrokerOptions
  /** A stock broker in place of the embedded one. */
  externalBroker?: ExternalBrokerOptions | undefined
  /** Devices of this process in place of either broker. */
  inProcess?: InProcessBroker | undefined
  clock: Clock
  log: Logger
  records: Records
  devices: DeviceCredentials
  /** Told the topic of every message that leaves for a device, before it goes. */
  onSent?: ((topic: string) => void) | undefined
  /** Signs requests for priority. */
  issuer?: Issuer
  /** Where the counters of `/metrics` are registered. */
  registry: Registry
  /** Bodies are kept for so long after every projection has seen them. */
  keepBodiesS?: number
  /** Ids are kept longer than the longest outage after which a device may still send again. */
  keepIdsS?: number
}

/** Everything between a device's socket and the features of the gateway. */
export interface Ingest {
  feed: LiveFeed
  downlink: Downlink
  presence: PresenceBoard
  journal: Journal
  /** Before `start`. */
  project(projections: readonly Projection[]): void
  /** Cuts the connections of a device whose credential has changed. */
  disconnect(device: string): void
  /** Resolves when the projections have applied everything that was acknowledged so far. */
  settled(): Promise<void>
  /** Opens the journal: from here on features can read it, and send. @throws WorldError `journal-open` */
  open(): Promise<void>
  /** Lets the projections catch up, then listens; after `open`. @throws WorldError `port-in-use` naming the port */
  start(): Promise<void>
  /** Projections take nothing more: what they write to may be closed. Messages are still kept, for the next start. */
  rest(): Promise<void>
  stop(): Promise<void>
  /** 0 with a stock broker: the gateway then listens for no devices. */
  readonly mqttPort: number
  readonly mqttTlsPort: number | undefined
}

const daysS = 86_400
const trimEveryS = 600
const silentAfterS = 90

function brokerOf(options: IngestOptions, accept: Accept, counters: IngestCounters): DeviceBroker {
  const { devices, externalBroker, inProcess, clock, log } = options
  if (inProcess) return inProcess.attach(devices, accept)
  if (externalBroker) return new ExternalBroker(devices, accept, externalBroker, log, counters)
  return new Broker(devices, accept, options.broker, clock, log, counters)
}

export function createIngest(options: IngestOptions): Ingest {
  const { dataDir, clock, log, records, devices, registry } = options
  const { keepBodiesS = daysS, keepIdsS = 7 * daysS } = options
  const counters = ingestCounters(registry)
  const journal = new Journal(
    dataDir,
    (reason) => {
      counters.commitFailures.inc()
      log.error({ event: 'journal-commit-failed', reason }, 'nothing is acknowledged until the journal can be written')
    },
    (rows, tookMs) => {
      counters.batch.observe(rows)
      counters.commit.observe(tookMs / 1000)
    },
  )
  const accept: Accept = (publication, done) => intake.accept(publication, done)
  const broker = brokerOf(options, accept, counters)
  const send = (topic: string, payload: Buffer, retain = false) => {
    if (!retain) options.onSent?.(topic)
    return broker.send(topic, payload, retain)
  }
  const presence = new PresenceBoard(broker.sessions, clock)
  const intake = new MessageIntake(journal, presence, clock, log, counters, send)
  const runner = new ProjectionRunner(journal, records, clock, log)
  const stopping = new AbortController()
  let statuses: JournalEntry[] = []
  let startedMs = 0
  let upkeep: Promise<void>[] = []

  new Gauge({
    name: 'clearway_projection_lag_entries',
    help: 'entries a projection is behind the journal',
    labelNames: ['projection'],
    registers: [registry],
    collect() {
      for (const [projection, lag] of runner.lag()) this.set({ projection }, lag)
    },
  })
  new Gauge({
    name: 'clearway_ingest_pending',
    help: 'messages waiting for their commit',
    registers: [registry],
    collect() {
      this.set(broker.pending)
    },
  })

  async function trim(nowMs: number): Promise<void> {
    await journal.trim(runner.slowestSeq, nowMs - keepBodiesS * 1000, nowMs - keepIdsS * 1000)
  }

  /** Wills do not survive a restart of the gateway: what did not come back is declared offline in their stead. */
  async function timeOutSilent(nowMs: number): Promise<void> {
    // Right after a start everybody gets the time to connect again.
    if (nowMs - startedMs < silentAfterS * 1000) return
    for (const { device: id, status } of presence.silentSince(nowMs - silentAfterS * 1000)) {
      const device = devices.find(id)
      if (device) await intake.declareOffline(device, status)
    }
  }

  async function repeat(everyS: number, what: string, work: (nowMs: number) => Promise<void>): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await clock.wait(everyS, stopping.signal)
      } catch {
        return
      }
      try {
        await work(clock.now())
      } catch (error) {
        log.error({ err: error }, `${what} failed; it is tried again later`)
      }
    }
  }

  return {
    feed: new JournalFeed(journal, log),
    downlink: new DeviceDownlink((id) => devices.find(id), send, clock, options.issuer),
    presence,
    journal,
    project(projections) {
      for (const projection of projections) runner.add(projection)
    },
    disconnect: (device) => broker.disconnect(device),
    settled: () => runner.settled(),
    async open() {
      await journal.start()
      statuses = presence.restore(journal)
      await broker.open?.()
    },
    async start() {
      runner.start()
      await broker.start(statuses)
      startedMs = clock.now()
      upkeep = [
        repeat(trimEveryS, 'trimming the journal', trim),
        repeat(silentAfterS / 3, 'declaring silent devices offline', timeOutSilent),
      ]
    },
    rest: () => runner.stop(),
    async stop() {
      stopping.abort()
      await Promise.all(upkeep)
      await broker.stop()
      await runner.stop()
      await journal.stop()
    },
    get mqttPort() {
      return broker.port
    },
    get mqttTlsPort() {
      return broker.tlsPort
    },
  }
}
