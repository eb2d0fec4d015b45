import type { JunctionTable, Route, RouteJunction } from '@clearway/contracts'
import { InputError } from '@clearway/contracts/errors'
import { arcShape, type Coordinate } from '../network/arc-shape.ts'
import type { RoadNetwork } from '../network/road-network.ts'
import { arrivalSpread } from './arrival-spread.ts'
import { type DrivingProfile, drivingProfiles } from './driving-profile.ts'
import { routeFlags } from './route-flags.ts'
import type { TimedWaits } from './signal-plan.ts'
import { signalWaits } from './signal-wait.ts'
import { CLOSED_MS, movementInto, partialDrivenMs, partialMs, type TravelCost, travelCost } from './travel-cost.ts'

/** A signalled junction on a route, and where in `arcs` its approach is. */
export interface AnswerJunction extends RouteJunction {
  arcIndex: number
}

/** A route of the contract, and the arcs it drives: from `fromOffsetM` on the first to `toOffsetM` on the last. */
export interface RouteAnswer extends Route {
  arcs: Int32Array
  fromOffsetM: number
  toOffsetM: number
  /** Metres from the start to the end of each arc, of the last one to `toOffsetM`. */
  arcEndM: number[]
  /** Milliseconds likewise, the wait at the end of the arc not included. */
  arcEndMs: number[]
  /** Whole milliseconds; `durationS` is this, less what only keeps traffic off the roads to be avoided. The search minimised it. */
  costMs: number
  junctions: AnswerJunction[]
}

export interface ArcSpan {
  /** Metres after the tail of the first arc; 0 where not given. */
  fromOffsetM?: number
  /** Metres after the tail of the last arc; its end where not given. */
  toOffsetM?: number
}

interface Passage {
  /** Milliseconds from the start to the end of each arc (of the last: to `toOffsetM`), waits at its head not included. */
  arrivalMs: number[]
  /** The same without priority at signals. */
  fullArrivalMs: number[]
  /** What of `arrivalMs` are waits. */
  waitedMs: number[]
  /** What the search counted beyond the arrival at the end. */
  avoidedMs: number
}

/** @throws InputError `arcs` when two do not follow each other, or when the profile may not drive one */
function passage(
  network: RoadNetwork,
  cost: TravelCost,
  arcs: ArrayLike<number>,
  span: Required<ArcSpan>,
  timed?: TimedWaits,
): Passage {
  const arrivalMs: number[] = []
  const fullArrivalMs: number[] = []
  const waitedMs: number[] = []
  let ms = 0
  let fullMs = 0
  let waitMs = 0
  let avoidedMs = 0
  let vertex = arcs[0]!
  for (let i = 0; i < arcs.length; i++) {
    const arc = arcs[i]!
    if (cost.arcMs[arc] === CLOSED_MS) throw notDriveable(i, `arc ${arc} is closed to this profile`)
    if (i > 0) {
      const before = arcs[i - 1]!
      const movement = movementInto(network, cost.graph, vertex, arc)
      if (movement < 0) throw notDriveable(i, `arc ${arc} does not start where arc ${before} ends`)
      const turnMs = cost.turnMs[movement]!
      if (turnMs === CLOSED_MS) throw notDriveable(i, `the movement from arc ${before} into arc ${arc} is closed`)
      const hereMs = timed ? timed.at(before, ms) : cost.waitMs[before]!
      ms += hereMs + turnMs
      fullMs += (timed ? hereMs : cost.fullWaitMs[before]!) + turnMs
      waitMs += hereMs
      vertex = cost.graph.to[movement]!
    }
    const fromM = i === 0 ? span.fromOffsetM : 0
    const toM = i === arcs.length - 1 ? span.toOffsetM : network.lengthM[arc]!
    const driveMs = partialDrivenMs(network, cost, arc, fromM, toM)
    if (cost.arcMs !== cost.drivenMs) avoidedMs += partialMs(network, cost, arc, fromM, toM) - driveMs
    ms += driveMs
    fullMs += driveMs
    arrivalMs.push(ms)
    fullArrivalMs.push(fullMs)
    waitedMs.push(waitMs)
  }
  return { arrivalMs, fullArrivalMs, waitedMs, avoidedMs }
}

