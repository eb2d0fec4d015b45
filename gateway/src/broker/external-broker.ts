import { readFileSync } from 'node:fs'
import {
  ConflictError,
  channelsOf,
  type Device,
  type DeviceKind,
  type DeviceStatus,
  deviceKinds,
  formatTopic,
  type Topic,
  WorldError,
} from '@clearway/contracts'
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt'
import type { Logger } from 'pino'
import type { IngestCounters } from '../ingest/counters.ts'
import type { JournalEntry } from '../ingest/entry.ts'
import type { Accept, DeviceCredentials } from './broker.ts'
import type { DeviceBroker } from './device-broker.ts'
import { DeviceSessions } from './device-sessions.ts'
import { type Breach, mayPublish } from './topic-rules.ts'

export interface ExternalBrokerOptions {
  /** `mqtt://host:port` or `mqtts://host:port` */
  url: string
  /** Begins the name of each connection, see `connectionName`. */
  user: string
  password: string
  /** PEM of the authority that signed the broker's certificate. */
  caFile?: string | undefined
}

/** Pause before a lost connection is tried again. */
const reconnectMs = 1_000

/**
 * User name and client id of the connection for one kind. The dot keeps it apart from every device id, and a name of
 * its own for each connection lets the broker bind client ids to user names, so that no device can take over its queue.
 */
export const connectionName = (user: string, kind: DeviceKind): string => `${user}.${kind}`

/**
 * Consumes from a stock broker (Mosquitto, EMQX) over MQTT 3.1.1. Signing devices in and guarding their topics is that
 * broker's work; here a message must come from a registered device under its own levels.
 *
 * One connection per kind of device, each with a session that outlives it: what the broker acknowledged to a device
 * while the gateway was away is delivered afterwards. mqtt.js hands over one message at a time and acknowledges it when
 * `accept` has called back, so the broker forgets nothing that is not on disk. Disjoint filters and not a shared
 * subscription, because a device's messages then stay in order; the price is one message a kind for each commit.
 *
 * Presence follows from the status messages, wills included: those live in the broker and survive a gateway's restart.
 */
export class ExternalBroker implements DeviceBroker {
  readonly #credentials: DeviceCredentials
  readonly #accept: Accept
  readonly #options: ExternalBrokerOptions
  readonly #log: Logger
  readonly #counters: IngestCounters
  readonly #clients = new Map<DeviceKind, MqttClient>()
  /** Stands for the connection of each device that is online. */
  readonly #links = new Map<string, { kind: DeviceKind }>()
  readonly sessions = new DeviceSessions()
  readonly port = 0
  readonly tlsPort = undefined
  #pending = 0

  constructor(
    credentials: DeviceCredentials,
    accept: Accept,
    options: ExternalBrokerOptions,
    log: Logger,
    counters: IngestCounters,
  ) {
    this.#credentials = credentials
    this.#accept = accept
    this.#options = options
    this.#log = log
    this.#counters = counters
  }

  get pending(): number {
    return this.#pending
  }

  /** Does not wait for the broker: without it pages and API work, and it is looked for until it is there. */
  async start(statuses: readonly JournalEntry[]): Promise<void> {
    for (const { device, kind, body } of statuses) {
      if ((body as DeviceStatus).state === 'online') this.#online(device, kind)
    }
    const { caFile } = this.#options
    const ca = caFile === undefined ? undefined : readAuthority(caFile)
    for (const kind of deviceKinds) this.#clients.set(kind, this.#connect(kind, ca))
  }

