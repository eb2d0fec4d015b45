import type { Detector, Fix, FlowReading, Receiver } from '@clearway/edge'
import type { SumoPlan } from '@clearway/routing'
import type { ApproachDetectors } from './run-files.ts'
import type { TraciClient } from './traci/client.ts'
import type { Typed } from './traci/codec.ts'
import { type Values, variable } from './traci/commands.ts'

const ACCURACY_M = 3
/** After it has arrived a vehicle stands at the end of its route for so long, ms; then its crew switches off. */
const STANDS_MS = 60_000

type Read = ReadonlyMap<number, Typed>

const numberOf = (item: Typed | undefined): number => (typeof item?.value === 'number' ? item.value : 0)
const numberIn = (values: Read, what: number): number => numberOf(values.get(what))
const textsIn = (values: Read, what: number): readonly string[] => {
  const item = values.get(what)
  return item?.type === 'strings' ? item.value : []
}

/** An ambulance as its receiver sees it, from when it is announced until some time after its arrival. */
export class AmbulanceOnStreet implements Receiver {
  #fix: Fix | undefined
  #arrivedMs: number | undefined

  /** Before its departure it stands where its route begins. */
  standAt(fix: Fix): void {
    this.#fix = fix
  }

  moved(fix: Fix): void {
    this.#fix = fix
  }

  arrived(at: Fix, nowMs: number): void {
    this.#fix = at
    this.#arrivedMs = nowMs
  }

  get hasArrived(): boolean {
    return this.#arrivedMs !== undefined
  }

  fix(nowMs: number): Fix | undefined {
    if (this.#arrivedMs !== undefined && nowMs - this.#arrivedMs > STANDS_MS) return undefined
    return this.#fix
  }
}

/** The loops and the cameras of one approach, summed up between two readings. */
export class ApproachOnStreet implements Detector {
  readonly #lanes: ApproachDetectors['lanes']
  readonly #over: ReadonlySet<string>[]
  #count = 0
  #speedSum = 0
  #covered = 0
  #steps = 0
  #queuesM: Record<string, number> = {}

  constructor({ lanes }: ApproachDetectors) {
    this.#lanes = lanes
    this.#over = lanes.map(() => new Set<string>())
  }

  /** One step of the simulation. @param of what is subscribed to, by object */
  observe(of: ReadonlyMap<string, Read>): void {
    this.#steps++
    for (const [i, { loop }] of this.#lanes.entries()) {
      const seen = of.get(loop)
      if (seen) this.#observeLoop(i, seen)
    }
  }

  /** The cameras are looked at. @param queuesM by camera */
  look(queuesM: ReadonlyMap<string, number>): void {
    this.#queuesM = {}
    for (const { area, groups } of this.#lanes) {
      const queueM = rounded(queuesM.get(area) ?? 0, 1)
      for (const group of groups) this.#queuesM[group] = Math.max(this.#queuesM[group] ?? 0, queueM)
    }
  }

  #observeLoop(lane: number, seen: Read): void {
    const ids = textsIn(seen, variable.vehicleIds)
    const before = this.#over[lane]!
    if (ids.length === 0 && before.size === 0) return
    const fresh = ids.filter((id) => !before.has(id)).length
    this.#count += fresh
    this.#speedSum += fresh * Math.max(0, numberIn(seen, variable.meanSpeed))
    this.#covered += Math.min(1, Math.max(0, numberIn(seen, variable.occupancy)) / 100)
    this.#over[lane] = new Set(ids)
  }

  read(): FlowReading {
    const count = this.#count
    const reading: FlowReading = {
      count,
      occupancy: this.#steps === 0 ? 0 : Math.min(1, this.#covered / (this.#steps * Math.max(1, this.#lanes.length))),
      queueM: Math.max(0, ...Object.values(this.#queuesM)),
      groupQueuesM: { ...this.#queuesM },
      ...(count > 0 && { speedMps: Math.round((this.#speedSum / count) * 100) / 100 }),
    }
    this.#count = 0
    this.#speedSum = 0
    this.#covered = 0
    this.#steps = 0
    return reading
  }
}

/** What is on the street after a step. */
export interface StreetView {
  departed: readonly string[]
  arrived: readonly string[]
  /** Vehicles on the way or still to come. */
  expected: number
}

/** Reads SUMO by subscription: its ambulances, loops and cameras. */
export class Street {
  readonly #traci: TraciClient
  readonly #plan: SumoPlan
  readonly #seen = new Map<string, Read>()
  readonly #areas: string[] = []

  constructor(traci: TraciClient, plan: SumoPlan) {
    this.#traci = traci
    this.#plan = plan
    traci.subscribe('simulation', '', [variable.departedIds, variable.arrivedIds, variable.expectedNumber])
  }

  watchApproach({ lanes }: ApproachDetectors): void {
    for (const { loop, area } of lanes) {
      this.#traci.subscribe('loop', loop, [variable.vehicleIds, variable.occupancy, variable.meanSpeed])
      this.#areas.push(area)
    }
  }

  /** The queues that the cameras see now, metres by camera: asked for when somebody reports them, not at every step. */
  async queues(): Promise<ReadonlyMap<string, number>> {
    const values = await this.#traci.getAll('laneArea', variable.jamLengthM, this.#areas)
    return new Map(this.#areas.map((area, i) => [area, numberOf(values[i])]))
  }

  /** From its departure to its arrival. */
  watchVehicle(id: string): void {
    this.#traci.subscribe('vehicle', id, [variable.position, variable.speed, variable.angle, variable.laneId])
  }

  /** Takes what a step has brought. */
  take(values: readonly Values[]): StreetView {
    this.#seen.clear()
    for (const { object, values: read } of values) this.#seen.set(object, read)
    const simulation: Read = this.#seen.get('') ?? new Map()
    return {
      departed: textsIn(simulation, variable.departedIds),
      arrived: textsIn(simulation, variable.arrivedIds),
      expected: numberIn(simulation, variable.expectedNumber),
    }
  }

  get seen(): ReadonlyMap<string, Read> {
    return this.#seen
  }

  /** Of a vehicle that is watched; empty while it is set forward, undefined when it is not on the road. */
  laneOf(vehicle: string): string | undefined {
    const item = this.#seen.get(vehicle)?.get(variable.laneId)
    return item?.type === 'string' ? item.value : undefined
  }

  /** Whether somebody was over a loop in the last second. */
  isCovered(loop: string): boolean {
    const seen = this.#seen.get(loop)
    return seen !== undefined && textsIn(seen, variable.vehicleIds).length > 0
  }

  /** Undefined while the vehicle is not on the road. */
  fixOf(vehicle: string): Fix | undefined {
    const read = this.#seen.get(vehicle)
    const place = read?.get(variable.position)
    if (!read || place?.type !== 'position') return undefined
    const [x, y] = place.value
    const { lon, lat } = this.#plan.unproject(x, y)
    return {
      ...{ lon: rounded(lon, 7), lat: rounded(lat, 7), accuracyM: ACCURACY_M },
      speedMps: rounded(Math.max(0, numberIn(read, variable.speed)), 2),
      headingDeg: rounded((numberIn(read, variable.angle) + 360) % 360, 1),
    }
  }
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))
