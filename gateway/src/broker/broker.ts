import { randomUUID } from 'node:crypto'
import { type Clock, type Device, formatTopic, OverloadError, payloadLimit, type Topic } from '@clearway/contracts'
import { Aedes, type Client, type ConnectPacket, type PublishPacket } from 'aedes'
import type { Logger } from 'pino'
import type { IngestCounters } from '../ingest/counters.ts'
import type { JournalEntry } from '../ingest/entry.ts'
import type { DeviceBroker } from './device-broker.ts'
import { DeviceSessions } from './device-sessions.ts'
import { GuardedSocket } from './guarded-socket.ts'
import { type Arrival, Listeners, type ListenOptions } from './listeners.ts'
import { FrameError } from './packet-frames.ts'
import { TokenBucket } from './token-bucket.ts'
import { mayPublish, mayReceive, maySubscribe } from './topic-rules.ts'

/** What the broker needs to know about devices. */
export interface DeviceCredentials {
  find(id: string): Device | undefined
  /** @returns undefined for an unknown or revoked device, or a wrong token */
  authenticate(id: string, token: string): Device | undefined
}

/** A message that a device may publish, before its payload is looked at. */
export interface Publication {
  device: Device
  topic: Topic
  topicText: string
  payload: Buffer
  /** Left at CONNECT and published by the broker when the connection broke. */
  will: boolean
  /** The device has another connection open than the one that this came from. */
  connectedElsewhere: boolean
}

/** What is on disk now. `retain` holds the payload to be kept as the topic's last value. */
export interface Intake {
  retain?: Buffer | undefined
}

/** Calls back in the order of the calls, once the message is on stable storage. An error closes the connection. */
export type Accept = (publication: Publication, done: (error: Error | undefined, intake?: Intake) => void) => void

export interface BrokerOptions extends ListenOptions {
  /** Messages of one device, sustained. */
  messagesPerSecond: number
  /** Milliseconds until a client that does not read is cut. */
  drainTimeoutMs?: number
}

interface Visitor extends Arrival {
  device?: Device
  /** As the client sent it. */
  clientId: string
  packet?: ConnectPacket
  pending: number
  filters: number
}

type AedesClient = Client & { conn: GuardedSocket; will?: PublishPacket | null }

const perClientPending = 2_000
const totalPending = 50_000
const sessionsPerDevice = 4
const filtersPerClient = 32
/** Seconds' worth of messages that a device may send at once, for example after an outage. */
const burstS = 2

/** MQTT 3.1.1 §3.2.2.3 return codes. */
const refusal = { identifier: 2, unavailable: 3, credentials: 4, authority: 5 } as const

/** The embedded MQTT broker. Holds the acknowledgement of every publish until `accept` has called back. */
export class Broker implements DeviceBroker {
  readonly #credentials: DeviceCredentials
  readonly #accept: Accept
  readonly #options: BrokerOptions
  readonly #clock: Clock
  readonly #log: Logger
  readonly #counters: IngestCounters
  readonly #aedes: Aedes
  readonly #listeners: Listeners
  readonly #visitors = new WeakMap<GuardedSocket, Visitor>()
  readonly #buckets = new Map<string, TokenBucket>()
  readonly sessions = new DeviceSessions()
  #pending = 0
  #stopping = false

