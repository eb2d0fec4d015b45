import type { Dispatch, JunctionTable, Position } from '@clearway/contracts'
import { groupTowards } from '@clearway/contracts/movement'
import { isGreen, type SimulatedController, VehicleAgent } from '@clearway/edge'
import { distanceBetweenM } from '@clearway/routing'
import type { MemoryLinks } from '../bin/evaluation/device-links.ts'

const PACE_MPS = 12

/** What a vehicle sees of its town. */
export interface Streets {
  district: string
  junctions: readonly JunctionTable[]
  controllers: ReadonlyMap<string, SimulatedController>
}

/** Drives the route it was told last, waits at reds, and reports where it is through its agent. */
export class TownVehicle {
  readonly id: string
  readonly agent: VehicleAgent
  /** Metres along the route; reported is this place, `strayedTo` instead where it is given, or nothing. */
  progressM = 0
  strayedTo: Position | undefined
  silent = false
  readonly #streets: Streets
  #driven: Dispatch['route'] | undefined

  constructor(id: string, station: Position, streets: Streets, links: MemoryLinks) {
    this.id = id
    this.strayedTo = station
    this.#streets = streets
    const uplink = links.uplink({ district: streets.district, kind: 'vehicle', device: id })
    const receiver = { fix: () => (this.silent ? undefined : this.#fix()) }
    this.agent = new VehicleAgent(uplink, receiver, { follow: () => undefined })
  }

  /** Leaves where it stood for the start of a route. */
  depart(route: Dispatch['route']): void {
    this.#driven = route
    this.strayedTo = undefined
    this.progressM = 0
  }

  /** Another way from where it is, as its mission was re-planned. */
  follow(route: Dispatch['route']): void {
    if (!this.#driven || route.distanceM === this.#driven.distanceM) return
    this.depart(route)
  }

  /** Stays where it is until it departs or goes on. */
  halt(): void {
    this.strayedTo = this.#along()
  }

  /** A second at its pace, and no further than a stop line that is not green. */
  drive(): void {
    if (!this.#driven || this.strayedTo || this.silent) return
    const { junctions, distanceM } = this.#driven
    const nextM = Math.min(distanceM, this.progressM + PACE_MPS)
    const line = junctions.find(({ offsetM }) => this.progressM < offsetM && nextM >= offsetM)
    const table = this.#streets.junctions.find(({ id }) => id === line?.junction)
    const approach = table?.approaches.find(({ id }) => id === line!.approach)
    const controller = table && this.#streets.controllers.get(table.id)
    const shown = approach && controller?.display.groups[groupTowards(approach, line!.exit)]
    if (line && !isGreen(shown)) return
    this.progressM = nextM
  }

  #fix() {
    const waits = this.strayedTo !== undefined
    return { ...(this.strayedTo ?? this.#along()), speedMps: waits ? 0 : PACE_MPS, headingDeg: 0, accuracyM: 3 }
  }

  #along(): Position {
    const { geometry, distanceM } = this.#driven!
    const points = geometry.coordinates.map(([lon, lat]) => ({ lon: lon!, lat: lat! }))
    const steps = points.slice(1).map((point, i) => distanceBetweenM(points[i]!, point))
    let leftM = (this.progressM * steps.reduce((sum, m) => sum + m, 0)) / distanceM
    let at = 0
    while (at < steps.length && leftM > steps[at]!) leftM -= steps[at++]!
    if (at === steps.length) return points.at(-1)!
    const [a, b, share] = [points[at]!, points[at + 1]!, steps[at] === 0 ? 0 : leftM / steps[at]!]
    return { lon: a.lon + (b.lon - a.lon) * share, lat: a.lat + (b.lat - a.lat) * share }
  }
}
