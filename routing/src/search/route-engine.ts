import type { JunctionTable, Position, RouteProfile, VehicleLimits } from '@clearway/contracts'
import { InputError } from '@clearway/contracts/errors'
import { type Customizer, localCustomizer, workerCustomizer } from '../hierarchy/customizer.ts'
import { INFINITE } from '../hierarchy/graph.ts'
import { buildTopology, type Topology } from '../hierarchy/topology.ts'
import { type ReachedPart, reach } from '../isochrone/reach.ts'
import type { RoadConditions } from '../live/road-conditions.ts'
import { contractionOrder } from '../network/contraction-order.ts'
import type { RoadNetwork } from '../network/road-network.ts'
import type { ArcPoint } from '../network/snap.ts'
import { withAlternatives } from './alternatives.ts'
import type { SearchOptions } from './arc-search.ts'
import { drivingProfiles } from './driving-profile.ts'
import { entryPoints, goalsAt, shown, startsAt, straight } from './entry-points.ts'
import { Epochs } from './epochs.ts'
import { hierarchyFinder } from './hierarchy-finder.ts'
import { approachPlan } from './junction-plan.ts'
import { ngraphFinder } from './ngraph-finder.ts'
import { passable } from './passable.ts'
import type { GoalSearch, PathFinder, Weights } from './path-finder.ts'
import { answerAlong, type RouteAnswer } from './route-answer.ts'
import { type TimedWaits, timedWaits } from './signal-plan.ts'
import { signalWaits } from './signal-wait.ts'

interface ProfileRequest {
  profile: RouteProfile
  /** Closes what the vehicle does not fit through; nothing where not given. */
  vehicle?: VehicleLimits | undefined
}

export interface RouteRequest extends ProfileRequest {
  from: Position
  to: Position
  /** How many other routes to look for beside the best; 0 where not given. Fewer may be found. */
  alternatives?: number
  /**
   * Departure, ms since the epoch: who has no priority then waits at fixed-time signals as their plans say, for the
   * minutes that a plan can be trusted; expected waits where not given.
   */
  departMs?: number | undefined
}

export interface UnitRequest extends ProfileRequest {
  units: readonly { id: string; position: Position }[]
  to: Position
  /** How many of the best units to find; 1 where not given. */
  wanted?: number
}

export interface RankedUnit {
  id: string
  route: RouteAnswer
}

export interface MatrixRequest extends ProfileRequest {
  from: readonly Position[]
  to: readonly Position[]
}

export interface ReachRequest extends ProfileRequest {
  from: Position
  withinS: number
}

export interface RouteEngine {
  /** Number of the set of live weights in force; every answer names its own. */
  readonly epoch: number
  /**
   * The best route first. Forbidden turns, turn costs and waits at signals count.
   *
   * @throws InputError `off-map` when no road is near `from` or `to`, `unreachable` when no route joins them; both name
   * the field and its coordinates
   */
  route(request: RouteRequest): RouteAnswer[]
  /**
   * The units that are there first, exactly, the quickest first; of equally quick ones the one named first. Units that are
   * off the map or cannot get there are left out.
   *
   * @throws InputError `off-map` when no road is near `to`
   */
  bestUnits(request: UnitRequest): RankedUnit[]
  /**
   * Seconds from every place to every other, a row for each of `from`; null where no route leads.
   *
   * @throws InputError `off-map`, naming the place as `from.0`
   */
  matrix(request: MatrixRequest): (number | null)[][]
  /**
   * What can be driven to in a time, with expected waits.
   *
   * @throws InputError `off-map` when no road is near `from`
   */
  reach(request: ReachRequest): { parts: ReachedPart[]; epoch: number }
  /** Takes what the roads are like now. Resolves with the number of the epoch once it is in force. */
  update(conditions: RoadConditions): Promise<number>
  close(): Promise<void>
}

