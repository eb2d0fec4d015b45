import { type DetectorFlow, InputError, type RouteProfile } from '@clearway/contracts'
import {
  type AvoidedRoads,
  drivingProfiles,
  LiveSpeeds,
  type RoadNetwork,
  type RouteEngine,
  UsualSpeeds,
} from '@clearway/routing'
import { timeZoneOf } from '../city/city.ts'
import type { Core, Feature } from '../core.ts'
import type { JournalEntry } from '../ingest/entry.ts'
import { type ClosedArc, ClosedArcs } from './closed-arcs.ts'
import { trafficCounters } from './counters.ts'
import { DetectorPlaces } from './detector-places.ts'
import { DisruptionBoard } from './disruption-board.ts'
import { RoadWatch } from './road-watch.ts'
import { trafficRoutes } from './traffic-routes.ts'
import { UsualSpeedsFile } from './usual-speeds-file.ts'
import { type TrackPlace, VehicleTracks } from './vehicle-tracks.ts'

export interface Traffic extends Feature {
  /** The last place on the roads that was decided for a vehicle. */
  placeOf(vehicle: string): TrackPlace | undefined
  /** What routes now avoid because it is closed; the same list for as long as it is the same. */
  closedArcs(profile: RouteProfile): readonly ClosedArc[]
  /** Ordinary routes are led around these from the next batch on, in place of those named before. */
  avoid(roads: AvoidedRoads): void
}

const none: readonly ClosedArc[] = []
/** Of roads of which nothing is known. */
export const noTraffic: Pick<Traffic, 'placeOf' | 'closedArcs' | 'avoid'> = {
  ...{ placeOf: () => undefined, closedArcs: () => none, avoid: () => undefined },
}

/** What is known of the roads comes into force so often; what people change at once. */
const batchS = 5
const saveEveryMs = 3_600_000

/** What the roads are like now: detectors and vehicles in, closures and incidents, conditions for the route engine out. */
export function createTraffic(
  core: Core,
  engine: Pick<RouteEngine, 'route' | 'update'> | undefined,
  missionFactor: (vehicle: string) => number,
): Traffic {
  if (!core.network || !engine) return { ...noTraffic, routes: trafficRoutes(core, undefined) }
  return trafficOn(core, core.network, engine, missionFactor)
}

/** @param missionFactor how much faster a vehicle drives than others: above 1 on a mission */
function trafficOn(
  core: Core,
  network: RoadNetwork,
  engine: Pick<RouteEngine, 'route' | 'update'>,
  missionFactor: (vehicle: string) => number,
): Traffic {
  const { clock, config, devices, feed, log, stream } = core
  const counters = trafficCounters(core.metrics)
  const usual = new UsualSpeeds(network, timeZoneOf(config, core.city))
  const file = new UsualSpeedsFile(config.dataDir, log)
  const live = new LiveSpeeds(network, usual)
  const watch = new RoadWatch(core, live, usual, engine, counters)
  const board = new DisruptionBoard(core, network, live.disruptions)
  const places = new DetectorPlaces(network, (device) => devices.find(device))
  const closed = new ClosedArcs(network)
  const tracks = new VehicleTracks(network, (device) => devices.find(device))
  const stopping = new AbortController()
  const subscriptions: (() => void)[] = []
  let watching: Promise<void> = Promise.resolve()

  /** Takes a reading, or counts it as one that was refused: one absurd device must not stop the others. */
  function take(source: 'detector' | 'vehicle', work: () => void): void {
    try {
      work()
      counters.readings.labels(source, 'taken').inc()
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      counters.readings.labels(source, 'refused').inc()
      log.debug({ reason: error.message }, `a reading of a ${source} was refused`)
    }
  }

  function flow(entry: JournalEntry): void {
    const { periodS, count, speedMps, occupancy, queueM } = entry.body as DetectorFlow
    // Late, or of a clock that is wrong: nobody can say when it was.
    if (entry.skewed) {
      counters.readings.labels('detector', 'no-time').inc()
      return
    }
    const arcs = places.arcsOf(entry.device)
    if (arcs.length === 0) counters.readings.labels('detector', 'no-place').inc()
    for (const arc of arcs) {
      const seen = { ...(speedMps !== undefined && { speedMps }), ...(queueM !== undefined && { queueM }) }
      const atMs = Math.min(entry.atMs, entry.receivedMs)
      take('detector', () =>
        live.flow({ arc, atMs, periodS, count: Math.ceil(count / arcs.length), occupancy, ...seen }),
      )
    }
  }

  function position(entry: JournalEntry): void {
    take('vehicle', () => {
      const driven = tracks.position(entry)
      // A bus stops where its passengers wait; that says nothing about the road.
      if (devices.find(entry.device)?.role === 'bus') return
      const speedFactor = missionFactor(entry.device)
      for (const arc of driven) live.drive({ ...arc, speedFactor })
    })
  }

  async function follow(): Promise<void> {
    let savedMs = clock.now()
    while (!stopping.signal.aborted) {
      const nowMs = clock.now()
      board.sweep()
      tracks.sweep(nowMs)
      await watch.refresh()
      measure()
      if (nowMs - savedMs >= saveEveryMs) {
        savedMs = nowMs
        // The roads are followed on while the disk is busy.
        void file.save(usual)
      }
      // Rejects when stopped, which ends the loop.
      await clock.wait(batchS, stopping.signal).catch(() => undefined)
    }
  }

  function measure(): void {
    const above0 = (values: ArrayLike<number> = []) => Array.from(values).filter((value) => value > 0).length
    counters.epoch.set(watch.epoch)
    counters.followed.set(tracks.size)
    counters.knownArcs.set(above0(watch.inForce?.confidence))
    counters.closedArcs.set(above0(watch.inForce?.closed))
  }

  return {
    placeOf: (vehicle) => tracks.place(vehicle),
    closedArcs: (profile) => closed.of(watch.inForce, drivingProfiles[profile].contraflow !== null),
    avoid: (roads) => watch.avoid(roads),
    async start() {
      await file.load(usual)
      board.resume()
      stream.provide('disruptions', () => board.all())
      for (const entry of feed.latest('detector/flow')) flow(entry)
      subscriptions.push(feed.on('detector/flow', flow), feed.on('vehicle/position', position))
      watching = follow()
    },
    async stop() {
      stopping.abort()
      for (const end of subscriptions) end()
      await watching
      await file.save(usual)
    },
    routes: trafficRoutes(core, { network, engine, usual, board, watch }),
  }
}
