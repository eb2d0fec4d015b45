import type { Device, VehiclePosition } from '@clearway/contracts'
import { arcBearingDeg, type DrivenArc, type MatchedPoint, type RoadNetwork, TraceMatcher } from '@clearway/routing'
import type { JournalEntry } from '../ingest/entry.ts'

/** A vehicle that is silent for so long is forgotten. */
const forgetMs = 600_000
/** As many as a large city has on the road at once. */
const mostVehicles = 20_000
/** A device whose clock is farther off, or that sends what it could not send before, is told the time of arrival. */
const clockOffMs = 60_000
/** Positions that go back in time for so long mean that the clock has been set back: a new trace. */
const setBackMs = 30_000

/** Where a vehicle was, decided by the matcher. */
export interface TrackPlace extends Pick<MatchedPoint, 'arc' | 'offsetM' | 'position' | 'confidence'> {
  /** When the position was received. */
  atMs: number
  headingDeg: number
}

interface Track {
  matcher: TraceMatcher
  emergency: boolean
  heardMs: number
  /** When a position was last newer than the one before, and its own time. */
  movedMs: number
  newestMs: number
  place: TrackPlace | undefined
}

/** Follows every vehicle on the roads. */
export class VehicleTracks {
  readonly #network: RoadNetwork
  readonly #find: (device: string) => Device | undefined
  readonly #tracks = new Map<string, Track>()

  constructor(network: RoadNetwork, find: (device: string) => Device | undefined) {
    this.#network = network
    this.#find = find
  }

  get size(): number {
    return this.#tracks.size
  }

  /** The last place that was decided since the vehicle is on the road. */
  place(vehicle: string): TrackPlace | undefined {
    return this.#tracks.get(vehicle)?.place
  }

  /** Takes one `vehicle/position`. @returns arcs that the vehicle has left @throws InputError naming the field */
  position({ device, atMs, receivedMs, skewed, body }: JournalEntry): DrivenArc[] {
    const track = this.#track(device, receivedMs)
    if (!track) return []
    const { lon, lat, accuracyM, speedMps, headingDeg } = body as VehiclePosition
    const isOff = skewed === true || Math.abs(atMs - receivedMs) > clockOffMs
    const fix = { atMs: isOff ? receivedMs : atMs, lon, lat, accuracyM, speedMps, headingDeg }
    track.heardMs = receivedMs
    if (fix.atMs <= track.newestMs) {
      if (receivedMs - track.movedMs > setBackMs) this.#tracks.delete(device)
      return []
    }
    Object.assign(track, { newestMs: fix.atMs, movedMs: receivedMs })
    const { points, driven, broken } = track.matcher.add(fix)
    const last = points.at(-1)
    if (last) track.place = this.#placeOf(last)
    if (broken) track.place = undefined
    return driven
  }

  /** Forgets the silent ones. */
  sweep(nowMs: number): void {
    for (const [vehicle, { heardMs }] of this.#tracks) if (nowMs - heardMs > forgetMs) this.#tracks.delete(vehicle)
  }

  #track(vehicle: string, nowMs: number): Track | undefined {
    const role = this.#find(vehicle)?.role
    const emergency = role !== undefined && role !== 'bus'
    const known = this.#tracks.get(vehicle)
    if (known?.emergency === emergency) return known
    if (!known && this.#tracks.size >= mostVehicles) return undefined
    const matcher = new TraceMatcher(this.#network, { emergency })
    const track = {
      matcher,
      emergency,
      heardMs: nowMs,
      movedMs: nowMs,
      newestMs: Number.NEGATIVE_INFINITY,
      place: undefined,
    }
    this.#tracks.set(vehicle, track)
    return track
  }

  #placeOf({ arc, offsetM, position, confidence, atMs }: MatchedPoint): TrackPlace {
    return { arc, offsetM, position, confidence, atMs, headingDeg: arcBearingDeg(this.#network, arc, offsetM) }
  }
}
