import type { Random } from '@clearway/contracts'
import { arcBearingDeg } from '../../src/live/arc-bearing.ts'
import type { TraceFix } from '../../src/live/matching/trace-fix.ts'
import { pointOnArc } from '../../src/network/arc-shape.ts'
import { METRES_PER_DEGREE } from '../../src/network/geodesy.ts'
import type { RoadNetwork } from '../../src/network/road-network.ts'

/** What was really driven. */
export interface Drive {
  arcs: readonly number[]
  fromM: number
  toM: number
  /** When the vehicle passed the end of each arc, the last at `toM`, ms. */
  leftMs: number[]
  /** True state every tenth of a second. */
  states: { atMs: number; arc: number; offsetM: number; speedMps: number }[]
}

export interface TraceOptions {
  sigmaM: number
  everyS: number
  /** Correlation of a position's error with that of the second before; real receivers wander. */
  wander?: number
  /** Share of the courses that point anywhere. */
  wrongCourse?: number
  /** Neither speed nor course. */
  bare?: boolean
}

const STEP_S = 0.1
const ACCELERATION = 1.5
const BRAKING = 2

/** Drives along arcs at about the limit, slower in turns of class, and waits at some stop lines. */
export function drive(
  network: RoadNetwork,
  route: { arcs: ArrayLike<number>; fromM?: number; toM?: number },
  random: Random,
  startMs = 0,
): Drive {
  const arcs = Array.from(route.arcs)
  const fromM = route.fromM ?? 0
  const toM = route.toM ?? network.lengthM[arcs.at(-1)!]!
  const states: Drive['states'] = []
  const leftMs: number[] = []
  let speedMps = 0
  let atMs = startMs
  let offsetM = fromM
  for (const [i, arc] of arcs.entries()) {
    const endM = i === arcs.length - 1 ? toM : network.lengthM[arc]!
    const wishMps = network.speedMps[arc]! * (0.75 + 0.3 * random.next())
    const waitS = network.approachOfArc[arc]! >= 0 && random.next() < 0.4 ? 5 + 35 * random.next() : 0
    let restS = waitS
    for (;;) {
      const mustStop = restS > 0 || i === arcs.length - 1
      const restM = endM - offsetM
      const safeMps = mustStop ? Math.sqrt(2 * BRAKING * Math.max(0, restM - 1)) + 0.3 : Number.POSITIVE_INFINITY
      speedMps = Math.min(wishMps, safeMps, speedMps + ACCELERATION * STEP_S)
      if (restS > 0 && restM < 1.5) {
        speedMps = 0
        restS -= STEP_S
      }
      offsetM += speedMps * STEP_S
      atMs += STEP_S * 1000
      if (offsetM >= endM) break
      states.push({ atMs, arc, offsetM, speedMps })
    }
    leftMs.push(atMs)
    offsetM = 0
  }
  return { arcs, fromM, toM, leftMs, states }
}

/** A standard normal number (Box and Muller). */
export const gauss = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())

/** What a receiver makes of a drive. */
export function trace(network: RoadNetwork, { states }: Drive, random: Random, options: TraceOptions): TraceFix[] {
  const { sigmaM, everyS, wander = 0, wrongCourse = 0, bare = false } = options
  const fixes: TraceFix[] = []
  let [east, north] = [0, 0]
  const fresh = Math.sqrt(1 - wander ** 2)
  for (let i = 0; i < states.length; i += Math.round(everyS / STEP_S)) {
    const { atMs, arc, offsetM, speedMps } = states[i]!
    east = wander * east + fresh * sigmaM * gauss(random)
    north = wander * north + fresh * sigmaM * gauss(random)
    const { lon, lat } = pointOnArc(network, arc, offsetM)
    const course =
      random.next() < wrongCourse ? 360 * random.next() : arcBearingDeg(network, arc, offsetM) + 8 * gauss(random)
    fixes.push({
      ...{ atMs, accuracyM: sigmaM },
      lon: lon + east / (METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180)),
      lat: lat + north / METRES_PER_DEGREE,
      ...(!bare && { speedMps: Math.max(0, speedMps + 0.3 * gauss(random)), headingDeg: (course + 720) % 360 }),
    })
  }
  return fixes
}

/** By length: how much of the true way was matched, and how much was matched that is not the way, over the true length. */
export function score(
  network: RoadNetwork,
  truth: Drive,
  arcs: readonly { arc: number; fromM: number; toM: number }[],
) {
  const open = new Map<number, number>()
  let trueM = 0
  for (const [i, arc] of truth.arcs.entries()) {
    const lengthM = (i === truth.arcs.length - 1 ? truth.toM : network.lengthM[arc]!) - (i === 0 ? truth.fromM : 0)
    open.set(arc, (open.get(arc) ?? 0) + lengthM)
    trueM += lengthM
  }
  let rightM = 0
  let wrongM = 0
  for (const { arc, fromM, toM } of arcs) {
    const here = Math.min(toM - fromM, open.get(arc) ?? 0)
    open.set(arc, (open.get(arc) ?? 0) - here)
    rightM += here
    wrongM += toM - fromM - here
  }
  return { trueM, rightM, wrongM, right: rightM / trueM, wrong: wrongM / trueM }
}