export interface RouteEngineOptions {
  /** Timing tables of the signalled junctions, for waits and names. */
  junctions?: readonly JunctionTable[]
  /** Farther from any road is off the map; 500 m where not given. */
  snapRadiusM?: number
  /** IANA zone in which hours of turn bans are meant. */
  timeZone?: string
  /**
   * `hierarchy`, the default; `hierarchy-with-worker` follows live weights in a second thread; `reference` searches with
   * ngraph.path.
   */
  search?: 'hierarchy' | 'hierarchy-with-worker' | 'reference'
}

const SNAP_RADIUS_M = 500
/** A fixed plan is trusted so long: two or three cycles. Later a controller may have changed it, or served somebody. */
const PLAN_HORIZON_MS = 180_000

/** Prepares a network for route queries; a profile is weighed at its first query. */
export function createRouteEngine(network: RoadNetwork, options: RouteEngineOptions = {}): RouteEngine {
  switch (options.search) {
    case 'reference':
      return engineOn(network, ngraphFinder(network), options)
    case 'hierarchy-with-worker':
      return engineOn(network, finderOf(network, workerCustomizer), options)
    default:
      return engineOn(network, finderOf(network, localCustomizer), options)
  }
}

const topologies = new WeakMap<RoadNetwork, Topology>()

/** Built at the first call and kept as long as the network. */
export function topologyOf(network: RoadNetwork): Topology {
  const known = topologies.get(network)
  if (known) return known
  const topology = buildTopology(network, contractionOrder(network))
  topologies.set(network, topology)
  return topology
}

function finderOf(network: RoadNetwork, customizer: (topology: Topology) => Customizer) {
  const topology = topologyOf(network)
  return hierarchyFinder(network, topology, customizer(topology))
}

