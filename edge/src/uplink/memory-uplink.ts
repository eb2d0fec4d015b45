import {
  type Check,
  type Clock,
  channels,
  compile,
  type DeviceKind,
  devicePrefix,
  formatTopic,
  PeerError,
} from '@clearway/contracts'
import type { Report } from '../report.ts'
import { DownChannels } from './down-channels.ts'
import { Postmark } from './postmark.ts'
import type { DownBody, DownChannel, Identity, UpBody, UpChannel, Uplink } from './uplink.ts'

const checks = new Map<string, Check<unknown>>(
  Object.entries(channels)
    .filter(([, { sentBy }]) => sentBy === 'device')
    .map(([key, { body }]) => [key, compile(body)]),
)

/** One message as it arrived, already checked against its channel. */
export interface Arrival {
  identity: Identity
  channel: string
  body: Record<string, unknown>
}

/** The other end of memory uplinks: hears every device and speaks to each. For tests and sweeps in virtual time. */
export class MemoryBroker {
  readonly #devices = new Map<string, DownChannels>()
  readonly #listeners = new Set<(arrival: Arrival) => void>()

  onArrival(listener: (arrival: Arrival) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** @returns false when the device is not connected: a command is never stored */
  send(identity: Identity, channel: string, body: object): boolean {
    const down = this.#devices.get(devicePrefix(identity))
    down?.receive(channel, Buffer.from(JSON.stringify(body)))
    return down !== undefined
  }

  /** @throws PeerError when the message does not match its channel */
  arrive(identity: Identity, channel: string, payload: string): void {
    const body = JSON.parse(payload) as Record<string, unknown>
    const check = checks.get(`${identity.kind}/${channel}`)
    const faults = check ? check.faults(body) : [{ field: 'channel', message: 'is not in the contract' }]
    if (faults.length > 0) {
      const detail = faults.map(({ field, message }) => `${field} ${message}`).join('; ')
      throw new PeerError('schema', `${formatTopic({ ...identity, channel })}: ${detail}`, faults)
    }
    for (const listener of this.#listeners) listener({ identity, channel, body })
  }

  connect(identity: Identity, down: DownChannels): void {
    this.#devices.set(devicePrefix(identity), down)
  }

  disconnect(identity: Identity): void {
    this.#devices.delete(devicePrefix(identity))
  }
}

/** An uplink without a network: delivers in the same call, keeps events and the newest states while the line is cut. */
export class MemoryUplink<K extends DeviceKind> implements Uplink<K> {
  readonly identity: Identity<K>
  readonly #broker: MemoryBroker
  readonly #clock: Clock
  readonly #postmark: Postmark
  readonly #down: DownChannels
  readonly #states = new Map<string, string>()
  #events: { channel: string; payload: string }[] = []
  #connected = false

  constructor(identity: Identity<K>, broker: MemoryBroker, clock: Clock, report: Report, bootId = 'boot') {
    this.identity = identity
    this.#broker = broker
    this.#clock = clock
    this.#postmark = new Postmark(identity.device, bootId)
    this.#down = new DownChannels(identity.kind, clock, report)
  }

  get connected(): boolean {
    return this.#connected
  }

  event<C extends UpChannel<K>>(channel: C, atMs: number, body: UpBody<K, C>, given?: string): string {
    const { id, payload } = this.#postmark.counted(atMs, body, given)
    if (this.#connected) this.#broker.arrive(this.identity, channel, payload)
    else this.#events.push({ channel, payload })
    return id
  }

  state<C extends UpChannel<K>>(channel: C, atMs: number, body: UpBody<K, C>): void {
    const { payload } = this.#postmark.uncounted(atMs, body)
    if (this.#connected) this.#broker.arrive(this.identity, channel, payload)
    else this.#states.set(channel, payload)
  }

  on<C extends DownChannel<K>>(channel: C, handler: (body: DownBody<K, C>) => void): () => void {
    return this.#down.on(channel, handler)
  }

  start(): void {
    if (this.#connected) return
    this.#connected = true
    this.#broker.connect(this.identity, this.#down)
    this.#announce('online')
    const events = this.#events
    this.#events = []
    for (const [channel, payload] of this.#states) this.#broker.arrive(this.identity, channel, payload)
    this.#states.clear()
    for (const { channel, payload } of events) this.#broker.arrive(this.identity, channel, payload)
  }

  async stop(): Promise<void> {
    this.cut()
  }

  /** The line breaks: the broker announces the death. `start()` mends it. */
  cut(): void {
    if (!this.#connected) return
    this.#announce('offline')
    this.#broker.disconnect(this.identity)
    this.#connected = false
  }

  #announce(state: 'online' | 'offline'): void {
    const { payload } = this.#postmark.counted(this.#clock.now(), { state, firmware: 'memory' })
    this.#broker.arrive(this.identity, 'status', payload)
  }
}
