import type { Clock, Device, DeviceStatus, Position, PriorityRole, Unit, VehiclePosition } from '@clearway/contracts'
import type { DeviceRegistry } from '../core.ts'
import type { JournalEntry } from '../ingest/entry.ts'

/** A unit that has sent no position for so long is not sent anywhere. */
const offlineAfterMs = 30_000

/** Where a vehicle was last. */
export interface Fix extends Position {
  speedMps: number
  headingDeg: number
  accuracyM: number
  at: string
  atMs: number
  /** Our clock. */
  receivedMs: number
}

/** The vehicles with a role among the devices, and where each one is. */
export class UnitBoard {
  readonly #clock: Clock
  readonly #devices: Pick<DeviceRegistry, 'find' | 'list'>
  readonly #busy: (vehicle: string) => boolean
  readonly #fixes = new Map<string, Fix>()
  readonly #offline = new Set<string>()

  /** @param busy true for a vehicle with an active dispatch */
  constructor(clock: Clock, devices: Pick<DeviceRegistry, 'find' | 'list'>, busy: (vehicle: string) => boolean) {
    this.#clock = clock
    this.#devices = devices
    this.#busy = busy
  }

  /** Takes one `vehicle/position`. @returns true unless it is older than the one known */
  position(entry: JournalEntry): boolean {
    const before = this.#fixes.get(entry.device)
    // A clock that was set back would otherwise silence its vehicle for as long as it went back.
    const forgotten = before !== undefined && entry.receivedMs - before.receivedMs > offlineAfterMs
    if (before && !forgotten && entry.atMs <= before.atMs) return false
    const { lon, lat, speedMps, headingDeg, accuracyM, at } = entry.body as VehiclePosition
    const { atMs, receivedMs } = entry
    this.#fixes.set(entry.device, { lon, lat, speedMps, headingDeg, accuracyM, at, atMs, receivedMs })
    this.#offline.delete(entry.device)
    return true
  }

  /** Takes one `vehicle/status`. */
  status(entry: JournalEntry): void {
    if ((entry.body as DeviceStatus).state === 'offline') this.#offline.add(entry.device)
    else this.#offline.delete(entry.device)
  }

  fix(vehicle: string): Fix | undefined {
    return this.#fixes.get(vehicle)
  }

  unit(id: string): Unit | undefined {
    const device = this.#devices.find(id)
    return device && this.#unitOf(device)
  }

  units(): Unit[] {
    return this.#devices.list().flatMap((device) => this.#unitOf(device) ?? [])
  }

  /** Units of a role that can be sent: heard lately and without an active dispatch. */
  available(role: PriorityRole): (Unit & { position: Position })[] {
    return this.units().filter(
      (unit): unit is Unit & { position: Position } =>
        unit.role === role && unit.state === 'available' && unit.position !== null,
    )
  }

  #unitOf(device: Device): Unit | undefined {
    const { id, kind, role, name = { en: id, zh: id } } = device
    if (kind !== 'vehicle' || role === undefined || device.state === 'revoked') return undefined
    const fix = this.#fixes.get(id)
    const heard = fix !== undefined && this.#clock.now() - fix.receivedMs <= offlineAfterMs && !this.#offline.has(id)
    return {
      id,
      role,
      name,
      position: fix ? { lon: fix.lon, lat: fix.lat } : null,
      ...(fix && { speedMps: fix.speedMps, headingDeg: fix.headingDeg, at: fix.at }),
      state: this.#busy(id) ? 'dispatched' : heard ? 'available' : 'offline',
    }
  }
}
