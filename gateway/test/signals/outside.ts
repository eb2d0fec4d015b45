import { generateKeyPairSync } from 'node:crypto'
import {
  type City,
  type Device,
  type DeviceKind,
  fromTimestamp,
  type JunctionTable,
  ManualClock,
  NotFoundError,
  toTimestamp,
} from '@clearway/contracts'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import type { Config } from '../../src/config.ts'
import type { Core, Downlink } from '../../src/core.ts'
import type { JournalEntry, LiveFeed } from '../../src/ingest/entry.ts'
import { Records } from '../../src/records/records.ts'
import { Issuer } from '../../src/signals/issuer.ts'
import type { Point } from '../../src/telemetry/store.ts'

/** Upward messages handed to the features as the journal would, in memory. */
class Feed implements LiveFeed {
  readonly #listeners = new Map<string, Set<(entry: JournalEntry) => void>>()
  readonly #latest = new Map<string, JournalEntry>()
  #seq = 0

  on(channel: string, listener: (entry: JournalEntry) => void): () => void {
    const listeners = this.#listeners.get(channel) ?? new Set()
    this.#listeners.set(channel, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  latest(channel: string): JournalEntry[] {
    return [...this.#latest.values()].filter((entry) => `${entry.kind}/${entry.channel}` === channel)
  }

  /** @returns the entry, to be delivered again where a test needs a repeated message */
  deliver(kind: DeviceKind, device: string, channel: string, atMs: number, receivedMs: number, body: object) {
    const seq = ++this.#seq
    const id = `${device}:${seq}`
    const entry: JournalEntry = {
      ...{ seq, receivedMs, district: 'test', kind, device, channel, id, atMs },
      body: { id, at: toTimestamp(atMs), ...body },
    }
    this.hand(entry)
    return entry
  }

  hand(entry: JournalEntry): void {
    this.#latest.set(`${entry.device}/${entry.channel}`, entry)
    for (const listener of this.#listeners.get(`${entry.kind}/${entry.channel}`) ?? []) listener(entry)
  }
}

interface Sent {
  atMs: number
  device: string
  channel: string
  body: Record<string, unknown>
}

/** Keeps what was sent, and hands it to the device models. */
class RecordingDownlink implements Downlink {
  readonly sent: Sent[] = []
  readonly #clock: ManualClock
  readonly #receivers = new Map<string, (channel: string, body: Record<string, unknown>) => void>()

  constructor(clock: ManualClock) {
    this.#clock = clock
  }

  connect(device: string, receive: (channel: string, body: Record<string, unknown>) => void): void {
    this.#receivers.set(device, receive)
  }

  disconnect(device: string): void {
    this.#receivers.delete(device)
  }

  async send(device: string, channel: string, body: Record<string, unknown>): Promise<void> {
    this.sent.push({ atMs: this.#clock.now(), device, channel, body })
    const receive = this.#receivers.get(device)
    if (!receive) throw new NotFoundError('device', `there is no device "${device}"`)
    receive(channel, body)
  }

  requests(device: string): Sent[] {
    return this.sent.filter((message) => message.device === device && message.channel === 'request')
  }
}

/** Everything around the signals and the dispatches, in memory and in virtual time. */
export class Outside {
  readonly clock = new ManualClock(fromTimestamp('2026-11-23T08:00:00.000Z'))
  readonly feed = new Feed()
  readonly downlink = new RecordingDownlink(this.clock)
  readonly devices: Device[] = []
  readonly points: Point[] = []
  readonly audit: { actor: string; action: string; subject: string }[] = []
  readonly published: { topic: string; items: readonly { id: string }[] }[] = []
  readonly snapshots = new Map<string, () => readonly { id: string }[]>()
  readonly records: Records
  readonly issuer = Issuer.of(
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  )
  readonly core: Core

  constructor(
    junctions: readonly JunctionTable[],
    records = Records.open(':memory:'),
    greenChannel: Partial<Config['greenChannel']> = {},
  ) {
    this.records = records
    const city: Pick<City, 'junctions' | 'bounds'> = {
      junctions: [...junctions],
      bounds: { west: -1, south: -1, east: 1, north: 1 },
    }
    for (const { id, district } of junctions) this.devices.push({ id, kind: 'signal', district, state: 'online' })
    this.core = {
      config: {
        dataDir: ':memory:',
        city: {},
        signals: { eventDays: 30 },
        greenChannel: { headStartS: 0, downstreamFirst: 'on', ...greenChannel },
      },
      metrics: new Registry(),
      city,
      clock: this.clock,
      feed: this.feed,
      downlink: this.downlink,
      signRecord: (payload: unknown) => this.issuer.record(payload),
      records,
      log: pino({ level: 'silent' }),
      devices: { find: (id: string) => this.devices.find((device) => device.id === id), list: () => this.devices },
      audit: {
        record: (actor: { name: string }, action: string, subject: string) =>
          this.audit.push({ actor: actor.name, action, subject }),
      },
      stream: {
        provide: (topic: string, snapshot: () => readonly { id: string }[]) => this.snapshots.set(topic, snapshot),
        publish: (topic: string, items: readonly { id: string }[]) =>
          this.published.push({ topic, items: structuredClone(items) }),
      },
      series: { append: (points: readonly Point[]) => this.points.push(...points) },
    } as unknown as Core
  }
}
