import { ManualClock, type Random, type SignalMode, type VehicleRoute, WorldError } from '@clearway/contracts'
import {
  type Agent,
  DetectorAgent,
  type Identity,
  SignalAgent,
  SimulatedController,
  type Trip,
  VehicleAgent,
} from '@clearway/edge'
import { type Absence, AbsenceWatch } from './absences.ts'
import type { Centre, CentreOf, PlannerTimes } from './centre.ts'
import { CompliantDrivers, LOOK_EVERY_S } from './compliant-drivers.ts'
import type { AdvisedWindow } from './detour.ts'
import { type Disturbances, falseDetector, falseDetectors, silentJunctions } from './disturbances.ts'
import type { Mission } from './missions.ts'
import { ORIGIN_MS } from './origin.ts'
import { type ApproachDetectors, approachDetectors } from './run-files.ts'
import { edgesAlong, orderOf } from './scenario.ts'
import { SignalFace } from './signal-face.ts'
import { type Passing, StopLineWatch, stopLinesOf } from './stop-lines.ts'
import { AmbulanceOnStreet, ApproachOnStreet, Street } from './street.ts'
import type { PreparedScenario } from './sumo-scenario.ts'
import type { TraciClient } from './traci/client.ts'
import { variable } from './traci/commands.ts'

/** Controllers run so long before the simulation begins that all are in their plans, s. */
const LONGEST_WARM_UP_S = 3600
/** An ambulance is in touch with the centre so long before it is sent out, s. */
const ANNOUNCED_S = 10
/** Hearing no demand for so long a controller drops every call, s. */
const BACKUP_S = 15
const MS = 1000

export interface PlantOptions {
  prepared: PreparedScenario
  missions: readonly Mission[]
  centreOf: CentreOf
  beginS: number
  /** Detectors report so often, s. */
  detectorPeriodS: number
  disturbances: Disturbances
  /** Share of ordinary drivers that do what the centre advises. */
  compliance: number
  /** Draws what is disturbed, and who does what is advised. */
  random: Random
  /** Told what happened in each step, for tests and records. */
  onStep?: ((step: PlantStep) => void) | undefined
}

/** One second as the street saw it. */
export interface PlantStep {
  atS: number
  /** State by signal of SUMO, of those that changed. */
  signals: ReadonlyMap<string, string>
  modes: readonly SignalMode[]
  ambulances: readonly { id: string; lon: number; lat: number; speedMps: number }[]
}

interface Crew {
  mission: Mission
  street: AmbulanceOnStreet
  agent: Agent
  watch: StopLineWatch
  /** Edges of a way that the centre has sent and that is not yet driven. */
  way: readonly string[] | undefined
  state: 'waits' | 'announced' | 'sent' | 'driving' | 'arrived'
}

/**
 * SUMO in lock step with our own agents. Each second: agents and controllers take their step, what they show is written
 * to SUMO, SUMO drives one second while the centre thinks, then vehicles and detectors publish. Messages are taken in the
 * order of the devices and of their sequence, so the same seed gives the same run.
 */
export class Plant {
  readonly clock: ManualClock
  /** Of a centre that plans, once it has stopped. */
  plannerTimes: PlannerTimes | undefined
  readonly #traci: TraciClient
  readonly #options: PlantOptions
  readonly #street: Street
  readonly #controllers = new Map<string, SimulatedController>()
  readonly #faces = new Map<string, SignalFace>()
  readonly #written = new Map<string, string>()
  readonly #approaches: { detectors: ApproachDetectors; street: ApproachOnStreet }[]
  readonly #absences: { controller: SimulatedController; watch: AbsenceWatch }[]
  readonly #passings: Passing[] = []
  /** Undefined where nobody does what is advised. */
  readonly #compliant: CompliantDrivers | undefined
  /** Junctions that nobody hears of: their controllers run alone. */
  #silent: SimulatedController[] = []
  #signals: Agent[] = []
  #detectors: Agent[] = []
  #crews: Crew[] = []
  #centre: Centre | undefined
  #atS: number