function engineOn<W extends Weights>(
  network: RoadNetwork,
  finder: PathFinder<W>,
  options: RouteEngineOptions,
): RouteEngine {
  const junctions = options.junctions ?? []
  const radiusM = options.snapRadiusM ?? SNAP_RADIUS_M
  const tables = new Map(junctions.map((table) => [table.id, table]))
  const epochs = new Epochs(network, finder, signalWaits(network, junctions), options.timeZone ?? 'UTC')
  const plans = network.approaches.map(({ junction, approach }) => {
    const table = tables.get(junction)
    return table && approachPlan(table, approach)
  })

  /** Everything that a request asks of one profile. */
  function trip({ profile, vehicle }: ProfileRequest) {
    const weights = epochs.of(profile)
    const { cost } = weights
    const open = vehicle && passable(network, vehicle)
    const closed = open && Float64Array.from(open, (fits) => (fits === 1 ? 1 : Number.POSITIVE_INFINITY))
    const near = (position: Position, field: string) => entryPoints(network, cost, position, radiusM, field, closed)
    const toward = (goals: readonly ArcPoint[]): GoalSearch => finder.toward(goalsAt(network, cost, goals), weights)
    const between = (
      search: GoalSearch,
      starts: readonly ArcPoint[],
      goals: readonly ArcPoint[],
      searchOptions: SearchOptions,
    ) => {
      const direct = straight(network, cost, starts, goals)
      const belowMs = Math.min(searchOptions.belowMs ?? INFINITE, direct?.ms ?? INFINITE)
      const path = search.from(startsAt(network, cost, starts), { ...searchOptions, belowMs })
      if (path) return { ...path, start: pointOn(starts, path.arcs[0]!), goal: pointOn(goals, path.arcs.at(-1)!) }
      if (!direct || direct.ms >= (searchOptions.belowMs ?? INFINITE)) return undefined
      return { arcs: Int32Array.of(direct.start.arc), costMs: direct.ms, start: direct.start, goal: direct.goal }
    }
    const answer = (found: NonNullable<ReturnType<typeof between>>, timed?: TimedWaits): RouteAnswer => {
      const span = { fromOffsetM: found.start.offsetM, toOffsetM: found.goal.offsetM }
      return { ...answerAlong(network, cost, tables, found.arcs, span, timed), epoch: epochs.number }
    }
    return { cost, closed, near, toward, between, answer }
  }

  return {
    get epoch() {
      return epochs.number
    },
    route({ from, to, alternatives = 0, departMs, ...asked }) {
      const { cost, closed, near, toward, between, answer } = trip(asked)
      const [starts, goals] = [near(from, 'from'), near(to, 'to')]
      const hasPriority = drivingProfiles[asked.profile].priorityWaitS !== null
      const timed =
        departMs === undefined || hasPriority
          ? undefined
          : timedWaits((arc) => plans[network.approachOfArc[arc]!], cost.waitMs, departMs, PLAN_HORIZON_MS)
      const search = toward(goals)
      const found = withAlternatives(
        network,
        alternatives,
        (factor) => {
          const path = between(search, starts, goals, { factor, timed })
          return path && answer(path, timed)
        },
        closed,
      )
      if (found.length > 0) return found
      const message = `no route for ${asked.profile} leads from ${shown(from)} to ${shown(to)}; choose another place`
      throw new InputError('unreachable', message, [{ field: 'to', message: `${shown(to)} cannot be reached` }])
    },
    bestUnits({ units, to, wanted = 1, ...asked }) {
      const { cost, closed, near, toward, between, answer } = trip(asked)
      const goals = near(to, 'to')
      const search = toward(goals)
      const candidates = units.flatMap(({ id, position }, i) => {
        const starts = nearOrNone(() => near(position, `units.${i}`))
        const direct = straight(network, cost, starts, goals)?.ms ?? INFINITE
        const boundMs = Math.min(direct, search.boundMs(startsAt(network, cost, starts)))
        return starts.length > 0 && boundMs < INFINITE ? [{ id, i, starts, boundMs }] : []
      })
      candidates.sort((a, b) => a.boundMs - b.boundMs || a.i - b.i)
      type Found = NonNullable<ReturnType<typeof between>>
      const best: { id: string; i: number; found: Found }[] = []
      for (const { id, i, starts, boundMs } of candidates) {
        const worst = best.length === wanted ? best.at(-1)!.found.costMs : INFINITE
        if (boundMs > worst) break
        // Equally quick ones are found too, since the one named first goes before.
        const found = between(search, starts, goals, { factor: closed, belowMs: Math.min(INFINITE, worst + 1) })
        if (!found) continue
        best.push({ id, i, found })
        best.sort((a, b) => a.found.costMs - b.found.costMs || a.i - b.i)
        best.length = Math.min(best.length, wanted)
      }
      return best.map(({ id, found }) => ({ id, route: answer(found) }))
    },
    matrix({ from, to, ...asked }) {
      const { cost, closed, near, toward, between, answer } = trip(asked)
      const starts = from.map((position, i) => near(position, `from.${i}`))
      const rows = from.map((): (number | null)[] => new Array(to.length).fill(null))
      for (const [column, position] of to.entries()) {
        const goals = near(position, `to.${column}`)
        const search = toward(goals)
        for (const [row, points] of starts.entries()) {
          const found = between(search, points, goals, { factor: closed })
          if (!found) continue
          // Roads to be avoided count for more than driving them takes.
          rows[row]![column] = cost.arcMs === cost.drivenMs ? found.costMs / 1000 : answer(found).durationS
        }
      }
      return rows
    },
    reach({ from, withinS, ...asked }) {
      const { cost, closed, near } = trip(asked)
      const parts = reach(network, cost, near(from, 'from'), Math.round(withinS * 1000), closed)
      return { parts, epoch: epochs.number }
    },
    update: (conditions) => epochs.follow(conditions),
    close: () => finder.close(),
  }
}

const pointOn = (points: readonly ArcPoint[], arc: number): ArcPoint => points.find((point) => point.arc === arc)!

/** What is off the map has no points. */
function nearOrNone(find: () => ArcPoint[]): ArcPoint[] {
  try {
    return find()
  } catch (error) {
    if (error instanceof InputError) return []
    throw error
  }
}
