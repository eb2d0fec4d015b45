import type { Position, RouteProfile, VehicleRoute } from '@clearway/contracts'
import type { Fix, Navigator, Receiver } from '@clearway/edge'
import { type ArcRoute, arcsAlong, distanceM, type RoadNetwork, type RouteEngine, snap } from '@clearway/routing'
import type { TrafficSimulator } from '../traffic/traffic-simulator.ts'
import type { StationedUnit } from './stations.ts'

/** Wished speed over the limit on a mission; higher than the planner's factor, since nobody holds a wish all the way. */
const MISSION_SPEED = { ambulance: 1.3, fire: 1.2 } as const
/** Time at the scene before the way back. */
const SCENE_S = 60
/** A route that begins this near, on another street, is joined by turning round, which takes a moment. */
const TURN_M = 60
const TURN_S = 5
/** Among so many arcs of a new route its passage of the vehicle is looked for. */
const JOIN_ARCS = 4
/** From its station a unit comes out where the route begins, if that is this near. */
const YARD_M = 500
const ACCURACY_M = 3

type Doing =
  | { what: 'waits' }
  | { what: 'enters'; route: ArcRoute; afterS: number; mission: boolean }
  | { what: 'drives'; trip: number; mission: boolean }
  | { what: 'at-scene'; untilS: number }

/**
 * One emergency vehicle in the traffic simulator, as its driver sees it: follows the route it received, stays at the
 * scene for a minute and goes home in ordinary traffic. It is the receiver and the navigator of a vehicle agent.
 */
export class Unit implements Receiver, Navigator {
  readonly unit: StationedUnit
  readonly #traffic: TrafficSimulator
  readonly #network: RoadNetwork
  readonly #engine: RouteEngine
  readonly #home: Position
  #doing: Doing = { what: 'waits' }
  #pose: Position & { headingDeg: number }

  constructor(unit: StationedUnit, traffic: TrafficSimulator, network: RoadNetwork, engine: RouteEngine) {
    this.unit = unit
    this.#traffic = traffic
    this.#network = network
    this.#engine = engine
    // It waits at the kerb before its station.
    this.#home = snap(network, unit.home, YARD_M)[0]?.position ?? unit.home
    this.#pose = { ...this.#home, headingDeg: 0 }
  }

  get doing(): Doing['what'] {
    return this.#doing.what
  }

  fix(): Fix {
    const driving = this.#doing.what === 'drives' ? this.#traffic.view(this.#doing.trip) : undefined
    if (driving) this.#pose = { lon: driving.lon, lat: driving.lat, headingDeg: driving.headingDeg }
    return { ...this.#pose, speedMps: driving?.speedMps ?? 0, accuracyM: ACCURACY_M }
  }

  follow({ geometry }: Pick<VehicleRoute, 'geometry'>): void {
    const doing = this.#doing
    const here = doing.what === 'drives' ? this.#traffic.view(doing.trip) : undefined
    const given = arcsAlong(this.#network, geometry)
    if (doing.what === 'drives' && here && given) {
      const joins = given.arcs.indexOf(here.arc)
      if (joins >= 0 && (joins < given.arcs.length - 1 || given.toM > here.positionM)) {
        const rest = { route: given.arcs.subarray(joins), speedFactor: MISSION_SPEED[this.unit.role] }
        this.#traffic.divert(doing.trip, rest, 'emergency', given.toM)
        this.#doing = { ...doing, mission: true }
        return
      }
    }
    const { lon, lat } = this.fix()
    const [fromLon, fromLat] = geometry.coordinates[0] as [number, number]
    const near = distanceM(lon, lat, fromLon, fromLat) <= (doing.what === 'waits' ? YARD_M : TURN_M)
    const route = given && near ? this.#joined(given) : this.#ownWay(geometry.coordinates.at(-1) as [number, number])
    if (doing.what === 'drives') this.#traffic.withdraw(doing.trip)
    const afterS = this.#traffic.nowS + (doing.what === 'drives' ? TURN_S : 0)
    this.#doing = { what: 'enters', route, afterS, mission: true }
  }

  /** The route from where it passes the vehicle, so that nobody jumps to its beginning. */
  #joined(given: ArcRoute): ArcRoute {
    const here = snap(this.#network, this.#pose, TURN_M, { contraflow: true })
    const nearest = here.find(({ arc }) => given.arcs.subarray(0, JOIN_ARCS).includes(arc))
    if (!nearest) return given
    const arcs = given.arcs.subarray(given.arcs.indexOf(nearest.arc))
    return arcs.length === 1 && nearest.offsetM >= given.toM ? given : { ...given, arcs, fromM: nearest.offsetM }
  }

  /** Once in each step of the traffic simulator, before it. */
  step(): void {
    const doing = this.#doing
    if (doing.what === 'enters') this.#tryToEnter(doing)
    else if (doing.what === 'drives') {
      if (this.#traffic.view(doing.trip)) this.fix()
      else this.#doing = doing.mission ? { what: 'at-scene', untilS: this.#traffic.nowS + SCENE_S } : { what: 'waits' }
    } else if (doing.what === 'at-scene' && this.#traffic.nowS >= doing.untilS) this.#goHome()
  }

  #tryToEnter({ route, afterS, mission }: Doing & { what: 'enters' }): void {
    if (this.#traffic.nowS < afterS) return
    const speedFactor = mission ? MISSION_SPEED[this.unit.role] : 1
    const kind = mission ? 'emergency' : 'car'
    const trip = this.#traffic.place({ route: route.arcs, speedFactor }, kind, route.fromM, route.toM)
    if (trip !== undefined) this.#doing = { what: 'drives', trip, mission }
  }

  #goHome(): void {
    this.#doing = { what: 'waits' }
    const route = this.#wayTo(this.#home, 'car')
    this.#doing = { what: 'enters', route, afterS: this.#traffic.nowS, mission: false }
  }

  /** A line that does not follow this map, or begins elsewhere, still says where to go. */
  #ownWay([lon, lat]: [number, number]): ArcRoute {
    return this.#wayTo({ lon, lat }, this.unit.role)
  }

  /** @throws InputError `off-map` or `unreachable` */
  #wayTo(to: Position, profile: RouteProfile): ArcRoute {
    const { arcs, fromOffsetM, toOffsetM } = this.#engine.route({ from: this.#pose, to, profile })[0]!
    return { arcs, fromM: fromOffsetM, toM: toOffsetM }
  }
}
