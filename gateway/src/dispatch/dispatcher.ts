import {
  type City,
  ConflictError,
  type Dispatch,
  InputError,
  type JunctionHarm,
  type LineString,
  type NewDispatch,
  NotFoundError,
  type Position,
  type PriorityRole,
  type Route,
  type RouteProfile,
  toTimestamp,
  type Unit,
} from '@clearway/contracts'
import {
  arcsAlong,
  compareImportance,
  distanceM,
  drivingProfiles,
  parseImportance,
  type RouteAnswer,
  type RouteEngine,
  routeAlong,
  routeOf,
  routeSteps,
  usualImportance,
} from '@clearway/routing'
import type { Core } from '../core.ts'
import type { Actor } from '../http/route.ts'
import { noNetwork } from '../routes/no-network.ts'
import { noQueues } from '../signals/detector-board.ts'
import type { DetectorHistory } from '../signals/detector-history.ts'
import type { PriorityAsk } from '../signals/lease.ts'
import type { Signals } from '../signals/signals.ts'
import type { Traffic } from '../traffic/traffic.ts'
import { DispatchRecords, type StoredMission } from './dispatch-records.ts'
import { type Claimant, holdsAgainst, type JunctionClaim } from './junction-claims.ts'
import { type HarmCounters, harmCounters, junctionHarm } from './junction-harm.ts'
import { Mission, type MissionCourse, releaseAfterMs } from './mission.ts'
import type { Known } from './mission-forecast.ts'
import { plannedJunctions } from './mission-junctions.ts'
import { PlannerTimes } from './planner-times.ts'
import { profileOf } from './role-profile.ts'
import type { EndedCall } from './served-calls.ts'
import { UnitBoard } from './unit-board.ts'
import { inOrderOfTime, type Way } from './way-choice.ts'

/** A plan made for a place only may be driven by a unit standing this near to it. */
const atOriginM = 250
/** The highest class of public transport. */
const busClass = parseImportance(usualImportance.bus).class
/** Ways that are compared with the best by the map, and how many are shown beside the one that is driven. */
const comparedWays = 6
const shownWays = 2
/** Every few seconds for each vehicle under way. */
const comparedOnTheWay = 2
const system: Actor = { name: 'system', roles: [] }

const isSameWay = (a: PriorityAsk, b: PriorityAsk): boolean =>
  a.junction === b.junction && a.approach === b.approach && a.exit === b.exit

const metresBetween = (a: Position, b: Position): number => distanceM(a.lon, a.lat, b.lon, b.lat)

/** A bus never equals an emergency vehicle. @throws InputError naming `importance` */
function requireOwnClass({ role, importance }: NewDispatch): void {
  if (role !== 'bus' || importance === undefined || parseImportance(importance).class >= busClass) return
  const message = `"${importance}" is kept for emergency vehicles; a bus has class ${busClass} to 10, usually ${usualImportance.bus}`
  throw new InputError('importance-bus', `importance ${message}`, [{ field: 'importance', message }])
}

/** The error in the words of the caller's request, which names the ends of a route otherwise than the engine does. */
function inTermsOf(names: { from: string; to: string }, error: unknown): unknown {
  if (!(error instanceof InputError)) return error
  const nameOf = (field: string) => (field === 'from' ? names.from : field === 'to' ? names.to : field)
  return new InputError(
    error.code,
    error.message,
    error.fields.map(({ field, message }) => ({ field: nameOf(field), message })),
  )
}

/** What a dispatcher asks of the route engine. */
export type DispatchEngine = Pick<RouteEngine, 'route' | 'bestUnits'>

/** Makes dispatches, starts and ends them, and drives all that are under way once a second. */
export class Dispatcher {
  readonly units: UnitBoard
  readonly stored: DispatchRecords
  readonly #core: Core
  readonly #known: Omit<Known, 'holds'>
  readonly #history: DetectorHistory
  readonly #harm: HarmCounters
  readonly #engine: DispatchEngine | undefined
  readonly #roads: Pick<Traffic, 'placeOf' | 'closedArcs'>
  readonly #missions = new Map<string, Mission>()
  readonly #times: PlannerTimes

