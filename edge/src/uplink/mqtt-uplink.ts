import {
  type Clock,
  channelsOf,
  type DeviceKind,
  devicePrefix,
  PeerError,
  type Random,
  type SignalRequest,
  WorldError,
} from '@clearway/contracts'
import mqtt, { type MqttClient } from 'mqtt'
import type { Outbox } from '../outbox.ts'
import type { Report } from '../report.ts'
import { DownChannels } from './down-channels.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import { Postmark } from './postmark.ts'
import type { DownBody, DownChannel, Identity, UpBody, UpChannel, Uplink } from './uplink.ts'

export interface MqttUplinkOptions {
  /** `mqtt://host:port` or `mqtts://…` */
  url: string
  /** The device's password; with a client certificate it may be empty. */
  token: string
  firmware: string
  /** PEM texts for `mqtts:`. */
  tls?: { ca?: string; cert?: string; key?: string }
  /** Takes only requests that one of these has signed; without it the credential and the broker are trusted. */
  issuer?: IssuerKeys | undefined
  keepaliveS?: number
  /** Longest pause between two attempts. */
  maxBackoffS?: number
}

/** What the uplinks of one process share. */
export interface UplinkSurroundings {
  outbox: Outbox
  clock: Clock
  random: Random
  report: Report
}

/** Events in flight per device: enough to fill a long line, few enough to resend. */
const windowSize = 100
const firstBackoffS = 0.5
const goodbyeS = 2

interface StateSlot {
  waiting: string | undefined
  flying: string | undefined
}

/**
 * MQTT 3.1.1 over mqtt.js. One client object is one connection: a fresh one for every attempt carries a fresh last will,
 * and the library's own store, which forgets on restart, holds nothing that the outbox does not.
 */
export class MqttUplink<K extends DeviceKind> implements Uplink<K> {
  readonly identity: Identity<K>
  readonly #options: MqttUplinkOptions
  readonly #outbox: Outbox
  readonly #clock: Clock
  readonly #random: Random
  readonly #report: Report
  readonly #prefix: string
  readonly #postmark: Postmark
  readonly #down: DownChannels
  readonly #states = new Map<string, StateSlot>()
  #client: MqttClient | undefined
  #cursor = 0
  #inFlight = 0
  /** Events of this process that no PUBACK has come for. */
  #unacknowledged = 0
  #settling: (() => void)[] = []
  #complaint = ''
  #running: { stop: AbortController; ended: Promise<void> } | undefined

