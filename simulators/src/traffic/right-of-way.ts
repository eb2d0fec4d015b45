import { arcFlag, arrivalBearing, departureBearing, roadClasses, turnDeg } from '@clearway/routing'
import type { Movement, Roadway } from './roadway.ts'

/** From this class on, equal roads follow the rule "right before left". */
const SMALL_ROAD = roadClasses.indexOf('unclassified')
/** Arrivals that differ by more than this come from opposite sides. */
const OPPOSITE_DEG = 120

/** For each movement the movements that it gives way to, by index into `Roadway.movements`. */
export interface RightOfWay {
  /** `yieldStart[m]` … `yieldStart[m + 1] - 1` into `yieldTo`. */
  yieldStart: Int32Array
  yieldTo: Int32Array
}

/**
 * Who gives way to whom where two paths over a node cross or merge. Signals settle all but a left turn against oncoming
 * traffic, and a right turn that may go at any time; elsewhere the ring of a roundabout, then the higher road class goes first; between equals a left turn waits
 * for oncoming traffic and, on small roads, everybody for the one from the right.
 */
export function rightOfWay(roadway: Roadway): RightOfWay {
  const { network, movements, crossing, into } = roadway
  const yieldStart = new Int32Array(movements.length + 1)
  const yieldTo: number[] = []
  const arriving = Float64Array.from({ length: network.arcCount }, (_, a) => arrivalBearing(network, a))
  const departing = Float64Array.from({ length: network.arcCount }, (_, a) => departureBearing(network, a))
  const movementsFrom = (a: number) => movements.slice(roadway.movementStart[a]!, roadway.movementStart[a + 1]!)

  movements.forEach((mine, m) => {
    const node = network.head[mine.from]!
    if (crossing[node] && mine.turn !== 'back') {
      for (const other of into[node]!) {
        if (other === mine.from || !givesWay(roadway, arriving, mine, other)) continue
        for (const theirs of movementsFrom(other)) {
          if (theirs.turn === 'back') continue
          if (signalled(roadway, mine.from) && mine.turn === 'left' && theirs.turn === 'left') continue
          if (meet(mine, theirs, arriving, departing)) yieldTo.push(roadway.movementIndex(theirs.from, theirs.to))
        }
      }
    }
    yieldStart[m + 1] = yieldTo.length
  })
  return { yieldStart, yieldTo: Int32Array.from(yieldTo) }
}

/** Signals decide who enters this arc's head: it is an approach or lies behind the stop line. */
const signalled = ({ network }: Roadway, arc: number): boolean =>
  network.approachOfArc[arc]! >= 0 || (network.flags[arc]! & arcFlag.inside) !== 0

function givesWay(roadway: Roadway, arriving: Float64Array, mine: Movement, other: number): boolean {
  const { network } = roadway
  const angle = turnDeg(arriving[mine.from]!, arriving[other]!)
  const oncoming = Math.abs(angle) > OPPOSITE_DEG
  const leftAcross = mine.turn === 'left' && oncoming
  const signals = [mine.from, other].map((arc) => signalled(roadway, arc))
  const rightAtSignal = mine.turn === 'right' && network.approachOfArc[mine.from]! >= 0
  if (signals[0] || signals[1]) return signals[0] && signals[1] ? leftAcross || rightAtSignal : !signals[0]
  const ring = [mine.from, other].map((arc) => (network.flags[arc]! & arcFlag.roundabout) !== 0)
  if (ring[0] !== ring[1]) return ring[1]!
  const rank = [mine.from, other].map((arc) => network.roadClass[arc]! + (network.flags[arc]! & arcFlag.link ? 0.5 : 0))
  if (rank[0] !== rank[1]) return rank[0]! > rank[1]!
  // Who arrives on a bearing turned to the left of mine comes from my right.
  const fromRight = angle < 0 && !oncoming
  return leftAcross || (fromRight && network.roadClass[mine.from]! >= SMALL_ROAD)
}

/** Two paths meet when they end on the same arc, or when they cross as chords of a circle around the node. */
function meet(mine: Movement, theirs: Movement, arriving: Float64Array, departing: Float64Array): boolean {
  if (mine.to === theirs.to) return true
  // Traffic keeps to the right: seen from the node, arrivals lie just left of their road, departures just right.
  const side = 1
  const ends = [
    turned(arriving[mine.from]! + 180 - side),
    turned(departing[mine.to]! + side),
    turned(arriving[theirs.from]! + 180 - side),
    turned(departing[theirs.to]! + side),
  ] as const
  const low = Math.min(ends[0], ends[1])
  const high = Math.max(ends[0], ends[1])
  const between = (angle: number) => angle > low && angle < high
  return between(ends[2]) !== between(ends[3])
}

const turned = (angle: number): number => ((angle % 360) + 360) % 360
