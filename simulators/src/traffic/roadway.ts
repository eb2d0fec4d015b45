import { arcFlag, arrivalBearing, departureBearing, type RoadNetwork, turnDeg } from '@clearway/routing'

type Turn = 'straight' | 'right' | 'left' | 'back'

/** A movement leads from one arc over its head onto one of the arcs that begin there. */
export interface Movement {
  from: number
  to: number
  turn: Turn
  /** Degrees, −180 < angle ≤ 180; positive is to the right. */
  turnDeg: number
  /** Lanes of `from` that may make it, counted from the innermost (left) lane 0; both ends included. */
  firstLane: number
  lastLane: number
  /** Highest speed at the node; infinite where the road goes on. */
  speedMps: number
}

/** Turns sharper than this leave the road that they came on. */
const TURN_DEG = 30
const BACK_DEG = 150

const turnOf = (angle: number): Turn =>
  Math.abs(angle) < TURN_DEG ? 'straight' : Math.abs(angle) > BACK_DEG ? 'back' : angle > 0 ? 'right' : 'left'

/** Speed on a curve of the radius usual for the turn, at about 2.5 m/s² to the side. */
function turnSpeedMps(turn: Turn, angle: number): number {
  if (turn === 'straight') return Number.POSITIVE_INFINITY
  if (turn === 'back') return 3
  if (Math.abs(angle) < 60) return 9
  return turn === 'right' ? 5.5 : 7
}

/** What a map knows of movements, by arc and next arc. The rest is as it usually is. */
export type KnownMovements = ReadonlyMap<number, ReadonlyMap<number, KnownMovement>>

type KnownMovement = Pick<Movement, 'firstLane' | 'lastLane' | 'speedMps'>

/** What drivers know of a road network: its lanes, and which lane leads where. Immutable. */
export class Roadway {
  readonly network: RoadNetwork
  /** The lanes of arc `a` are `laneStart[a]` … `laneStart[a + 1] - 1`, innermost first. */
  readonly laneStart: Int32Array
  readonly laneCount: number
  /** The movements out of arc `a` begin at `movementStart[a]`, in the order of the arcs out of its head. */
  readonly movementStart: Int32Array
  readonly movements: readonly Movement[]
  /** 1 where roads meet: standing there would block others. */
  readonly crossing: Uint8Array
  /** The open arcs into each node. */
  readonly into: readonly (readonly number[])[]

  constructor(network: RoadNetwork, known?: KnownMovements) {
    this.network = network
    const { arcCount, head, firstOut } = network
    this.laneStart = new Int32Array(arcCount + 1)
    this.movementStart = new Int32Array(arcCount + 1)
    for (let a = 0; a < arcCount; a++) {
      const out = firstOut[head[a]! + 1]! - firstOut[head[a]!]!
      this.laneStart[a + 1] = this.laneStart[a]! + Math.max(1, network.lanes[a]!)
      this.movementStart[a + 1] = this.movementStart[a]! + out
    }
    this.laneCount = this.laneStart[arcCount]!
    const departing = Float64Array.from({ length: arcCount }, (_, a) => departureBearing(network, a))
    const movements: Movement[] = []
    for (let a = 0; a < arcCount; a++) movements.push(...movementsFrom(network, a, departing, known?.get(a)))
    this.movements = movements
    this.crossing = crossings(network)
    this.into = openArcsInto(network)
  }

  lanesOf(arc: number): number {
    return this.laneStart[arc + 1]! - this.laneStart[arc]!
  }

  /** Index into `movements`; `to` must begin where `from` ends. */
  movementIndex(from: number, to: number): number {
    return this.movementStart[from]! + to - this.network.firstOut[this.network.head[from]!]!
  }
}

function movementsFrom(
  network: RoadNetwork,
  from: number,
  departing: Float64Array,
  known: ReadonlyMap<number, KnownMovement> | undefined,
): Movement[] {
  const node = network.head[from]!
  const arriving = arrivalBearing(network, from)
  const lanes = Math.max(1, network.lanes[from]!)
  const movements: Movement[] = []
  for (let to = network.firstOut[node]!; to < network.firstOut[node + 1]!; to++) {
    const angle = turnDeg(arriving, departing[to]!)
    const turn = to === network.reverse[from] ? 'back' : turnOf(angle)
    const speedMps = turnSpeedMps(turn, angle)
    movements.push({ from, to, turn, turnDeg: angle, firstLane: 0, lastLane: lanes - 1, speedMps })
  }
  const ways = movements.filter((m) => m.turn !== 'back' && isOrdinary(network, m.to))
  if (ways.length === 1) ways[0]!.speedMps = Math.max(ways[0]!.speedMps, 9)
  shareLanes(ways, lanes)
  for (const movement of movements) {
    const { firstLane, lastLane, speedMps } = { ...movement, ...known?.get(movement.to) }
    Object.assign(movement, { firstLane, lastLane, speedMps })
  }
  return movements
}

/** The lanes of a stop line by the ways out: left turns inside, right turns outside, straight on what is left. */
function shareLanes(ways: readonly Movement[], lanes: number): void {
  if (lanes === 1 || ways.length < 2) return
  const left = ways.some((m) => m.turn === 'left')
  const right = ways.some((m) => m.turn === 'right')
  const straight = ways.some((m) => m.turn === 'straight')
  for (const m of ways) {
    if (m.turn === 'left') {
      if (straight) m.lastLane = Math.max(0, Math.floor(lanes / 4))
      else if (right) m.lastLane = Math.ceil(lanes / 2) - 1
    } else if (m.turn === 'right') {
      if (straight) m.firstLane = lanes - 1
      else if (left) m.firstLane = Math.ceil(lanes / 2)
    } else {
      if (left && lanes >= 3) m.firstLane = 1
      if (right && lanes >= 4) m.lastLane = lanes - 2
    }
  }
}

/** Cars drive here, and this way. */
export const isOrdinary = (network: RoadNetwork, arc: number): boolean =>
  (network.flags[arc]! & (arcFlag.contraflow | arcFlag.emergencyOnly)) === 0

function crossings(network: RoadNetwork): Uint8Array {
  const neighbours = Array.from({ length: network.nodeCount }, () => new Set<number>())
  for (let a = 0; a < network.arcCount; a++) {
    if (network.flags[a]! & arcFlag.emergencyOnly) continue
    neighbours[network.head[a]!]!.add(network.tail[a]!)
    neighbours[network.tail[a]!]!.add(network.head[a]!)
  }
  return Uint8Array.from(neighbours, (others) => (others.size >= 3 ? 1 : 0))
}

function openArcsInto(network: RoadNetwork): number[][] {
  const into = Array.from({ length: network.nodeCount }, (): number[] => [])
  for (let a = 0; a < network.arcCount; a++) {
    if (isOrdinary(network, a)) into[network.head[a]!]!.push(a)
  }
  return into
}
