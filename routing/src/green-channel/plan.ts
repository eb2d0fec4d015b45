import type { JunctionTable, Movement, SignalMode } from '@clearway/contracts'
import type { ArrivalWindow } from './arrival.ts'
import { activationMargin, activationTime, residualDelay, uniformDelay } from './delay.ts'
import { approachOf, entryTime, longestEntryTime, plannedGreenS, type SignalDisplay } from './entry-time.ts'
import { type Hold, waitBehind } from './hold.ts'
import { queueAfter, queueClearance } from './queue.ts'
import { type Discharge, downstreamHeadStart, storage } from './storage.ts'

/** A junction on the way, with the arrival that would be if no signal held the vehicle. */
export interface JunctionAhead extends ArrivalWindow, Movement {
  junction: string
  /** Vehicles per lane standing on the approach now; 0 where nothing is known. */
  queue: number
  /** Arrivals on the approach, veh/h per lane; 0 where nothing is known. */
  arrivalFlow: number
  /** Its green is asked for so much before it is needed, seconds; below 0 after. 0 where not given. */
  headStartS?: number
  /** Stop line, metres from the start of the route; without it no link is taken to be short. */
  offsetM?: number
}

/** What a controller last reported. Undefined or stale: it does not answer. */
export interface LiveJunction extends SignalDisplay {
  mode: SignalMode
  stale: boolean
}

export interface PlannedGreen {
  junction: string
  approach: string
  /** Expected arrival at the stop line, delays at junctions before it included. */
  arrivalMs: number
  earliestMs: number
  latestMs: number
  /** When to ask the controller; never before `nowMs`. */
  requestMs: number
  /** True when the green can be there before the vehicle, queue cleared. */
  greenPromised: boolean
  /** Delay at this junction, seconds; 0 where green is promised. */
  expectedDelayS: number
  /** The mission that goes first here and is not through by then. */
  waitsFor?: string
}

export interface GreenChannelInput {
  nowMs: number
  /** Junctions on the route that are not yet passed, in driving order. */
  ahead: readonly JunctionAhead[]
  table(junction: string): JunctionTable | undefined
  live(junction: string): LiveJunction | undefined
  /** When a junction is kept for others that go first; `earliestMs` is when this vehicle may be there. None if absent. */
  holds?(ahead: JunctionAhead, earliestMs: number): readonly Hold[]
  /** Measured delay from command to controller, seconds. */
  commandDelayS?: number
  /** A junction is asked when the vehicle passes the one that lies so many before it; at any time where not given. */
  lookAheadJunctions?: number | undefined
}

/** H_max: no green is held longer for a vehicle that does not come, seconds. */
export const longestHoldS = 60
/** What a head start leaves of it, for a vehicle that is late, seconds. */
const lateS = 10

/** Modes in which a controller takes a request. In the others people or the cabinet have it. */
const servable: ReadonlySet<SignalMode> = new Set(['coordinated', 'preempted', 'recovering'])

/** Mean delay of a movement in the junction's own plan, seconds. */
export const delayWithoutPriority = (table: JunctionTable, movement: Movement, saturation = 0): number =>
  uniformDelay(table.cycleS, plannedGreenS(table, movement), saturation)

/**
 * Plans the greens of a route: when to ask each junction, and whether the green will be in time.
 *
 * A request that lies ahead is timed by the longest entry time of its junction, because what the controller will show
 * then is not known; one that is due now by what the controller shows. A delay at one junction moves the expected and
 * the latest arrival at all after it, a wait for another mission the earliest as well. A junction behind a link that is
 * too short for what the one before lets go is asked so early that its own queue is gone by then.
 *
 * @returns one entry per junction ahead, in the same order
 * @see docs/green-channel.md
 */
