import type { DeviceKind, LineString, ManualClock, Position } from '@clearway/contracts'
import type { Identity, Uplink } from '@clearway/edge'
import type { ImportedCity } from '@clearway/routing'

/** A mission as whoever sends the vehicle out knows it. */
export interface MissionOrder {
  vehicle: string
  /** Where the vehicle stands. */
  origin: Position
  destination: Position
  /** The way that is to be driven, and the arcs of the network that it follows. */
  line: LineString
  arcs: Int32Array
}

/** A stretch of road that other drivers are asked to leave free. */
export interface AdvisedRoad {
  /** In the direction of travel. */
  line: LineString
  fromMs: number
  untilMs: number
}

/**
 * The other side of the agents in a lock-stepped run: what plans and asks for greens. Its time is the clock that it was
 * made with; it does nothing while that stands, but what `take` lets it do.
 */
export interface Centre {
  start(): Promise<void>
  /** How a device speaks with it. The uplink is started by its agent, after `start`. */
  uplink<K extends DeviceKind>(identity: Identity<K>): Uplink<K>
  /** Sends a vehicle out; it has published its position. @throws ClearwayError when the order is refused */
  send(order: MissionOrder): Promise<void>
  /** What other drivers can read now. */
  advice(): Promise<readonly AdvisedRoad[]>
  /** A device has had its turn: what it sent comes before what the next one sends. */
  turn(): Promise<void>
  /** Resolves when everything that was sent on either way so far has arrived. */
  take(): Promise<void>
  /** How long planning has taken so far, where it plans. */
  plannerTimes?(): Promise<PlannerTimes>
  stop(): Promise<void>
}

/** Of a run: each second of each mission, and making each dispatch, ms. */
export type PlannerTimes = Record<'step' | 'dispatch', { count: number; p50Ms: number; p99Ms: number; mostMs: number }>

/** A city in a simulation. */
export type SimulatedCity = Pick<ImportedCity, 'city' | 'network' | 'streets' | 'walking'>

/** What a centre stands on. */
export interface CentreSurroundings {
  clock: ManualClock
  /** The city as the agents know it. */
  imported: SimulatedCity
  /** Vehicles that will be sent out. */
  vehicles: readonly string[]
}

export type CentreOf = (surroundings: CentreSurroundings) => Promise<Centre>
