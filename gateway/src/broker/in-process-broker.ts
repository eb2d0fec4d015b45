import { type Device, formatTopic, parseTopic, WorldError } from '@clearway/contracts'
import type { JournalEntry } from '../ingest/entry.ts'
import type { Accept, DeviceCredentials } from './broker.ts'
import type { DeviceBroker } from './device-broker.ts'
import { DeviceSessions } from './device-sessions.ts'
import { mayPublish } from './topic-rules.ts'

/** Takes what is sent to a device: the last level of the topic, and the message. */
export type Receive = (channel: string, payload: Buffer) => void

/**
 * Devices of the gateway's own process, without sockets: for runs in virtual time. They are let in by their registration
 * alone, may publish what a device may, and their messages are checked and kept as those that come by MQTT.
 */
export class InProcessBroker implements DeviceBroker {
  readonly sessions = new DeviceSessions()
  readonly port = 0
  readonly tlsPort = undefined
  readonly #receivers = new Map<string, Receive>()
  #attached: { credentials: DeviceCredentials; accept: Accept } | undefined
  #pending = 0

  /** The gateway takes it into use. */
  attach(credentials: DeviceCredentials, accept: Accept): this {
    this.#attached = { credentials, accept }
    return this
  }

  get pending(): number {
    return this.#pending
  }

  /** @throws WorldError `device-unknown` when the device is not registered */
  connect(device: string, receive: Receive): void {
    const { id } = this.#device(device)
    this.#receivers.set(id, receive)
    this.sessions.opened(receive, { device: id, clientId: id, cut: () => this.disconnect(id) })
  }

  /**
   * Resolves when the message is on stable storage.
   *
   * @throws WorldError `device-unknown`, or the reason why it may not be published or could not be kept
   */
  publish(device: string, topicText: string, payload: Buffer): Promise<void> {
    const known = this.#device(device)
    const right = mayPublish(known, topicText)
    if (!right.allowed) throw new WorldError('topic', `${device} may not publish on ${topicText}: it ${right.why}`)
    this.#pending++
    return new Promise((resolve, reject) => {
      const publication = { device: known, topic: right.topic, topicText, payload, will: false }
      this.#attached?.accept({ ...publication, connectedElsewhere: false }, (error) => {
        this.#pending--
        if (error) reject(error)
        else resolve()
      })
    })
  }

  send(topicText: string, payload: Buffer): Promise<void> {
    const { device, channel } = parseTopic(topicText)
    this.#receivers.get(device)?.(channel, payload)
    return Promise.resolve()
  }

  disconnect(device: string): void {
    const receive = this.#receivers.get(device)
    this.#receivers.delete(device)
    if (receive) this.sessions.closed(receive)
  }

  async start(statuses: readonly JournalEntry[]): Promise<void> {
    for (const { district, kind, device, channel, body } of statuses) {
      await this.send(formatTopic({ district, kind, device, channel }), Buffer.from(JSON.stringify(body)))
    }
  }

  stop(): Promise<void> {
    for (const device of this.#receivers.keys()) this.disconnect(device)
    return Promise.resolve()
  }

  #device(id: string): Device {
    const device = this.#attached?.credentials.find(id)
    if (device && device.state !== 'revoked') return device
    throw new WorldError('device-unknown', `no device "${id}" is registered; add it before it connects`)
  }
}