export function planGreenChannel(input: GreenChannelInput): PlannedGreen[] {
  const { nowMs, lookAheadJunctions = Number.POSITIVE_INFINITY } = input
  const marginS = activationMargin(input.commandDelayS ?? 0.2)
  let delayedS = 0
  let waitedS = 0
  let before: Discharge | undefined
  const passedMs: number[] = []
  return input.ahead.map((undelayed, i): PlannedGreen => {
    const ahead = { ...undelayed, earliestMs: undelayed.earliestMs + waitedS * 1000 }
    const { junction, approach } = ahead
    if (i > 0) passedMs.push(input.ahead[i - 1]!.expectedMs + delayedS * 1000)
    const soonestMs = Math.max(nowMs, passedMs[i - lookAheadJunctions] ?? nowMs)
    const expectedMs = ahead.expectedMs + delayedS * 1000
    const window = { arrivalMs: expectedMs, earliestMs: ahead.earliestMs, latestMs: ahead.latestMs + delayedS * 1000 }
    const table = input.table(junction)
    const live = input.live(junction)
    if (!table || !live || live.stale || !servable.has(live.mode)) {
      before = undefined
      const expectedDelayS = table ? delayWithoutPriority(table, ahead) : 0
      delayedS += expectedDelayS
      const entryS = table ? longestEntryTime(table, ahead) : 0
      const beforeS = marginS + boundedHeadStart(undelayed, undelayed.headStartS ?? 0, 0, marginS)
      const requestMs = Math.max(soonestMs, activationTime(ahead.earliestMs, entryS, 0, beforeS))
      return { junction, approach, ...window, requestMs, greenPromised: false, expectedDelayS }
    }
    const longestS = longestEntryTime(table, ahead)
    const queueS = (entryS: number) => queueClearance(queueAfter(ahead.queue, ahead.arrivalFlow, entryS))
    const { lanes } = approachOf(table, approach)
    const ownS = ahead.headStartS ?? 0
    const wishedS = Math.max(ownS, shortLinkS(before, ahead, lanes) ?? ownS)
    const headStartS = boundedHeadStart(undelayed, wishedS, queueS(longestS), marginS)
    before = dischargeOf(ahead, lanes, longestS, headStartS)
    const beforeS = marginS + headStartS
    const requestMs = activationTime(ahead.earliestMs, longestS, queueS(longestS), beforeS)
    const wait = waitBehind(input.holds?.(ahead, ahead.earliestMs) ?? [], expectedMs, longestS + queueS(longestS))
    if (wait) {
      const expectedDelayS = (wait.untilMs - expectedMs) / 1000
      delayedS += expectedDelayS
      waitedS += expectedDelayS
      const asked = { requestMs: Math.max(soonestMs, requestMs), greenPromised: false }
      return { junction, approach, ...window, ...asked, expectedDelayS, waitsFor: wait.by }
    }
    if (requestMs >= soonestMs) {
      return { junction, approach, ...window, requestMs, greenPromised: true, expectedDelayS: 0 }
    }
    const entryS = soonestMs > nowMs ? longestS : entryTime(table, ahead, live, nowMs)
    const expectedDelayS = residualDelay(entryS, queueS(entryS), marginS, (expectedMs - soonestMs) / 1000)
    delayedS += expectedDelayS
    return { junction, approach, ...window, requestMs: soonestMs, greenPromised: expectedDelayS === 0, expectedDelayS }
  })
}

/** No more of a head start than leaves the green held until a vehicle comes that drives as expected, seconds. */
function boundedHeadStart(
  { earliestMs, expectedMs }: JunctionAhead,
  wishedS: number,
  queueS: number,
  marginS: number,
): number {
  const heldS = (expectedMs - earliestMs) / 1000 + queueS + marginS
  return Math.min(wishedS, Math.max(0, longestHoldS - lateS - heldS))
}

/** The head start that a short link before a junction asks for, seconds; undefined where it is long enough. */
const shortLinkS = (before: Discharge | undefined, { offsetM, queue }: JunctionAhead, lanes: number) =>
  before && offsetM !== undefined
    ? downstreamHeadStart(before, storage(offsetM - before.offsetM, queue, lanes))
    : undefined

function dischargeOf(
  { offsetM, queue, arrivalFlow }: JunctionAhead,
  lanes: number,
  entryS: number,
  headStartS: number,
): Discharge | undefined {
  if (offsetM === undefined) return undefined
  const perLane = queueAfter(queue, arrivalFlow, entryS)
  return { offsetM, vehicles: perLane * lanes, clearS: queueClearance(perLane), headStartS }
}