  constructor(
    identity: Identity<K>,
    options: MqttUplinkOptions,
    { outbox, clock, random, report }: UplinkSurroundings,
  ) {
    this.identity = identity
    this.#options = options
    this.#outbox = outbox
    this.#clock = clock
    this.#random = random.fork(identity.device)
    this.#report = report
    this.#prefix = devicePrefix(identity)
    this.#postmark = new Postmark(identity.device, outbox.bootId)
    const { issuer } = options
    const trust = (channel: string, body: unknown) => {
      if (channel === 'request') issuer?.requireSigned(this.#prefix + channel, body as SignalRequest)
    }
    this.#down = new DownChannels(identity.kind, clock, report, trust)
    outbox.onKept(identity.device, () => this.#pump())
  }

  /** Subscribed, announced and sending. */
  get connected(): boolean {
    return this.#client !== undefined
  }

  event<C extends UpChannel<K>>(channel: C, atMs: number, body: UpBody<K, C>, given?: string): string {
    const { id, payload } = this.#postmark.counted(atMs, body, given)
    this.#unacknowledged++
    this.#outbox.keep(this.identity.device, channel, payload)
    return id
  }

  state<C extends UpChannel<K>>(channel: C, atMs: number, body: UpBody<K, C>): void {
    const slot = this.#states.get(channel) ?? { waiting: undefined, flying: undefined }
    this.#states.set(channel, slot)
    slot.waiting = this.#postmark.uncounted(atMs, body).payload
    this.#sendState(channel, slot)
  }

  on<C extends DownChannel<K>>(channel: C, handler: (body: DownBody<K, C>) => void): () => void {
    return this.#down.on(channel, handler)
  }

  /** Resolves when it is connected and everything that it was given has been acknowledged. */
  settled(): Promise<void> {
    return this.#isSettled ? Promise.resolve() : new Promise((resolve) => this.#settling.push(resolve))
  }

  start(): void {
    if (this.#running) return
    const stop = new AbortController()
    this.#running = { stop, ended: this.#stayConnected(stop.signal) }
  }

  async stop(): Promise<void> {
    const running = this.#running
    if (!running) return
    this.#running = undefined
    await this.#sayGoodbye()
    running.stop.abort(new WorldError('stopped', `${this.identity.device}: uplink stopped`))
    await running.ended
  }

  async #stayConnected(stop: AbortSignal): Promise<void> {
    let failures = 0
    while (!stop.aborted) {
      failures = (await this.#connection(stop)) ? 0 : failures + 1
      if (stop.aborted) return
      const { maxBackoffS = 15 } = this.#options
      const backoffS = Math.min(maxBackoffS, firstBackoffS * 2 ** Math.min(failures, 16))
      // Jitter over half the pause: a thousand devices must not come back in one instant.
      const pauseS = backoffS * (0.5 + this.#random.next() / 2)
      await this.#clock.wait(pauseS, stop).catch((error) => {
        if (!stop.aborted) throw error
      })
    }
  }

  /** One connection from open to close. @returns whether it was ever up */
  async #connection(stop: AbortSignal): Promise<boolean> {
    const { device } = this.identity
    const { url, token, tls, keepaliveS = 30 } = this.#options
    let wasUp = false
    const client = mqtt.connect(url, {
      ...tls,
      protocolVersion: 4,
      clean: true,
      clientId: device,
      username: device,
      password: token,
      keepalive: keepaliveS,
      reconnectPeriod: 0,
      connectTimeout: 10_000,
      will: { topic: this.#topic('status'), payload: Buffer.from(this.#status('offline')), qos: 1, retain: true },
    })
    const abandon = () => client.end(true)
    stop.addEventListener('abort', abandon, { once: true })
    client.on('error', (error) => this.#complain(error))
    client.on('message', (topic, payload) => {
      if (topic.startsWith(this.#prefix)) this.#down.receive(topic.slice(this.#prefix.length), payload)
    })
    client.on('connect', () => {
      this.#announce(client).then(
        () => {
          wasUp = true
          this.#complaint = ''
        },
        (error: Error) => {
          this.#complain(error)
          client.end(true)
        },
      )
    })
    await new Promise<void>((resolve) => client.once('close', resolve))
    stop.removeEventListener('abort', abandon)
    client.end(true)
    if (this.#client === client) this.#client = undefined
    return wasUp
  }

  /** Ears first, then the birth, then what waited: whoever hears the birth may answer at once. */
  async #announce(client: MqttClient): Promise<void> {
    const topics = channelsOf(this.identity.kind, 'gateway').map((channel) => this.#topic(channel))
    const granted = await client.subscribeAsync(topics, { qos: 1 })
    for (const { topic, qos } of granted) {
      if (qos > 2) throw new PeerError('subscribe-refused', `the broker refused ${this.identity.device} on ${topic}`)
    }
    await client.publishAsync(this.#topic('status'), this.#status('online'), { qos: 1, retain: true })
    if (!client.connected) return
    this.#client = client
    this.#cursor = 0
    this.#inFlight = 0
    for (const [channel, slot] of this.#states) {
      slot.waiting ??= slot.flying
      slot.flying = undefined
      this.#sendState(channel, slot)
    }
    this.#pump()
    this.#tellSettled()
  }

  #pump(): void {
    const client = this.#client
    if (!client) return
    const room = windowSize - this.#inFlight
    // Half a window at a time, so that a long backlog is read in batches and not row by row.
    if (room < windowSize / 2) return
    for (const { seq, channel, payload } of this.#outbox.after(this.identity.device, this.#cursor, room)) {
      this.#cursor = seq
      this.#inFlight++
      client.publish(this.#topic(channel), payload, { qos: 1 }, (error) => {
        // An error here means that the connection has ended: the next one starts again at the oldest row.
        if (error || this.#client !== client) return
        this.#inFlight--
        this.#unacknowledged = Math.max(0, this.#unacknowledged - 1)
        this.#outbox.acknowledge(seq)
        this.#pump()
        this.#tellSettled()
      })
    }
  }

  #sendState(channel: string, slot: StateSlot): void {
    const client = this.#client
    if (!client || slot.flying !== undefined || slot.waiting === undefined) return
    slot.flying = slot.waiting
    slot.waiting = undefined
    client.publish(this.#topic(channel), slot.flying, { qos: 1 }, (error) => {
      if (error || this.#client !== client) return
      slot.flying = undefined
      this.#sendState(channel, slot)
      this.#tellSettled()
    })
  }

  get #isSettled(): boolean {
    const states = [...this.#states.values()]
    return this.connected && this.#unacknowledged === 0 && states.every(({ flying, waiting }) => !flying && !waiting)
  }

  #tellSettled(): void {
    if (this.#settling.length > 0 && this.#isSettled) for (const tell of this.#settling.splice(0)) tell()
  }

  async #sayGoodbye(): Promise<void> {
    const client = this.#client
    if (!client) return
    this.#outbox.commit()
    const patience = new AbortController()
    await Promise.race([
      client
        .publishAsync(this.#topic('status'), this.#status('offline'), { qos: 1, retain: true })
        .catch((error: Error) => this.#complain(error)),
      this.#clock.wait(goodbyeS, patience.signal).catch(() => undefined),
    ])
    patience.abort()
    // A clean DISCONNECT, so that the broker drops the last will.
    await Promise.race([client.endAsync(), new Promise((resolve) => client.stream.once('close', resolve))])
  }

  /** A death carries the last number given out, the birth after it the next: a late will is older than the birth. */
  #status(state: 'online' | 'offline'): string {
    const { firmware } = this.#options
    const atMs = this.#clock.now()
    return state === 'online'
      ? this.#postmark.counted(atMs, { state, firmware }).payload
      : this.#postmark.uncounted(atMs, { state, firmware, sequence: this.#postmark.sequence }).payload
  }

  #topic(channel: string): string {
    return this.#prefix + channel
  }

  /** Once an outage: the log of a thousand devices must stay readable while the gateway is away. */
  #complain(error: Error): void {
    const fault = this.#translate(error)
    if (fault.message !== this.#complaint) this.#report(fault)
    this.#complaint = fault.message
  }

  #translate(error: Error & { code?: unknown }): WorldError | PeerError {
    if (error instanceof PeerError) return error
    const who = `${this.identity.device} at ${this.#options.url}`
    // CONNACK return codes 4 and 5 of MQTT 3.1.1: the credential is wrong, not the line.
    if (error.code === 4 || error.code === 5) {
      return new PeerError('not-authorised', `${who}: the broker refused the credential`, [], error)
    }
    return new WorldError('link', `${who}: ${error.message || String(error.code ?? error.name)}`, error)
  }
}