/** The answer for a given list of arcs: its geometry, length, times and signalled junctions. */
export function answerAlong(
  network: RoadNetwork,
  cost: TravelCost,
  tables: ReadonlyMap<string, JunctionTable>,
  arcs: Int32Array,
  span: ArcSpan = {},
  timed?: TimedWaits,
): RouteAnswer {
  const whole = wholeSpan(network, arcs, span)
  const { arrivalMs, fullArrivalMs, waitedMs, avoidedMs } = passage(network, cost, arcs, whole, timed)
  const coordinates: Coordinate[] = []
  const junctions: AnswerJunction[] = []
  const arcEndM: number[] = []
  let distanceM = 0
  const spreadTo = (i: number) => arrivalSpread(arrivalMs[i]! / 1000, waitedMs[i]! / 1000)
  for (let i = 0; i < arcs.length; i++) {
    const arc = arcs[i]!
    const fromM = i === 0 ? whole.fromOffsetM : 0
    const toM = i === arcs.length - 1 ? whole.toOffsetM : network.lengthM[arc]!
    const shape = arcShape(network, arc, fromM, i === arcs.length - 1 ? toM : Number.POSITIVE_INFINITY)
    for (const point of shape) {
      const last = coordinates.at(-1)
      if (!last || last[0] !== point[0] || last[1] !== point[1]) coordinates.push(point)
    }
    distanceM += Math.max(0, toM - fromM)
    arcEndM.push(distanceM)
    if (i === arcs.length - 1 || network.approachOfArc[arc]! < 0) continue
    const passed = junctionPassed(network, tables, arcs, i)
    if (!passed) continue
    const { expectedS, earliestS, latestS } = spreadTo(i)
    const arrival = { arrivalS: expectedS, arrivalEarliestS: earliestS, arrivalLatestS: latestS }
    junctions.push({ ...passed, offsetM: distanceM, ...arrival, arcIndex: i })
  }
  if (coordinates.length === 1) coordinates.push([...coordinates[0]!])
  const endMs = arrivalMs.at(-1)!
  const { earliestS, latestS } = spreadTo(arcs.length - 1)
  return {
    geometry: { type: 'LineString', coordinates },
    distanceM,
    durationS: endMs / 1000,
    durationEarliestS: earliestS,
    durationLatestS: latestS,
    durationWithoutPriorityS: fullArrivalMs.at(-1)! / 1000,
    junctions,
    ...routeFlags(network, arcs, arcEndM),
    epoch: 0,
    arcs,
    fromOffsetM: whole.fromOffsetM,
    toOffsetM: whole.toOffsetM,
    arcEndM,
    arcEndMs: arrivalMs,
    costMs: endMs + avoidedMs,
  }
}

/** The junction whose stop line ends arc `i`, left by the next exit of the same junction. */
function junctionPassed(
  network: RoadNetwork,
  tables: ReadonlyMap<string, JunctionTable>,
  arcs: Int32Array,
  i: number,
): Pick<RouteJunction, 'junction' | 'name' | 'position' | 'approach' | 'exit'> | undefined {
  const { junction, approach } = network.approaches[network.approachOfArc[arcs[i]!]!]!
  const table = tables.get(junction)
  const stopLine = { lon: network.nodeLon[network.head[arcs[i]!]!]!, lat: network.nodeLat[network.head[arcs[i]!]!]! }
  for (let k = i + 1; k < arcs.length; k++) {
    const exit = network.exits[network.exitOfArc[arcs[k]!]!]
    if (exit?.junction !== junction) continue
    return {
      junction,
      name: table?.name ?? { en: junction },
      position: table?.position ?? stopLine,
      approach,
      exit: exit.exit,
    }
  }
  return undefined
}

/**
 * The answer for a given list of arcs, without a search.
 *
 * @throws InputError `arcs` when two do not follow each other, or when the profile may not drive one
 */
export function routeAlong(
  network: RoadNetwork,
  arcs: Int32Array,
  options: ArcSpan & { profile: DrivingProfile['name']; junctions?: readonly JunctionTable[] },
): RouteAnswer {
  const junctions = options.junctions ?? []
  const cost = travelCost(network, drivingProfiles[options.profile], signalWaits(network, junctions))
  return answerAlong(network, cost, new Map(junctions.map((table) => [table.id, table])), arcs, options)
}

/**
 * Seconds from the start of a list of arcs to the end of each, with the waits the profile expects at signals before it.
 *
 * @throws InputError `arcs` when two do not follow each other, or when the profile may not drive one
 */
export function cumulativeTimes(
  network: RoadNetwork,
  arcs: ArrayLike<number>,
  profile: DrivingProfile['name'],
  options: ArcSpan & { junctions?: readonly JunctionTable[] } = {},
): Float64Array {
  const waits = signalWaits(network, options.junctions ?? [])
  const cost = travelCost(network, drivingProfiles[profile], waits)
  const { arrivalMs } = passage(network, cost, arcs, wholeSpan(network, arcs, options))
  return Float64Array.from(arrivalMs, (ms) => ms / 1000)
}

function wholeSpan(network: RoadNetwork, arcs: ArrayLike<number>, span: ArcSpan): Required<ArcSpan> {
  if (arcs.length === 0) throw notDriveable(0, 'it is empty; give at least one arc')
  const last = arcs[arcs.length - 1]!
  return { fromOffsetM: span.fromOffsetM ?? 0, toOffsetM: span.toOffsetM ?? network.lengthM[last]! }
}

const notDriveable = (index: number, reason: string): InputError =>
  new InputError('arcs', `this list of arcs cannot be driven: ${reason}`, [{ field: `arcs.${index}`, message: reason }])
