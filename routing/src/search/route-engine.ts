import { InputError, type JunctionTable, type Position, type RouteProfile } from '@clearway/contracts'
import { arcFlag, type RoadNetwork } from '../network/road-network.ts'
import { type ArcPoint, snap } from '../network/snap.ts'
import { withAlternatives } from './alternatives.ts'
import { drivingProfiles } from './driving-profile.ts'
import { ngraphPathFinder, type PathFinder, type SearchEnd } from './path-finder.ts'
import { answerAlong, type RouteAnswer } from './route-answer.ts'
import { signalWaits } from './signal-wait.ts'
import { CLOSED_MS, partialMs, type TravelCost, travelCost } from './travel-cost.ts'

export interface RouteRequest {
  from: Position
  to: Position
  profile: RouteProfile
  /** How many other routes to look for beside the best; 0 where not given. Fewer may be found. */
  alternatives?: number
}

export interface RouteEngine {
  /**
   * The best route first. Forbidden turns, turn costs and expected waits at signals count.
   *
   * @throws InputError `off-map` when no road is near `from` or `to`, `unreachable` when no route joins them; both name
   * the field and its coordinates
   */
  route(request: RouteRequest): RouteAnswer[]
}

export interface RouteEngineOptions {
  /** Timing tables of the signalled junctions, for expected waits and names. */
  junctions?: readonly JunctionTable[]
  /** Farther from any road is off the map; 500 m where not given. */
  snapRadiusM?: number
}

const SNAP_RADIUS_M = 500
/** Most positions are this near to a road; looking here first is cheaper. */
const FIRST_LOOK_M = 60
/** Roads about as near as the nearest are as good a place to start. */
const AS_NEAR_M = 5

interface ProfileSearch {
  cost: TravelCost
  finder: PathFinder
}

/** Prepares a network for route queries: about a hundred milliseconds per profile for a town of 20,000 arcs, at its first route. */
export function createRouteEngine(network: RoadNetwork, options: RouteEngineOptions = {}): RouteEngine {
  const junctions = options.junctions ?? []
  const radiusM = options.snapRadiusM ?? SNAP_RADIUS_M
  const tables = new Map(junctions.map((table) => [table.id, table]))
  const waits = signalWaits(network, junctions)
  const searches = new Map<RouteProfile, ProfileSearch>()
  const searchOf = (name: RouteProfile): ProfileSearch => {
    const known = searches.get(name)
    if (known) return known
    const cost = travelCost(network, drivingProfiles[name], waits)
    const made = { cost, finder: ngraphPathFinder(network, cost) }
    searches.set(name, made)
    return made
  }
  return {
    route({ from, to, profile, alternatives = 0 }) {
      const { cost, finder } = searchOf(profile)
      const starts = entryPoints(network, cost, from, radiusM, 'from')
      const goals = entryPoints(network, cost, to, radiusM, 'to')
      const found = withAlternatives(network, cost, alternatives, (weightMs) => {
        const path = search(
          network,
          cost,
          finder,
          weightMs,
          { place: from, points: starts },
          { place: to, points: goals },
        )
        if (!path) return undefined
        const { arcs, fromOffsetM, toOffsetM } = path
        return answerAlong(network, cost, tables, arcs, { fromOffsetM, toOffsetM })
      })
      if (found.length > 0) return found
      const message = `no route for ${profile} leads from ${shown(from)} to ${shown(to)}; choose another place`
      throw new InputError('unreachable', message, [{ field: 'to', message: `${shown(to)} cannot be reached` }])
    },
  }
}