  /** The sessions stay in the broker, which goes on collecting. */
  async stop(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.endAsync()))
  }

  /** @throws WorldError `broker-away`: what is meant for now is not to arrive some other time */
  async send(topic: string, payload: Buffer, retain = false): Promise<void> {
    // Only statuses are retained, which are the device's to write and its broker's to keep.
    if (retain) return
    const client = this.#clients.get(topic.split('/')[3] as DeviceKind)
    if (!client?.connected) {
      throw new WorldError('broker-away', `the broker at ${this.#options.url} is not connected; send again later`)
    }
    await client.publishAsync(topic, payload, { qos: 1 })
  }

  /** The broker holds the connection: only the device's messages are refused here. */
  disconnect(device: string): void {
    this.#offline(device)
  }

  #connect(kind: DeviceKind, ca: Buffer | undefined): MqttClient {
    const { url, user, password } = this.#options
    const name = connectionName(user, kind)
    const client = mqtt.connect(url, {
      ...(ca && { ca }),
      protocolVersion: 4,
      clean: false,
      clientId: name,
      username: name,
      password,
      keepalive: 30,
      reconnectPeriod: reconnectMs,
      reconnectOnConnackError: true,
      resubscribe: false,
    })
    client.handleMessage = (packet, acknowledge) => this.#receive(client, packet as IPublishPacket, acknowledge)
    let subscribed = false
    let complaint = ''
    const complain = (error: Error) => {
      // Once an outage, not once a second.
      if (error.message !== complaint) this.#log.error({ event: 'broker-away', name, url, why: error.message })
      complaint = error.message
    }
    client.on('error', complain)
    client.on('connect', ({ sessionPresent }) => {
      this.#counters.connections.inc()
      client.stream.once('close', () => this.#counters.connections.dec())
      complaint = ''
      this.#log.info({ event: 'broker-connected', name, url, sessionPresent })
      // A broker that knows nothing of us says anew who is there: by the retained statuses.
      if (!sessionPresent) for (const [device, link] of this.#links) if (link.kind === kind) this.#offline(device)
      if (sessionPresent && subscribed) return
      const filters = channelsOf(kind, 'device').map((channel) =>
        formatTopic({ district: '+', kind, device: '+', channel }),
      )
      client.subscribeAsync(filters, { qos: 1 }).then(
        () => {
          subscribed = true
        },
        (error: Error) => {
          complain(error)
          client.stream.destroy()
        },
      )
    })
    return client
  }

  #receive(client: MqttClient, packet: IPublishPacket, acknowledge: () => void): void {
    const { stream } = client
    const { topic: topicText } = packet
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload)
    const sender = this.#senderOf(topicText)
    // Acknowledged all the same: refused here it would be delivered again for ever.
    if (!sender) {
      acknowledge()
      return
    }
    const { device, topic } = sender
    const state = topic.channel === 'status' ? stateIn(payload) : undefined
    // A broker does not say whether a device said goodbye or died: either way it is gone, and can be gone only once.
    const will = state === 'offline'
    if (will && !this.#links.has(device.id)) {
      acknowledge()
      return
    }
    if (state === 'online') this.#online(device.id, device.kind)
    this.#pending++
    this.#accept({ device, topic, topicText, payload, will, connectedElsewhere: false }, (error) => {
      this.#pending--
      // Packet ids belong to a connection: an answer that is late for its own would acknowledge some other message.
      if (client.stream !== stream || !client.connected) return
      const refused = error instanceof ConflictError
      if (error && !refused) {
        this.#log.error({ event: 'not-acknowledged', device: device.id, why: error.message })
        // The broker delivers it again over the next connection.
        stream.destroy()
        return
      }
      if (will && !refused) this.#offline(device.id)
      acknowledge()
    })
  }

  /** The registered device whose topic this is; undefined, counted and logged when there is none. */
  #senderOf(topicText: string): { device: Device; topic: Topic } | undefined {
    const device = this.#credentials.find(topicText.split('/')[4] ?? '')
    const right = device && device.state !== 'revoked' ? mayPublish(device, topicText) : unregistered
    if (device && right.allowed) return { device, topic: right.topic }
    this.#counters.breaches.inc({ what: 'publish' })
    const { why } = right as Breach
    this.#log.warn({ event: 'mqtt-topic-breach', audit: true, what: 'publish', topic: topicText.slice(0, 200), why })
    return undefined
  }

  #online(device: string, kind: DeviceKind): void {
    if (this.#links.has(device)) return
    const link = { kind }
    this.#links.set(device, link)
    this.sessions.opened(link, { device, clientId: device, cut: () => this.#offline(device) })
  }

  #offline(device: string): void {
    const link = this.#links.get(device)
    if (!link) return
    this.#links.delete(device)
    this.sessions.closed(link)
  }
}

const unregistered: Breach = { allowed: false, why: 'names no registered device' }

/** Admission checks the message later; here only whether it says that the device comes or goes. */
function stateIn(payload: Buffer): unknown {
  try {
    return (JSON.parse(payload.toString('utf8')) as { state?: unknown } | null)?.state
  } catch {
    return undefined
  }
}

function readAuthority(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new WorldError('tls-file', `mqtt.broker.caFile ${file} cannot be read: ${(cause as Error).message}`, cause)
  }
}
