import type { ChannelKey, channels, DeviceKind } from '@clearway/contracts'
import type { Static } from 'typebox'

/** Which device speaks: the four levels of its topics. */
export interface Identity<K extends DeviceKind = DeviceKind> {
  district: string
  kind: K
  device: string
}

type SentBy<Sender extends 'device' | 'gateway'> = {
  [Key in ChannelKey]: (typeof channels)[Key]['sentBy'] extends Sender ? Key : never
}[ChannelKey]

/** The channels of one kind that a device sends, `status` excepted: the uplink itself announces birth and death. */
export type UpChannel<K extends DeviceKind> = Exclude<
  SentBy<'device'> extends infer Key ? (Key extends `${K}/${infer Channel}` ? Channel : never) : never,
  'status'
>
/** The channels of one kind that a device receives. */
export type DownChannel<K extends DeviceKind> =
  SentBy<'gateway'> extends infer Key ? (Key extends `${K}/${infer Channel}` ? Channel : never) : never

type Message<Key extends string> = Key extends ChannelKey ? Static<(typeof channels)[Key]['body']> : never

/** An upward body without what the uplink adds. */
export type UpBody<K extends DeviceKind, C extends string> = Omit<Message<`${K}/${C}`>, 'id' | 'at' | 'bootId'>
export type DownBody<K extends DeviceKind, C extends string> = Message<`${K}/${C}`>

/**
 * One device's connection to the gateway. Promises of every filling:
 * - an event keeps its id for life, is sent until the gateway acknowledges it, and arrives in order with the others of
 *   its device (resends after a broken connection excepted, which carry the same id);
 * - a state is sent as the newest of its channel only: what a newer one replaces before it was sent never travels;
 * - a handler sees only messages of this device that match the contract and have not expired, at least once each.
 */
export interface Uplink<K extends DeviceKind = DeviceKind> {
  readonly identity: Identity<K>
  readonly connected: boolean
  /**
   * @param atMs device clock when it happened
   * @param id unique within the device, where the source of the event names it; a new one where not given
   * @returns the message id
   */
  event<C extends UpChannel<K>>(channel: C, atMs: number, body: UpBody<K, C>, id?: string): string
  state<C extends UpChannel<K>>(channel: C, atMs: number, body: UpBody<K, C>): void
  /** @returns a function that ends the subscription */
  on<C extends DownChannel<K>>(channel: C, handler: (body: DownBody<K, C>) => void): () => void
  /** Connects, and connects again until stopped. */
  start(): void
  /** Says goodbye where it can and closes; resolves when nothing of it runs any more. */
  stop(): Promise<void>
}