  constructor(
    core: Core,
    signals: Pick<Signals, 'board' | 'detectors' | 'requests'>,
    engine: DispatchEngine | undefined,
    roads: Pick<Traffic, 'placeOf' | 'closedArcs'>,
  ) {
    this.#core = core
    this.#times = new PlannerTimes(core.metrics)
    const { headStartS, queueEstimate, lookAheadJunctions, downstreamFirst } = core.config.greenChannel
    this.#known = {
      board: signals.board,
      detectors: queueEstimate === 'off' ? noQueues : signals.detectors,
      requests: signals.requests,
      headStartS,
      lookAheadJunctions,
      downstreamFirst: downstreamFirst === 'on',
    }
    this.#history = signals.detectors.history
    this.#harm = harmCounters(core.metrics)
    this.#engine = engine
    this.#roads = roads
    this.stored = new DispatchRecords(core.records)
    this.units = new UnitBoard(core.clock, core.devices, (vehicle) => this.#missionOf(vehicle) !== undefined)
    signals.requests.on((lease, event) => {
      try {
        this.#missions.get(lease.ask.dispatch)?.onLease(lease, event)
      } catch (error) {
        // The mission keeps the event and stores it with its next step; other requests must not wait for this disk.
        this.#core.log.error({ dispatch: lease.ask.dispatch, err: error }, 'an event of a mission could not be stored')
      }
    })
  }

  /** Takes up what an earlier run of the gateway left open. */
  resume(): void {
    for (const mission of this.stored.open()) {
      const resumed = this.#mission(mission)
      this.#missions.set(mission.dispatch.id, resumed)
      resumed.resume()
    }
  }

  /** A vehicle has connected. */
  vehicleBack(vehicle: string): void {
    this.#missionOf(vehicle)?.vehicleBack()
  }

  /** One second of every mission, the most important first. */
  step(): void {
    const missions = [...this.#missions.values()].sort(
      (a, b) =>
        compareImportance(a.dispatch.importance, b.dispatch.importance) || (a.dispatch.id < b.dispatch.id ? -1 : 1),
    )
    for (const mission of missions) {
      try {
        this.#times.timed('step', () => mission.step())
      } catch (error) {
        // Tried again in a second; until then it keeps no junction, see PriorityRequestServer.tick.
        this.#core.log.error({ dispatch: mission.dispatch.id, err: error }, 'a mission could not take its step')
      }
      if (!mission.open) this.#missions.delete(mission.dispatch.id)
    }
  }

  /** @throws InputError, ConflictError naming the fields of `wish` */
  create(wish: NewDispatch, actor: Actor): Dispatch {
    return this.#times.timed('dispatch', () => this.#create(wish, actor))
  }

