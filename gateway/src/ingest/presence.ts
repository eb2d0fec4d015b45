import type { Clock, DeviceStatus } from '@clearway/contracts'
import { deviceKinds } from '@clearway/contracts'
import type { DeviceSessions } from '../broker/device-sessions.ts'
import type { JournalEntry } from './entry.ts'
import type { Journal } from './journal.ts'

/** What is known of a device's link. */
export interface Presence {
  state: 'online' | 'offline' | 'never-seen'
  lastSeenMs?: number
}

interface Known {
  lastSeenMs: number
  /** Last word of the device, or of its will. */
  status?: DeviceStatus
  /** Of the last `online` that was admitted, committed or not: a will of an earlier boot comes too late. */
  bootId?: string
}

/** Which devices are there. A device is online while it is connected and has not said otherwise. */
export class PresenceBoard {
  readonly #sessions: DeviceSessions
  readonly #clock: Clock
  readonly #known = new Map<string, Known>()
  readonly #listeners = new Set<(device: string, presence: Presence) => void>()

  constructor(sessions: DeviceSessions, clock: Clock) {
    this.#sessions = sessions
    this.#clock = clock
    sessions.onChange((device) => {
      const known = this.#knownOf(device)
      known.lastSeenMs = clock.now()
      this.#tell(device)
    })
  }

  /** Takes up what the journal knows from before the restart. @returns the last status of every device */
  restore(journal: Journal): JournalEntry[] {
    for (const [device, ms] of journal.lastHeardMs()) this.#knownOf(device).lastSeenMs = ms
    const statuses = deviceKinds.flatMap((kind) => journal.latest(`${kind}/status`))
    for (const { device, body } of statuses) {
      const known = this.#knownOf(device)
      known.status = body as DeviceStatus
      known.bootId = known.status.bootId
    }
    return statuses
  }

  of(device: string): Presence {
    const known = this.#known.get(device)
    if (!known) return { state: 'never-seen' }
    const online = this.#sessions.count(device) > 0 && known.status?.state !== 'offline'
    return { state: online ? 'online' : 'offline', lastSeenMs: known.lastSeenMs }
  }

  /** Told on every change between online and offline. @returns a function that ends the subscription */
  onChange(listener: (device: string, presence: Presence) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  heard(device: string): void {
    this.#knownOf(device).lastSeenMs = this.#clock.now()
  }

  /** A status was admitted; its commit is under way. */
  announced(device: string, status: DeviceStatus): void {
    if (status.state === 'online') this.#knownOf(device).bootId = status.bootId
  }

  /** A status is on disk. */
  confirmed(device: string, status: DeviceStatus): void {
    this.#knownOf(device).status = status
    this.#tell(device)
  }

  /** A will of an earlier boot says nothing about the device. */
  isStaleWill(device: string, will: DeviceStatus): boolean {
    const bootId = this.#known.get(device)?.bootId
    return bootId !== undefined && bootId !== will.bootId
  }

  /** Devices whose last word is `online`, but that have neither a connection nor said anything since `sinceMs`. */
  silentSince(sinceMs: number): { device: string; status: DeviceStatus }[] {
    return [...this.#known].flatMap(([device, { status, lastSeenMs }]) =>
      status?.state === 'online' && lastSeenMs < sinceMs && this.#sessions.count(device) === 0
        ? [{ device, status }]
        : [],
    )
  }

  #knownOf(device: string): Known {
    let known = this.#known.get(device)
    if (!known) {
      known = { lastSeenMs: this.#clock.now() }
      this.#known.set(device, known)
    }
    return known
  }

  #tell(device: string): void {
    const presence = this.of(device)
    for (const listener of this.#listeners) listener(device, presence)
  }
}
