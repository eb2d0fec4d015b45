import { randomUUID } from 'node:crypto'
import {
  type Check,
  type Clock,
  channelOf,
  channels,
  compile,
  type Device,
  formatTopic,
  InputError,
  NotFoundError,
  type SignalRequest,
  toTimestamp,
} from '@clearway/contracts'
import type { TSchema } from 'typebox'
import type { Downlink } from '../core.ts'
import type { Issuer } from '../signals/issuer.ts'

const checks = new Map<string, Check<unknown>>(
  Object.entries(channels)
    .filter(([, channel]) => channel.sentBy === 'gateway')
    .map(([key, channel]) => [key, compile(channel.body as TSchema)]),
)

/** Where messages to devices leave: checked against the contract like those that arrive. */
export class DeviceDownlink implements Downlink {
  readonly #find: (id: string) => Device | undefined
  readonly #send: (topic: string, payload: Buffer) => Promise<void>
  readonly #clock: Clock
  readonly #issuer: Issuer | undefined

  /** @param issuer signs requests for priority; without one they go out unsigned */
  constructor(
    find: (id: string) => Device | undefined,
    send: (topic: string, payload: Buffer) => Promise<void>,
    clock: Clock,
    issuer?: Issuer,
  ) {
    this.#find = find
    this.#send = send
    this.#clock = clock
    this.#issuer = issuer
  }

  async send(id: string, channel: string, body: Record<string, unknown>): Promise<void> {
    const device = this.#find(id)
    if (!device || device.state === 'revoked') {
      throw new NotFoundError('device', `there is no device "${id}"; add it with clearway device add`)
    }
    const check = checks.get(`${device.kind}/${channel}`)
    if (!check) {
      const why = channelOf(device.kind, channel) ? 'is sent by the device' : 'does not exist'
      throw new InputError('channel', `channel "${channel}" of a ${device.kind} ${why}`, [
        { field: 'channel', message: `"${channel}" ${why}` },
      ])
    }
    const message = { ...body, id: randomUUID(), at: toTimestamp(this.#clock.now()) }
    check.require(message, `${device.kind}/${channel} to ${id}`)
    const topic = formatTopic({ district: device.district, kind: device.kind, device: id, channel })
    const signed =
      channel === 'request' && this.#issuer ? this.#issuer.signed(topic, message as unknown as SignalRequest) : message
    await this.#send(topic, Buffer.from(JSON.stringify(signed)))
  }
}
