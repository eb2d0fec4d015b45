import type { JournalEntry } from '../ingest/entry.ts'
import type { DeviceSessions } from './device-sessions.ts'

/** Where the messages of devices come in and go out: the embedded broker, or a stock one beside the gateway. */
export interface DeviceBroker {
  /** Which devices are there. */
  readonly sessions: DeviceSessions
  /** Messages waiting for their commit. */
  readonly pending: number
  /** Where the gateway itself listens; 0 with a stock broker. */
  readonly port: number
  readonly tlsPort: number | undefined
  /** Makes `send` possible before anybody is let in: what is sent then reaches nobody, like a message to a device that is away. */
  open?(): Promise<void>
  /** After `open`. @param statuses the last word of every device, from the journal */
  start(statuses: readonly JournalEntry[]): Promise<void>
  stop(): Promise<void>
  /** Publishes for the gateway itself. @param retain as the topic's last value */
  send(topic: string, payload: Buffer, retain?: boolean): Promise<void>
  /** Ends every connection of a device, for example when its credential is revoked or rotated. */
  disconnect(device: string): void
}