  constructor(traci: TraciClient, options: PlantOptions) {
    const { imported, recovery } = options.prepared
    const { city } = imported
    this.#traci = traci
    this.#options = options
    this.#atS = options.beginS
    this.#street = new Street(traci, options.prepared.plan)
    for (const table of city.junctions) {
      this.#controllers.set(table.id, new SimulatedController(table, table, BACKUP_S, recovery))
      this.#faces.set(table.id, new SignalFace(table, options.prepared.plan.signals.get(table.id)!))
    }
    this.#approaches = approachDetectors(city, options.prepared.plan).map((detectors) => ({
      detectors,
      street: new ApproachOnStreet(detectors),
    }))
    const byJunction = Map.groupBy(this.#approaches, ({ detectors }) => detectors.junction)
    this.#absences = city.junctions.map((table) => ({
      controller: this.#controllers.get(table.id)!,
      watch: new AbsenceWatch(table, byJunction.get(table.id)?.map(({ detectors }) => detectors) ?? []),
    }))
    const { compliance, random, prepared } = options
    if (compliance > 0) {
      this.#compliant = new CompliantDrivers(traci, prepared.plan, compliance, random.fork('compliant'))
    }
    this.clock = new ManualClock(this.#warmUp())
  }

  /** Undefined where nobody does what is advised. */
  get compliant(): CompliantDrivers | undefined {
    return this.#compliant
  }

  /** Conflict monitors that have tripped so far. */
  get trips(): (Trip & { junction: string })[] {
    return [...this.#controllers].flatMap(([junction, { trip }]) => (trip ? [{ junction, ...trip }] : []))
  }

  /** Times that junctions were away from their plans. */
  get absences(): Absence[] {
    return this.#absences.flatMap(({ watch }) => watch.all)
  }

  /** Stop lines that ambulances have crossed. */
  get passings(): readonly Passing[] {
    return this.#passings
  }

  get atS(): number {
    return this.#atS
  }

  /** Opens the centre and brings all agents into touch with it. */
  async start(): Promise<void> {
    const { prepared, missions, centreOf, detectorPeriodS, disturbances, random } = this.#options
    const { imported } = prepared
    const vehicles = missions.map((mission) => orderOf(mission, prepared).vehicle)
    const centre = await centreOf({ clock: this.clock, imported, vehicles })
    this.#centre = centre
    await centre.start()
    const identity = <K extends Identity['kind']>(kind: K, device: string): Identity<K> => ({
      ...{ district: imported.city.district, kind, device },
    })
    const silent = silentJunctions(imported.city.junctions, disturbances, random.fork('silent'))
    this.#silent = [...silent].map((id) => this.#controllers.get(id)!)
    const heard = imported.city.junctions.filter(({ id }) => !silent.has(id))
    this.#signals = heard.map(
      (table) =>
        new SignalAgent(
          centre.uplink(identity('signal', table.id)),
          table,
          this.#controllers.get(table.id)!,
          this.clock.now(),
        ),
    )
    const wrong = falseDetectors(this.#approaches.length, disturbances, random.fork('false'))
    this.#detectors = this.#approaches.map(({ detectors: { junction, approach }, street }, i) => {
      const device = `${junction}-${approach}`
      const detector = wrong.has(i) ? falseDetector(random.fork(device)) : street
      return new DetectorAgent(centre.uplink(identity('detector', device)), detector, detectorPeriodS)
    })
    const stopLines = stopLinesOf(prepared.plan)
    this.#crews = missions.map((mission, i) => {
      const street = new AmbulanceOnStreet()
      const watch = new StopLineWatch(mission.id, mission.route, stopLines)
      const uplink = centre.uplink(identity('vehicle', vehicles[i]!))
      const crew: Omit<Crew, 'agent'> = { mission, street, watch, way: undefined, state: 'waits' }
      const follow = ({ geometry }: VehicleRoute) => {
        crew.way = edgesAlong(geometry, prepared)
      }
      return Object.assign(crew, { agent: new VehicleAgent(uplink, street, { follow }) })
    })
    for (const agent of [...this.#signals, ...this.#detectors]) agent.start()
    for (const { detectors } of this.#approaches) this.#street.watchApproach(detectors)
    await centre.take()
    await this.clock.advance(0.5)
  }

  /** One second. @returns false when nobody is on the way any more */
  async step(): Promise<boolean> {
    const centre = this.#centre
    if (!centre) throw new WorldError('plant', 'the plant was not started')
    const nowMs = this.clock.now()
    for (const crew of this.#crews) this.#announce(crew)
    await centre.take()
    for (const { agent, state } of this.#crews) if (state === 'announced') agent.step(nowMs)
    await centre.take()
    await this.#sendOut(centre)
    for (const controller of this.#silent) controller.step(nowMs)
    for (const agent of this.#signals) await this.#turn(centre, agent)
    await centre.take()
    const changed = this.#writeSignals()
    // SUMO drives while the centre thinks: neither sees the other before both are done.
    const driven = this.#traci.step()
    const thought = this.clock.advance(0.5).then(() => centre.take())
    const [values] = await Promise.all([driven, thought])
    await this.clock.advance(0.5)
    this.#atS++
    const view = this.#street.take(values)
    this.#observe(view.departed, view.arrived)
    await this.#advise(centre, view.departed, view.arrived)
    await this.#look()
    await this.#publish(centre)
    this.#tell(changed)
    return view.expected > 0
  }

  async stop(): Promise<void> {
    const agents = [...this.#signals, ...this.#detectors, ...this.#crews.map(({ agent }) => agent)]
    await Promise.all(agents.map((agent) => agent.stop()))
    await this.#centre?.take()
    this.plannerTimes = await this.#centre?.plannerTimes?.()
    await this.#centre?.stop()
  }

  /** Brings the controllers into their plans before the first second. @returns when the run begins, half a second early */
  #warmUp(): number {
    const beginMs = ORIGIN_MS + this.#options.beginS * MS
    // From the longest start that may be needed, always the same one.
    for (let nowMs = beginMs - LONGEST_WARM_UP_S * MS; nowMs < beginMs; nowMs += MS) {
      for (const controller of this.#controllers.values()) controller.step(nowMs)
    }
    return beginMs - 0.5 * MS
  }

  /** Gets in touch with the centre. */
  #announce(crew: Crew): void {
    if (crew.state !== 'waits' || this.#atS < crew.mission.departS - ANNOUNCED_S) return
    const { origin } = orderOf(crew.mission, this.#options.prepared)
    crew.street.standAt({ ...origin, speedMps: 0, headingDeg: 0, accuracyM: 3 })
    crew.agent.start()
    crew.state = 'announced'
  }

  async #sendOut(centre: Centre): Promise<void> {
    for (const crew of this.#crews) {
      if (crew.state !== 'announced' || this.#atS < crew.mission.departS) continue
      crew.state = 'sent'
      await centre.send(orderOf(crew.mission, this.#options.prepared))
      // What it asks of the junctions at once is there before they take their step, however it travels.
      await centre.take()
    }
  }

  #writeSignals(): Map<string, string> {
    const changed = new Map<string, string>()
    for (const [junction, face] of this.#faces) {
      const state = face.state(this.#controllers.get(junction)!.display.groups)
      if (this.#written.get(junction) === state) continue
      this.#written.set(junction, state)
      this.#traci.set('signal', variable.signalState, face.signalId, { type: 'string', value: state })
      changed.set(face.signalId, state)
    }
    return changed
  }

  #observe(departed: readonly string[], arrived: readonly string[]): void {
    for (const crew of this.#crews) {
      const { device } = crew.agent
      if (departed.includes(device)) {
        this.#street.watchVehicle(device)
        crew.state = 'driving'
      } else if (arrived.includes(device)) {
        this.#watch(crew, `${crew.mission.route.at(-1)}_0`)
        const { destination } = orderOf(crew.mission, this.#options.prepared)
        crew.street.arrived({ ...destination, speedMps: 0, headingDeg: 0, accuracyM: 3 }, this.clock.now())
        crew.state = 'arrived'
      } else if (crew.state === 'driving') {
        const fix = this.#street.fixOf(device)
        if (fix) crew.street.moved(fix)
        const lane = this.#street.laneOf(device)
        if (lane !== undefined) this.#watch(crew, lane)
        if (lane) this.#turnTo(crew, lane)
      }
    }
    for (const { street } of this.#approaches) street.observe(this.#street.seen)
    const isCovered = (loop: string) => this.#street.isCovered(loop)
    for (const { controller, watch } of this.#absences) watch.observe(controller.report()!, this.#atS, isCovered)
  }

  /**
   * Takes the way that was sent, from the edge that the vehicle is on; inside a junction it waits for the next. One that
   * ends on the other side of the street is not driven: the trips of all controllers end at the same place.
   */
  #turnTo(crew: Crew, lane: string): void {
    if (!crew.way || lane.startsWith(':')) return
    const at = crew.way.indexOf(lane.slice(0, lane.lastIndexOf('_')))
    if (at >= 0 && crew.way.at(-1) === crew.mission.route.at(-1)) {
      const edges = crew.way.slice(at)
      this.#traci.set('vehicle', variable.route, crew.agent.device, { type: 'strings', value: edges })
      crew.watch.follow(edges)
    }
    crew.way = undefined
  }

  #watch({ watch }: Crew, lane: string): void {
    this.#passings.push(...watch.moved(lane, this.#atS, (junction) => this.#written.get(junction)!))
  }

  /** Other drivers read what is advised before anything of this second is told to the centre. */
  async #advise(centre: Centre, departed: readonly string[], arrived: readonly string[]): Promise<void> {
    if (!this.#compliant) return
    const crews = new Set(this.#crews.map(({ agent }) => agent.device))
    this.#compliant.take(
      departed.filter((id) => !crews.has(id)),
      arrived,
    )
    if ((this.#atS - this.#options.beginS) % LOOK_EVERY_S !== 0) return
    const toS = (ms: number) => this.#atS + (ms - this.clock.now()) / MS
    const windows = new Map<string, AdvisedWindow>()
    for (const { line, fromMs, untilMs } of await centre.advice()) {
      for (const edge of edgesAlong(line, this.#options.prepared) ?? []) {
        // Of two missions on one road: from the first to the last.
        const { fromS, untilS } = windows.get(edge) ?? { fromS: Number.POSITIVE_INFINITY, untilS: 0 }
        windows.set(edge, { fromS: Math.min(fromS, toS(fromMs)), untilS: Math.max(untilS, toS(untilMs)) })
      }
    }
    await this.#compliant.look(windows, this.#atS)
  }

  /** Cameras are looked at when their agents report: from their first step on, once a period. */
  async #look(): Promise<void> {
    const { beginS, detectorPeriodS } = this.#options
    if ((this.#atS - beginS - 1) % detectorPeriodS !== 0) return
    const queuesM = await this.#street.queues()
    for (const { street } of this.#approaches) street.look(queuesM)
  }

  /** In the order of the devices. */
  async #publish(centre: Centre): Promise<void> {
    for (const agent of this.#detectors) await this.#turn(centre, agent)
    if (this.#atS % this.#options.disturbances.positionEveryS !== 0) return
    for (const { agent, state } of this.#crews) if (state !== 'waits') await this.#turn(centre, agent)
  }

  async #turn(centre: Centre, agent: Agent): Promise<void> {
    agent.step(this.clock.now())
    await centre.turn()
  }

  #tell(signals: ReadonlyMap<string, string>): void {
    if (!this.#options.onStep) return
    const ambulances = this.#crews.flatMap(({ agent: { device: id }, state }) => {
      const fix = state === 'driving' ? this.#street.fixOf(id) : undefined
      return fix ? [{ id, lon: fix.lon, lat: fix.lat, speedMps: fix.speedMps }] : []
    })
    const modes = [...this.#controllers.values()].map(({ display }) => display.mode)
    this.#options.onStep({ atS: this.#atS, signals, modes, ambulances })
  }
}
