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
  /** Forbidden movements as pairs (in-arc, out-arc), sorted. */
  forbiddenTurns: Int32Array
  /** Arc → index into `approaches` when its head is a stop line, else −1. */
  approachOfArc: Int32Array
  /** All approaches of all signalled junctions. */
  approaches: readonly NetworkApproach[]
  /** Arc → index into `exits` when it leaves a signalled junction, else −1. */
  exitOfArc: Int32Array
  exits: readonly NetworkExit[]
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

export const arcFlag = {
  /** Against a one-way street: closed to ordinary profiles, costly for emergency ones. */
  contraflow: 1,
  roundabout: 2,
  /** A link (ramp) of its class. */
  link: 4,
  /** Inside a signalled junction, between the stop line and the exit. */
  inside: 8,
} as const