/** Points of the nearest roads that the profile may drive, both directions. Nobody starts or ends inside a junction. */
function entryPoints(
  network: RoadNetwork,
  cost: TravelCost,
  position: Position,
  radiusM: number,
  field: 'from' | 'to',
): ArcPoint[] {
  for (const reachM of [Math.min(FIRST_LOOK_M, radiusM), radiusM]) {
    const points = snap(network, position, reachM).filter(
      ({ arc }) => (network.flags[arc]! & arcFlag.inside) === 0 && cost.arcMs[arc] !== CLOSED_MS,
    )
    const nearest = points[0]
    if (nearest) return points.filter(({ distanceM }) => distanceM <= nearest.distanceM + AS_NEAR_M)
  }
  const message = `${shown(position)} is off the map: no road within ${radiusM} m`
  throw new InputError('off-map', `${field}: ${message}; choose a place nearer to a road`, [{ field, message }])
}

const shown = ({ lon, lat }: Position): string => `${lon},${lat}`

interface End {
  place: Position
  points: readonly ArcPoint[]
}

function search(
  network: RoadNetwork,
  cost: TravelCost,
  finder: PathFinder,
  weightMs: Int32Array,
  from: End,
  to: End,
): { arcs: Int32Array; fromOffsetM: number; toOffsetM: number } | undefined {
  const startAt = new Map(from.points.map((point) => [point.arc, point]))
  const startMs = new Map(
    from.points.map(({ arc, offsetM }) => [arc, partialMs(network, cost, arc, offsetM, network.lengthM[arc]!)]),
  )
  const goals = goalLinks(network, cost, weightMs, to.points)
  const direct = straight(network, cost, from.points, to.points)
  const found = finder.find(
    weightMs,
    searchEnd(from, startMs),
    searchEnd(to, new Map([...goals].map(([arc, { ms }]) => [arc, ms]))),
    direct?.ms,
  )
  if (!found) return undefined
  if (found.arcs.length === 0) {
    const { start, goal } = direct!
    return { arcs: Int32Array.of(start.arc), fromOffsetM: start.offsetM, toOffsetM: goal.offsetM }
  }
  const goal = goals.get(found.arcs.at(-1)!)!.point
  return {
    arcs: Int32Array.of(...found.arcs, goal.arc),
    fromOffsetM: startAt.get(found.arcs[0]!)!.offsetM,
    toOffsetM: goal.offsetM,
  }
}

const searchEnd = ({ place, points }: End, costMs: ReadonlyMap<number, number>): SearchEnd => ({
  ...place,
  reachM: Math.max(...points.map(({ distanceM }) => distanceM)),
  costMs,
})

/** For every arc that leads into a goal arc: the movement into it and the way to the goal point, the cheapest goal. */
function goalLinks(
  network: RoadNetwork,
  cost: TravelCost,
  weightMs: Int32Array,
  points: readonly ArcPoint[],
): Map<number, { ms: number; point: ArcPoint }> {
  const links = new Map<number, { ms: number; point: ArcPoint }>()
  const { graph } = cost
  for (const point of points) {
    const node = network.tail[point.arc]!
    const whole = cost.arcMs[point.arc]!
    const part = partialMs(network, cost, point.arc, 0, point.offsetM)
    for (let out = network.firstOut[node]!; out < network.firstOut[node + 1]!; out++) {
      const before = network.reverse[out]!
      if (before < 0) continue
      const weight = weightMs[graph.first[before]! + point.arc - network.firstOut[node]!]!
      if (weight === CLOSED_MS) continue
      const ms = weight - whole + part
      if (ms < (links.get(before)?.ms ?? CLOSED_MS)) links.set(before, { ms, point })
    }
  }
  return links
}

/** The cheapest way when start and goal lie on one arc, the goal ahead. */
function straight(network: RoadNetwork, cost: TravelCost, starts: readonly ArcPoint[], goals: readonly ArcPoint[]) {
  let best: { ms: number; start: ArcPoint; goal: ArcPoint } | undefined
  for (const start of starts) {
    for (const goal of goals) {
      if (goal.arc !== start.arc || goal.offsetM < start.offsetM) continue
      const ms = partialMs(network, cost, start.arc, start.offsetM, goal.offsetM)
      if (!best || ms < best.ms) best = { ms, start, goal }
    }
  }
  return best
}
