import type { WeeklyHours } from './weekly-hours.ts'

/**
 * A road network as it is driven: arcs (one direction of a road between two nodes) on typed arrays, immutable.
 * Arc arrays are indexed by arc, node arrays by node. Lengths in metres, speeds in metres per second, WGS 84 degrees.
 */
export interface RoadNetwork {
  nodeCount: number
  arcCount: number
  nodeLon: Float64Array
  nodeLat: Float64Array
  /** Arcs are sorted by tail: the arcs out of `n` are `firstOut[n]` … `firstOut[n + 1] - 1`. */
  firstOut: Int32Array
  tail: Int32Array
  head: Int32Array
  lengthM: Float32Array
  /** Legal or class speed of ordinary traffic. */
  speedMps: Float32Array
  lanes: Uint8Array
  /** Physical limits of vehicles, metres and metric tons; Infinity where none is known. No profile may exceed them. */
  maxHeightM: Float32Array
  maxWidthM: Float32Array
  maxWeightT: Float32Array
  maxAxleLoadT: Float32Array
  /** Index into `roadClasses`. */
  roadClass: Uint8Array
  /** Bits of `arcFlag`. */
  flags: Uint8Array
  /** Index into `streetNames`; 0 is the empty name. */
  street: Int32Array
  streetNames: readonly string[]
  /** The arc of the other direction of the same road, or −1. */
  reverse: Int32Array
  /** Shape points of arc `a`, ends included: `shapeStart[a]` … `shapeStart[a + 1] - 1`. */
  shapeStart: Int32Array
  shapeLon: Float64Array
  shapeLat: Float64Array
  /** In the order of their arcs. */
  turnBans: readonly TurnBan[]
  /** Arc → index into `approaches` when its head is a stop line, else −1. */
  approachOfArc: Int32Array
  /** All approaches of all signalled junctions. */
  approaches: readonly NetworkApproach[]
  /** Arc → index into `exits` when it leaves a signalled junction, else −1. */
  exitOfArc: Int32Array
  exits: readonly NetworkExit[]
  /**
   * The node of each rank in the contraction order of its hierarchy. It takes longer to find than everything else that a
   * start needs, so it lies in the network's file; where it is absent it is made when first needed.
   */
  order?: Int32Array
}

/** A sequence of arcs that signs forbid. */
export interface TurnBan {
  /** At least two, each starting where the one before ends: the arc in, those of the way via if there is one, the arc out. */
  arcs: readonly number[]
  /** The sign does not hold for emergency vehicles. */
  emergencyExempt: boolean
  /** Null: always. */
  hours: WeeklyHours | null
}

export interface NetworkApproach {
  junction: string
  approach: string
  arc: number
}

export interface NetworkExit {
  junction: string
  exit: string
  arc: number
}

/** From the fastest to the slowest. */
export const roadClasses = [
  'motorway',
  'trunk',
  'primary',
  'secondary',
  'tertiary',
  'unclassified',
  'residential',
  'living_street',
  'service',
] as const

export type RoadClass = (typeof roadClasses)[number]

export const arcFlag = {
  /** Against a one-way street: closed to ordinary profiles, costly for emergency ones. */
  contraflow: 1,
  roundabout: 2,
  /** A link (ramp) of its class. */
  link: 4,
  /** Inside a signalled junction, between the stop line and the exit. */
  inside: 8,
  /** Under or through something, and nothing says how high: allowed, but to be told. */
  unknownClearance: 16,
  /** Closed to ordinary cars by law (bus road, private, pedestrian street), wide enough for emergency vehicles. */
  emergencyOnly: 32,
} as const