  #create(wish: NewDispatch, actor: Actor): Dispatch {
    if (wish.vehicle !== undefined && wish.origin !== undefined) {
      const message = 'give vehicle or origin, not both'
      throw new InputError('vehicle-and-origin', message, [
        { field: 'vehicle', message },
        { field: 'origin', message },
      ])
    }
    requireOwnClass(wish)
    this.#requireOnMap('destination', wish.destination)
    if (wish.origin) this.#requireOnMap('origin', wish.origin)
    const nowMs = this.#core.clock.now()
    return this.#core.records.transaction(() => {
      const [id, importance] = [this.stored.nextId(), wish.importance ?? usualImportance[wish.role]]
      const { vehicle, origin, routes } = this.#start(wish, { dispatch: id, role: wish.role, importance })
      const [route, ...alternatives] = routes as [Route, ...Route[]]
      const { junctions, legs } = plannedJunctions(route, nowMs)
      const dispatch: Dispatch = {
        id,
        role: wish.role,
        importance,
        vehicle,
        origin,
        destination: wish.destination,
        state: 'planned',
        createdAt: toTimestamp(nowMs),
        createdBy: actor.name,
        route,
        alternatives,
        etaAt: toTimestamp(nowMs + route.durationS * 1000),
        etaWithoutPriorityAt: toTimestamp(nowMs + route.durationWithoutPriorityS * 1000),
        progressM: 0,
        junctions,
      }
      const stored: StoredMission = { dispatch, legs, passedDelayS: 0, ...(wish.route && { drawn: true }) }
      this.#mission(stored).plan()
      this.stored.add(stored)
      const { role, destination } = dispatch
      this.stored.save(stored, false, [{ atMs: nowMs, kind: 'created', detail: { by: actor.name, vehicle, route } }])
      this.#core.audit.record(actor, 'dispatch.create', id, { role, importance, vehicle, origin, destination })
      this.#core.stream.publish('dispatches', [dispatch])
      return dispatch
    })
  }

  /**
   * Starts a planned dispatch; on an active one it changes nothing.
   *
   * @throws NotFoundError; ConflictError when it has ended, or when its vehicle is busy or missing
   */
  activate(id: string, actor: Actor): Dispatch {
    const running = this.#missions.get(id)
    if (running?.dispatch.state === 'active') return running.dispatch
    const stored = this.#load(id)
    const { dispatch } = stored
    if (dispatch.state !== 'planned') {
      throw new ConflictError('dispatch-ended', `dispatch ${id} is ${dispatch.state} and cannot be activated`, [
        { field: 'id', message: `${id} is ${dispatch.state}; create a new dispatch` },
      ])
    }
    dispatch.vehicle ??= this.#unitAt(dispatch.origin, dispatch.role)
    const busy = this.#missionOf(dispatch.vehicle)
    if (busy) {
      throw new ConflictError('vehicle-busy', `${dispatch.vehicle} is on dispatch ${busy.dispatch.id}`, [
        { field: 'vehicle', message: `${dispatch.vehicle} is on dispatch ${busy.dispatch.id}` },
      ])
    }
    dispatch.state = 'active'
    dispatch.activatedAt = toTimestamp(this.#core.clock.now())
    const mission = this.#mission(stored)
    this.#core.records.transaction(() => {
      this.#core.audit.record(actor, 'dispatch.activate', id, { vehicle: dispatch.vehicle })
      this.stored.save(stored, true, [])
    })
    // Only what is on disk as active may ask for greens.
    this.#missions.set(id, mission)
    mission.begin()
    this.#tellUnit(dispatch.vehicle)
    return mission.dispatch
  }

  /**
   * Ends a planned or active dispatch and gives back every junction at once; on a cancelled one it changes nothing.
   *
   * @throws NotFoundError; ConflictError when it has already ended otherwise
   */
  cancel(id: string, actor: Actor): Dispatch {
    const mission = this.#missions.get(id) ?? this.#mission(this.#load(id))
    const { dispatch } = mission
    if (dispatch.state === 'cancelled') return dispatch
    if (dispatch.state !== 'planned' && dispatch.state !== 'active') {
      throw new ConflictError('dispatch-ended', `dispatch ${id} is ${dispatch.state} and cannot be cancelled`, [
        { field: 'id', message: `${id} is already ${dispatch.state}` },
      ])
    }
    this.#core.records.transaction(() => {
      mission.end('cancelled', `cancelled by ${actor.name}`)
      this.#core.audit.record(actor, 'dispatch.cancel', id)
    })
    this.#tellUnit(dispatch.vehicle)
    return dispatch
  }

  /** @throws NotFoundError */
  get(id: string): Dispatch {
    return this.#missions.get(id)?.dispatch ?? this.#load(id).dispatch
  }

  #load(id: string): StoredMission {
    const stored = this.stored.find(id)
    if (stored) return stored
    throw new NotFoundError('dispatch-unknown', `there is no dispatch "${id}"`)
  }

  #mission(stored: StoredMission): Mission {
    const { clock, log, downlink, records, audit, stream } = this.#core
    const { id, role, importance } = stored.dispatch
    const claimant = { dispatch: id, role, importance }
    return new Mission(stored, {
      clock,
      log,
      downlink,
      signals: this.#knownTo(claimant),
      fixOf: (vehicle) => this.units.fix(vehicle),
      placeOf: (vehicle) => this.#roads.placeOf(vehicle),
      closedArcs: () => this.#roads.closedArcs(profileOf[role]),
      findWays: (from, all) => {
        const { destination: to } = stored.dispatch
        const alternatives = all ? comparedWays : comparedOnTheWay
        return this.#ways({ from, to, profile: profileOf[role], alternatives }, claimant)
      },
      harmOf: (call) => this.#harmOf(call, role),
      driven: (route) => this.#driven(route, stored.dispatch.destination),
      publish: (dispatch) => stream.publish('dispatches', [dispatch]),
      save: (mission, open, events, ended) =>
        records.transaction(() => {
          const { id, state, reason, vehicle } = mission.dispatch
          this.stored.save(mission, open, events)
          // A cancelling person is named by `cancel`.
          if (ended && state !== 'cancelled') {
            audit.record(system, state === 'completed' ? 'dispatch.complete' : 'dispatch.fail', id, { vehicle, reason })
          }
        }),
    })
  }

  #harmOf(call: EndedCall, role: PriorityRole): JunctionHarm {
    const harm = junctionHarm(call, this.#known.board.table(call.junction), this.#history)
    this.#harm.count(role, harm)
    return harm
  }

  #missionOf(vehicle: string): Mission | undefined {
    return [...this.#missions.values()].find(
      ({ dispatch }) => dispatch.state === 'active' && dispatch.vehicle === vehicle,
    )
  }

  /** The emergency vehicles that are under way, in the order in which they were sent. */
  get courses(): MissionCourse[] {
    const missions = [...this.#missions.values()].filter(({ dispatch }) => dispatch.role !== 'bus')
    return missions.flatMap(({ course }) => course ?? [])
  }

  /** How much faster than others a vehicle drives: on a mission as its profile does, otherwise not. */
  speedFactorOf(vehicle: string): number {
    const mission = this.#missionOf(vehicle)
    return mission ? drivingProfiles[profileOf[mission.dispatch.role]].speedFactor : 1
  }

  #tellUnit(vehicle: string | null): void {
    const unit = vehicle === null ? undefined : this.units.unit(vehicle)
    if (unit) this.#core.stream.publish('units', [unit])
  }

  /** @throws ConflictError while no road network is imported */
  #requireEngine(): DispatchEngine {
    return this.#engine ?? noNetwork()
  }

  /** The way that is expected to take least first, with queues, greens and missions of higher rank as they are. */
  #ways(query: Parameters<RouteEngine['route']>[0], claimant: Claimant): Way<RouteAnswer>[] {
    return inOrderOfTime(this.#requireEngine().route(query), this.#knownTo(claimant), this.#core.clock.now())
  }

  #knownTo({ dispatch, role, importance }: Claimant): Known {
    const { board, requests } = this.#known
    return {
      ...this.#known,
      holds: ({ junction, approach, exit }, earliestMs) => {
        const table = board.table(junction)
        if (!table) return []
        const ask = { dispatch, vehicle: '', role, importance, junction, approach, exit }
        const lease = requests.renewing().find((one) => one.ask.dispatch === dispatch && isSameWay(one.ask, ask))
        return holdsAgainst(this.#claims(), { ask, earliestMs, lease }, table, releaseAfterMs)
      },
    }
  }

  #claims(): JunctionClaim[] {
    return [...this.#missions.values()].flatMap(({ claims }) => claims)
  }

  /** As it is told to who drives it: with its steps. */
  #driven(answer: RouteAnswer, to: Position): Route {
    const { network } = this.#core
    return { ...routeOf(answer), ...(network && { steps: routeSteps(network, answer, to) }) }
  }

  /** The route that was drawn, in place of a search. @throws InputError naming `route` */
  #drawn(line: LineString, from: Position, to: Position, profile: RouteProfile): Route {
    const { network, city } = this.#core
    if (!network) return noNetwork()
    const refuse = (message: string) => new InputError('route-drawn', `route ${message}`, [{ field: 'route', message }])
    const ends = [line.coordinates[0], line.coordinates.at(-1)].map((end) => ({ lon: end![0]!, lat: end![1]! }))
    if (metresBetween(ends[0]!, from) > atOriginM) throw refuse(`begins farther than ${atOriginM} m from the vehicle`)
    if (metresBetween(ends[1]!, to) > atOriginM) throw refuse(`ends farther than ${atOriginM} m from the destination`)
    const along = arcsAlong(network, line)
    if (!along) throw refuse('does not follow the roads of the map: give the line of a route that was answered')
    try {
      const span = { fromOffsetM: along.fromM, toOffsetM: along.toM }
      const answer = routeAlong(network, along.arcs, { ...span, profile, junctions: city?.junctions ?? [] })
      return this.#driven(answer, to)
    } catch (error) {
      throw error instanceof InputError ? refuse(error.message) : error
    }
  }

  #requireOnMap(field: string, { lon, lat }: Position): void {
    const bounds: City['bounds'] | undefined = this.#core.city?.bounds
    if (!bounds) return
    if (lon >= bounds.west && lon <= bounds.east && lat >= bounds.south && lat <= bounds.north) return
    const message = `${lon},${lat} is off the map (${bounds.west},${bounds.south} to ${bounds.east},${bounds.north})`
    throw new InputError('off-the-map', `${field} ${message}`, [{ field, message }])
  }

  /** Who starts, from where, and how: the named vehicle, the given origin, or the unit that is there first. */
  #start(wish: NewDispatch, claimant: Claimant): { vehicle: string | null; origin: Position; routes: Route[] } {
    const { destination: to, role } = wish
    const profile = profileOf[role]
    const find = (from: Position, name: string) => {
      try {
        const ways = this.#ways({ from, to, profile, alternatives: comparedWays }, claimant)
        const [best, ...others] = ways as [Way<RouteAnswer>, ...Way<RouteAnswer>[]]
        return [this.#driven(best.route, to), ...others.slice(0, shownWays).map(({ route }) => routeOf(route))]
      } catch (error) {
        throw inTermsOf({ from: name, to: 'destination' }, error)
      }
    }
    const routes = (from: Position, name: string) =>
      wish.route ? [this.#drawn(wish.route, from, to, profile)] : find(from, name)
    if (wish.origin) return { vehicle: null, origin: wish.origin, routes: routes(wish.origin, 'origin') }
    if (wish.vehicle !== undefined) {
      const unit = this.#named(wish.vehicle, role)
      return { vehicle: unit.id, origin: unit.position, routes: routes(unit.position, 'vehicle') }
    }
    if (wish.route) {
      const message = 'a drawn route needs a vehicle or an origin'
      throw new InputError('route-drawn', message, [{ field: 'vehicle', message: 'is missing: name who drives it' }])
    }
    const best = this.#bestUnit(role, to)
    return { vehicle: best.id, origin: best.position, routes: find(best.position, 'vehicle') }
  }

  #named(vehicle: string, role: PriorityRole): Unit & { position: Position } {
    const refuse = (code: string, message: string) => new InputError(code, message, [{ field: 'vehicle', message }])
    const unit = this.units.unit(vehicle)
    if (!unit) throw refuse('vehicle-unknown', `"${vehicle}" is not a registered vehicle with a role`)
    if (unit.role !== role) throw refuse('vehicle-role', `"${vehicle}" has the role ${unit.role}, not ${role}`)
    const { position } = unit
    if (position === null || unit.state === 'offline') {
      const message = `"${vehicle}" has sent no position lately; choose another or give an origin`
      throw new ConflictError('vehicle-offline', message, [{ field: 'vehicle', message }])
    }
    return { ...unit, position }
  }

  /** The available unit that would be there first. @throws InputError naming `destination`; ConflictError when none is free */
  #bestUnit(role: PriorityRole, to: Position): Unit & { position: Position } {
    const units = this.units.available(role)
    if (units.length === 0) {
      const message = `no ${role} is available; name a vehicle or give an origin`
      throw new ConflictError('no-unit-available', message, [{ field: 'vehicle', message }])
    }
    try {
      const [best] = this.#requireEngine().bestUnits({ units, to, profile: profileOf[role] })
      const unit = units.find(({ id }) => id === best?.id)
      if (unit) return unit
    } catch (error) {
      throw inTermsOf({ from: 'vehicle', to: 'destination' }, error)
    }
    const message = `${to.lon},${to.lat} cannot be reached by any available ${role}; choose another place`
    throw new InputError('unreachable', message, [{ field: 'destination', message }])
  }

  #unitAt(origin: Position, role: PriorityRole): string {
    const [nearest] = this.units
      .available(role)
      .map(({ id, position }) => ({ id, metres: metresBetween(position, origin) }))
      .sort((a, b) => a.metres - b.metres)
    if (nearest && nearest.metres <= atOriginM) return nearest.id
    const message = `no available ${role} within ${atOriginM} m of the origin; create the dispatch with a vehicle`
    throw new ConflictError('no-unit-at-origin', message, [{ field: 'vehicle', message }])
  }
}
