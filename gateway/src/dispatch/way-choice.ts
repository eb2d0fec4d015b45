import { groupTowards, type Route } from '@clearway/contracts'
import type { PlannedGreen } from '@clearway/routing'
import { type Known, type OpenLeg, planAhead } from './mission-forecast.ts'
import { plannedJunctions } from './mission-junctions.ts'
import { RouteProgress } from './route-progress.ts'

/**
 * What a vehicle that usually stands before a stop line costs who has green there, seconds: the queue has to be cleared
 * before, and whoever is not gone is followed. @see docs/green-channel.md, Choice of the way
 */
const queuedVehicleS = 3

/** Another way is taken if it saves at least so much, seconds, and this share of the rest. */
const leastGainS = 10
const leastGainShare = 0.05
/** Lanes are chosen before a junction: its exit is not changed nearer to it, metres. */
export const laneChoiceM = 150

/** Seconds from the start of a route to its end, with the greens that can be had and the queues that usually stand. */
function expectedS(route: Route, signals: Known, nowMs: number): number {
  const { junctions, legs } = plannedJunctions(route, nowMs)
  const open = junctions.map((shown, index) => ({ index, leg: legs[index]!, shown }))
  const plan = planAhead(open, new RouteProgress(route, 0, nowMs), signals, undefined, nowMs)
  return route.durationS + delayS(open, plan, signals, nowMs)
}

/** What signals and queues ahead are expected to cost, seconds. */
export function delayS(
  open: readonly OpenLeg[],
  plan: readonly PlannedGreen[],
  { board, detectors }: Known,
  nowMs: number,
): number {
  return open.reduce((sum, { shown: { junction, approach, exit } }, i) => {
    const from = board.table(junction)?.approaches.find(({ id }) => id === approach)
    const queue = from ? detectors.usualQueue(junction, approach, groupTowards(from, exit), nowMs) : 0
    return sum + plan[i]!.expectedDelayS + queue * queuedVehicleS
  }, 0)
}

/** A route with how long it is expected to take. */
export interface Way<R extends Route = Route> {
  route: R
  expectedS: number
}

/** Of these routes the one that is expected to take least first; of equal ones in the given order. */
export const inOrderOfTime = <R extends Route>(routes: readonly R[], signals: Known, nowMs: number): Way<R>[] =>
  routes
    .map((route) => ({ route, expectedS: expectedS(route, signals, nowMs) }))
    .sort((a, b) => a.expectedS - b.expectedS)

export const isWorthChanging = (presentS: number, otherS: number): boolean =>
  presentS - otherS > Math.max(leastGainS, leastGainShare * presentS)

/**
 * How far ahead a route leaves the one that is driven, metres; Infinity when both pass the same junctions in the same
 * way, undefined when it does not begin with the approach that the vehicle is on.
 */
export function partsAfterM(present: readonly OpenLeg[], other: Route): number | undefined {
  const first = present[0]?.shown
  const begins = other.junctions[0]
  if (!first || !begins || begins.junction !== first.junction || begins.approach !== first.approach) return undefined
  const at = other.junctions.findIndex(({ junction, approach, exit }, i) => {
    const shown = present[i]?.shown
    return shown?.junction !== junction || shown.approach !== approach || shown.exit !== exit
  })
  if (at < 0) return Number.POSITIVE_INFINITY
  const [mine, its] = [present[at]?.shown, other.junctions[at]!]
  const leavesHere = mine?.junction === its.junction && mine.approach === its.approach
  // Where another junction follows, the ways part somewhere behind the one before.
  return leavesHere ? its.offsetM : (other.junctions[at - 1]?.offsetM ?? 0)
}
