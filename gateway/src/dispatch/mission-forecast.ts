import {
  type DispatchJunction,
  type DispatchJunctionState,
  groupsOf,
  groupTowards,
  type JunctionTable,
  type Movement,
  servedGroups,
  toTimestamp,
} from '@clearway/contracts'
import {
  delayWithoutPriority,
  type GreenChannelInput,
  longestEntryTime,
  type PlannedGreen,
  planGreenChannel,
} from '@clearway/routing'
import type { QueueSource } from '../signals/detector-board.ts'
import type { SignalBoard } from '../signals/signal-board.ts'
import type { Signals } from '../signals/signals.ts'
import type { Leg, StoredMission } from './dispatch-records.ts'
import type { RouteProgress } from './route-progress.ts'

/** A junction of the present route that is not yet passed. */
export interface OpenLeg {
  index: number
  leg: Leg
  shown: DispatchJunction
}

/** States in which no green is to be counted on. */
const refusedStates: ReadonlySet<DispatchJunctionState> = new Set(['rejected', 'overridden', 'failed'])

/** What a plan is made from, beside the vehicle. */
export interface Known extends Pick<Signals, 'board' | 'requests'> {
  detectors: QueueSource
  /** How much earlier than needed greens are asked for where nobody else waits, seconds. */
  headStartS: number
  /** Whether a junction behind a link that is too short for the queue before it is asked first. */
  downstreamFirst: boolean
  /** When a junction is kept for missions that go first before the one that is planned. */
  holds: NonNullable<GreenChannelInput['holds']>
  /** So many junctions ahead are asked at most; all where not given. */
  lookAheadJunctions?: number | undefined
}

/** Each vehicle that usually waits for another green takes so much off the head start, seconds. */
const headStartPerWaitingS = 5

/** Where an approach is served alone everybody else stands, and short roads fill up: at most so much earlier, seconds. */
const mostAloneS = 8

/**
 * How much earlier than entry and queue need it a green is asked for, seconds. A head start lets those before the vehicle
 * drive away, so that it does not follow them; it costs all others the same seconds, so the more of them wait the less is
 * taken.
 */
function headStart({ detectors, headStartS }: Known, table: JunctionTable, movement: Movement, nowMs: number): number {
  const served = servedGroups(table, movement)
  const waiting = table.approaches
    .flatMap((approach) => groupsOf(approach).map((group) => ({ group, approach: approach.id })))
    .filter(({ group }) => !served.includes(group))
    .reduce((sum, { group, approach }) => sum + detectors.usualQueue(table.id, approach, group, nowMs), 0)
  const wholeS = Math.max(Math.min(0, headStartS), headStartS - headStartPerWaitingS * waiting)
  return table.preempt.serves === 'movement' ? wholeS : Math.min(wholeS, mostAloneS)
}

/**
 * The greens of the junctions ahead, from where the vehicle is, what the controllers show and the detectors count.
 *
 * @param speedMps undefined before departure
 */
export function planAhead(
  open: readonly OpenLeg[],
  progress: RouteProgress,
  known: Known,
  speedMps: number | undefined,
  nowMs: number,
): PlannedGreen[] {
  const { board, detectors, requests } = known
  return planGreenChannel({
    nowMs,
    ahead: open.map(({ leg, shown: { junction, approach, exit } }) => {
      const table = board.table(junction)
      const from = table?.approaches.find(({ id }) => id === approach)
      const lanes = from?.lanes ?? 1
      return {
        ...{ junction, approach, exit },
        ...(known.downstreamFirst && { offsetM: leg.offsetM }),
        ...progress.arrivalAt(leg.offsetM, speedMps, nowMs),
        ...detectors.traffic(junction, approach, lanes, nowMs, from && groupTowards(from, exit)),
        ...(table && { headStartS: headStart(known, table, { approach, exit }, nowMs) }),
      }
    }),
    table: (junction) => board.table(junction),
    live: (junction) => board.live(junction),
    holds: known.holds,
    commandDelayS: requests.commandDelayS,
    lookAheadJunctions: known.lookAheadJunctions,
  })
}

/** What is known of others that go first. */
export interface Waits {
  /** Junctions that another mission goes through first, and when it will be gone, ms. */
  blocked: ReadonlyMap<Leg, number>
  /** The delay that the agent of a junction has told, seconds; undefined where none. */
  toldS(leg: Leg): number | undefined
}

/** Writes arrivals, promises and both ETAs of a plan into the dispatch. */
export function writeForecast(
  { dispatch, passedDelayS }: StoredMission,
  open: readonly OpenLeg[],
  plan: readonly PlannedGreen[],
  progress: RouteProgress,
  board: SignalBoard,
  { blocked, toldS }: Waits,
  nowMs: number,
): void {
  let delayS = 0
  for (const [order, { leg, shown }] of open.entries()) {
    const planned = plan[order]!
    // Transit priority shortens a wait where it can; it is no green to be counted on.
    const refused = dispatch.role === 'bus' || refusedStates.has(shown.state) || blocked.has(leg)
    if (shown.state === 'planned' && !blocked.has(leg)) showWhoGoesFirst(shown, planned)
    const agentS = toldS(leg)
    let lossS = planned.expectedDelayS
    if (agentS !== undefined) lossS = Math.max(lossS, agentS)
    else if (refused) lossS = lossWithoutGreen(shown, planned, board, blocked.get(leg))
    delayS += lossS
    shown.arrivalAt = toTimestamp(planned.arrivalMs)
    if (!leg.request) shown.requestAt = toTimestamp(planned.requestMs)
    shown.greenPromised = planned.greenPromised && !refused && agentS === undefined
    if (shown.greenPromised) delete shown.expectedDelayS
    else shown.expectedDelayS = Math.round(lossS * 10) / 10
  }
  const { route } = dispatch
  const restMs = progress.arrivalAt(route.distanceM, undefined, nowMs).expectedMs
  dispatch.etaAt = toTimestamp(restMs + delayS * 1000)
  const signalsS = passedDelayS + route.durationWithoutPriorityS - route.durationS
  dispatch.etaWithoutPriorityAt = toTimestamp(restMs + signalsS * 1000)
}

/** Names the mission that is expected to go first at a junction that is not asked yet. */
function showWhoGoesFirst(shown: DispatchJunction, { waitsFor }: PlannedGreen): void {
  if (waitsFor === undefined) delete shown.reason
  else shown.reason = `${waitsFor} goes first`
}

/** Delay where no green is to be had in time, seconds: until the other mission is through, or as in the plan. */
function lossWithoutGreen(
  { junction, approach, exit }: DispatchJunction,
  planned: PlannedGreen,
  board: SignalBoard,
  freeMs: number | undefined,
): number {
  const table = board.table(junction)
  if (!table) return planned.expectedDelayS
  if (freeMs === undefined) return delayWithoutPriority(table, { approach, exit })
  const waitS = (freeMs - planned.arrivalMs) / 1000 + longestEntryTime(table, { approach, exit })
  return Math.max(planned.expectedDelayS, waitS)
}