  constructor(
    credentials: DeviceCredentials,
    accept: Accept,
    options: BrokerOptions,
    clock: Clock,
    log: Logger,
    counters: IngestCounters,
  ) {
    this.#credentials = credentials
    this.#accept = accept
    this.#options = options
    this.#clock = clock
    this.#log = log
    this.#counters = counters
    this.#listeners = new Listeners(options, counters, (arrival) => this.#arrived(arrival))
    this.#aedes = new Aedes({
      concurrency: 1_000,
      connectTimeout: 10_000,
      drainTimeout: options.drainTimeoutMs ?? 3_000,
      // Ours are longer: the device id stands before the client's own.
      maxClientsIdLength: 200,
      maxTopicLevels: 16,
      preConnect: (client, packet, done) => {
        this.#introduce(client as AedesClient, packet)
        done(null, true)
      },
      authenticate: (client, username, password, done) => {
        const refused = this.#signIn(client as AedesClient, username, password)
        if (!refused) return done(null, true)
        this.#counters.refused.inc({ reason: refused.reason })
        this.#log.warn({ event: 'mqtt-refused', user: username?.slice(0, 80), ...refused }, 'sign-in refused')
        done(Object.assign(new Error(refused.reason), { returnCode: refused.code }), false)
      },
      authorizePublish: (client, packet, done) => this.#publish(client as AedesClient | null, packet, done),
      authorizeSubscribe: (client, subscription, done) => {
        const allowed = this.#subscribe(client as AedesClient, subscription.topic)
        // Null answers SUBACK 0x80 for this filter and keeps the connection.
        done(null, allowed ? subscription : null)
      },
      authorizeForward: (client, packet) => {
        const device = this.#visitorOf(client as AedesClient)?.device
        return device && mayReceive(device, packet.topic) ? packet : null
      },
    })
    this.#aedes.on('clientReady', (client) => this.#ready(client as AedesClient))
    const failed = (client: Client, error: Error) => this.#failed(client as AedesClient, error)
    this.#aedes.on('clientError', failed)
    this.#aedes.on('connectionError', failed)
    // Not in aedes' types: an error of its housekeeping, for example of a will that nobody may publish.
    ;(this.#aedes as NodeJS.EventEmitter).on('error', (error: Error) => log.error({ err: error }, 'broker error'))
  }

  open(): Promise<void> {
    return this.#aedes.listen()
  }

  /** Keeps the last word of every device as retained. @throws WorldError `port-in-use` naming the port */
  async start(statuses: readonly JournalEntry[]): Promise<void> {
    for (const { district, kind, device, channel, body } of statuses) {
      await this.send(formatTopic({ district, kind, device, channel }), Buffer.from(JSON.stringify(body)), true)
    }
    await this.#listeners.start()
  }

  /** Closes every connection. Wills are not published: it is the gateway that goes, not the devices. */
  async stop(): Promise<void> {
    this.#stopping = true
    await this.#listeners.stop(() => new Promise<void>((resolve) => this.#aedes.close(() => resolve())))
  }

  /** The port listened on, which the system chose when the configuration says 0. */
  get port(): number {
    return this.#listeners.port
  }

  get tlsPort(): number | undefined {
    return this.#listeners.tlsPort
  }

  /** Messages waiting for their commit. */
  get pending(): number {
    return this.#pending
  }

  /** Publishes for the gateway itself; resolves when it has been handed to the clients that listen. */
  send(topic: string, payload: Buffer, retain = false): Promise<void> {
    return new Promise((resolve, reject) => {
      const packet: PublishPacket = { cmd: 'publish', topic, payload, qos: 1, retain, dup: false }
      this.#aedes.publish(packet, (error) => (error ? reject(error) : resolve()))
    })
  }

  /** Cuts every connection of a device, for example when its credential is revoked or rotated. */
  disconnect(device: string): void {
    for (const { cut } of this.sessions.of(device)) cut()
  }

  #visitorOf(client: AedesClient): Visitor | undefined {
    return this.#visitors.get(client.conn)
  }

  #arrived(arrival: Arrival): void {
    const guard = new GuardedSocket(
      arrival.socket,
      () => this.#clock.now(),
      () => this.#counters.throttled.inc(),
    )
    this.#visitors.set(guard, { ...arrival, clientId: '', pending: 0, filters: 0 })
    this.#aedes.handle(guard)
  }

  /**
   * Before sign-in. The broker's own name of a client becomes `{device}/{client id}`, so that taking over a session by
   * its client id works only within one credential. Sessions end with their connection (CONNACK says "session present:
   * no"): a device's outbox and the leases of commands carry over an outage, and nothing piles up for one that is gone.
   */
  #introduce(client: AedesClient, packet: ConnectPacket): void {
    const visitor = this.#visitorOf(client)
    if (!visitor) return
    visitor.packet = { ...packet }
    visitor.clientId = packet.clientId
    const device = visitor.certificateName ?? packet.username ?? ''
    packet.clientId = `${device}/${packet.clientId || randomUUID()}`
    packet.clean = true
  }

  /** @returns the reason and the return code of a refusal, undefined when the device is signed in */
  #signIn(client: AedesClient, username: string | undefined, password: Buffer | undefined) {
    const visitor = this.#visitorOf(client)
    const packet = visitor?.packet
    if (!visitor || !packet) return { reason: 'no-connect', code: refusal.unavailable }
    if (this.#stopping) return { reason: 'stopping', code: refusal.unavailable }
    if (packet.clientId === '' && !packet.clean) return { reason: 'client-id-empty', code: refusal.identifier }
    const { certificateName } = visitor
    if (certificateName !== undefined && username !== undefined && username !== certificateName) {
      return { reason: 'name-differs-from-certificate', code: refusal.credentials }
    }
    const device =
      certificateName !== undefined
        ? this.#credentials.find(certificateName)
        : this.#credentials.authenticate(username ?? '', password?.toString('utf8') ?? '')
    if (!device || device.state === 'revoked') return { reason: 'credential', code: refusal.credentials }
    if (packet.clientId !== '' && !packet.clientId.startsWith(device.id)) {
      return { reason: 'client-id-foreign', code: refusal.identifier }
    }
    if (packet.will && !mayPublish(device, packet.will.topic).allowed) {
      this.#breach(device, 'will', packet.will.topic, 'a will may only go to a topic of the device')
      return { reason: 'will-topic', code: refusal.authority }
    }
    const others = this.sessions.of(device.id).filter(({ clientId }) => clientId !== client.id)
    if (others.length >= sessionsPerDevice) {
      return { reason: 'too-many-sessions', code: refusal.unavailable }
    }
    visitor.device = device
    const guard = client.conn
    // From here on, not from CONNACK: a credential withdrawn in between must find the connection.
    this.sessions.opened(guard, { device: device.id, clientId: client.id, cut: () => guard.destroy() })
    guard.once('close', () => this.sessions.closed(guard))
    return undefined
  }

  #ready(client: AedesClient): void {
    const device = this.#visitorOf(client)?.device
    if (!device) return
    let bucket = this.#buckets.get(device.id)
    if (!bucket) {
      const { messagesPerSecond } = this.#options
      bucket = new TokenBucket(messagesPerSecond, messagesPerSecond * burstS, this.#clock.now())
      this.#buckets.set(device.id, bucket)
    }
    client.conn.open(bucket)
  }

  /** Publishes and wills pass here. A will can come without a client: then its connection is long gone. */
  #publish(client: AedesClient | null, packet: PublishPacket, done: (error?: Error | null) => void): void {
    const visitor = client ? this.#visitorOf(client) : undefined
    const will = client === null || client.will === packet
    const device = visitor?.device ?? (will ? this.#deviceOfWill(packet) : undefined)
    if (!device) {
      done(new Error('the sender of this message is not known'))
      return
    }
    if (will && this.#stopping) {
      done(new Error('the gateway is stopping'))
      return
    }
    const right = mayPublish(device, packet.topic)
    if (!right.allowed) {
      this.#breach(device, will ? 'will' : 'publish', packet.topic, right.why)
      done(new Error(`topic "${packet.topic}" ${right.why}`))
      return
    }
    if (packet.payload.length > payloadLimit.destroyed) {
      this.#counters.refused.inc({ reason: 'oversize' })
      done(new Error(`a payload has ${packet.payload.length} bytes; ${payloadLimit.destroyed} are allowed`))
      return
    }
    if (this.#pending >= totalPending || (visitor && visitor.pending >= perClientPending)) {
      this.#counters.refused.inc({ reason: 'overload' })
      done(new OverloadError('overload', `${this.#pending} messages wait for the disk; send again later`))
      return
    }
    this.#pending++
    if (visitor) visitor.pending++
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload)
    const connectedElsewhere = will && this.sessions.isOpenBeside(device.id, client?.conn)
    const publication = { device, topic: right.topic, topicText: packet.topic, payload, will, connectedElsewhere }
    this.#accept(publication, (error, intake) => {
      this.#pending--
      if (visitor) visitor.pending--
      // Only a status that is on disk becomes the topic's last value; nothing else may be planted there.
      packet.retain = intake?.retain !== undefined
      if (intake?.retain) packet.payload = intake.retain
      done(error)
    })
  }

  #deviceOfWill(packet: PublishPacket & { clientId?: string }): Device | undefined {
    return this.#credentials.find(packet.clientId?.split('/')[0] ?? '')
  }

  #subscribe(client: AedesClient, filter: string): boolean {
    const visitor = this.#visitorOf(client)
    if (!visitor?.device) return false
    if (++visitor.filters > filtersPerClient) return false
    const right = maySubscribe(visitor.device, filter)
    if (!right.allowed) this.#breach(visitor.device, 'subscribe', filter, right.why)
    return right.allowed
  }

  #breach(device: Device, what: string, topic: string, why: string): void {
    this.#counters.breaches.inc({ what })
    this.#log.warn({
      event: 'mqtt-topic-breach',
      audit: true,
      device: device.id,
      what,
      topic: topic.slice(0, 200),
      why,
    })
  }

  #failed(client: AedesClient, error: Error): void {
    const visitor = this.#visitorOf(client)
    if (error instanceof FrameError) this.#counters.refused.inc({ reason: error.reason })
    this.#log.info({ event: 'mqtt-closed', device: visitor?.device?.id, why: error.message })
  }
}
