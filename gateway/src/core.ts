import type { AuditEntry, City, Clock, Device, NewDevice, StreamTopic } from '@clearway/contracts'
import type { RoadNetwork } from '@clearway/routing'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { Config } from './config.ts'
import type { Actor, Route } from './http/route.ts'
import type { LiveFeed, Projection } from './ingest/entry.ts'
import type { Records } from './records/records.ts'
import type { Point, TelemetryStore } from './telemetry/store.ts'

/** Sends a message down to one device, QoS 1, on `{its prefix}/{channel}`; `id` and `at` are added. */
export interface Downlink {
  /** @throws NotFoundError for an unknown device, InputError for a body that its channel does not allow */
  send(device: string, channel: string, body: Record<string, unknown>): Promise<void>
}

/** The credential and topic rules of every device. */
export interface DeviceRegistry {
  find(id: string): Device | undefined
  list(): Device[]
  /** @returns the token, which is stored only as a hash @throws ConflictError when the id is taken */
  add(device: NewDevice): string
  rotate(id: string): string
  revoke(id: string): void
}

/** The hash-chained log. Called inside the transaction of the action that it records. */
export interface Audit {
  record(actor: Actor, action: string, subject: string, detail?: Record<string, unknown>): void
  /** What was done to any of the subjects, oldest first. */
  about(subjects: readonly string[]): AuditEntry[]
}

/** Fan-out to the browsers: newest value per key, bounded, never waits for a reader. */
export interface Stream {
  /** Names where the first picture of a topic comes from. */
  provide(topic: StreamTopic, snapshot: () => readonly { id: string }[]): void
  publish(topic: StreamTopic, items: readonly { id: string }[]): void
}

/** Appends points in the current records transaction; a recorder carries them to the telemetry store from a cursor. */
export interface SeriesOutbox {
  append(points: readonly Point[]): void
}

/** What every feature of the gateway stands on. */
export interface Core {
  config: Config
  clock: Clock
  log: Logger
  /** Counters and gauges of `/metrics`; labels are bounded. */
  metrics: Registry
  records: Records
  devices: DeviceRegistry
  audit: Audit
  stream: Stream
  feed: LiveFeed
  downlink: Downlink
  /** A JSON Web Signature by the gateway's own key that holds the record. */
  signRecord(payload: unknown): string
  series: SeriesOutbox
  telemetry: TelemetryStore
  /** Undefined until a road network has been imported: the gateway then runs with an empty city. */
  city: City | undefined
  network: RoadNetwork | undefined
}

/** One room of the gateway. Made by a `createX(core)`, started after the journal is open, stopped in reverse order. */
export interface Feature {
  routes: readonly Route[]
  projections?: readonly Projection[]
  start?(): void | Promise<void>
  stop?(): void | Promise<void>
}
