import { compile, InputError } from '@clearway/contracts'
import type { Roadnet } from '@clearway/routing'
import { type Static, Type } from 'typebox'
import { xml } from './plain-network.ts'

const Positive = Type.Number({ exclusiveMinimum: 0 })

const FlowVehicle = Type.Object({
  length: Positive,
  width: Positive,
  usualPosAcc: Positive,
  usualNegAcc: Positive,
  minGap: Type.Number({ minimum: 0 }),
  maxSpeed: Positive,
})

/** A CityFlow demand: each entry sends one kind of vehicle along one route at even intervals. Seconds. */
const Flow = Type.Array(
  Type.Object({
    vehicle: FlowVehicle,
    route: Type.Array(Type.String(), { minItems: 1 }),
    interval: Type.Number({ minimum: 0 }),
    startTime: Type.Number({ minimum: 0 }),
    endTime: Type.Number(),
  }),
  { minItems: 1 },
)
const check = compile(Flow)
type FlowEntry = Static<typeof Flow>[number]

export interface FlowTrip {
  departS: number
  route: readonly string[]
  vehicle: Static<typeof FlowVehicle>
}

/** More would not fit into SUMO; a wrong interval is at the bottom of it. */
const MOST_VEHICLES = 2_000_000

/**
 * The vehicles of a CityFlow demand by departure, those of the same second in the order of the file.
 *
 * @throws InputError `schema` naming each wrong field, `flow` naming entry and field when a route cannot be driven or
 * a flow has no end
 */
export function tripsOfFlow(content: unknown, file: string, roadnet: Roadnet): FlowTrip[] {
  const flow = check.require(content, file)
  const roads = new Set(roadnet.roads.map(({ id }) => id))
  const links = new Set(
    roadnet.intersections.flatMap(({ roadLinks }) =>
      roadLinks.map(({ startRoad, endRoad }) => JSON.stringify([startRoad, endRoad])),
    ),
  )
  const trips: FlowTrip[] = []
  for (const [i, entry] of flow.entries()) {
    const refuse = (field: string, reason: string) => {
      const message = `[${i}].${field} ${reason}`
      return new InputError('flow', `${file}: ${message}`, [{ field: `[${i}].${field}`, message }])
    }
    entry.route.forEach((road, k) => {
      if (!roads.has(road)) throw refuse(`route[${k}]`, `"${road}" is no road of the roadnet`)
      const before = entry.route[k - 1]
      if (before !== undefined && !links.has(JSON.stringify([before, road]))) {
        throw refuse('route', `cannot be driven: no roadLink leads from "${before}" to "${road}"`)
      }
    })
    const departures = departuresOf(entry, refuse)
    if (trips.length + departures > MOST_VEHICLES) throw refuse('interval', `makes more than ${MOST_VEHICLES} vehicles`)
    for (let n = 0; n < departures; n++) {
      const { startTime, interval, route, vehicle } = entry
      trips.push({ departS: startTime + n * interval, route, vehicle })
    }
  }
  return trips.sort((a, b) => a.departS - b.departS)
}

/** How many vehicles an entry sends. */
function departuresOf(
  { startTime, endTime, interval }: FlowEntry,
  refuse: (field: string, reason: string) => InputError,
): number {
  if (endTime < startTime) {
    throw refuse('endTime', `${endTime} is before startTime ${startTime}; a flow without end has to be given one`)
  }
  if (endTime === startTime) return 1
  if (interval === 0) throw refuse('interval', 'is 0; give seconds between vehicles')
  return 1 + Math.floor((endTime - startTime) / interval)
}

/**
 * What CityFlow does not say of its drivers: with these a lane discharges 1,656 vehicles an hour (Krauss model, steps of
 * one second).
 */
const drivers = 'sigma="0.5" tau="1.1" speedFactor="normc(1.0,0.08,0.8,1.2)" speedDev="0.08"'

/** The trips as a demand of SUMO: vehicle `f<N>` is the N-th by departure, a type for every kind of vehicle. */
export function demandFile(trips: readonly FlowTrip[]): string {
  const types = new Map<string, string>()
  const vehicles = trips.map(({ departS, route, vehicle }, n) => {
    const { length, width, usualPosAcc, usualNegAcc, minGap, maxSpeed } = vehicle
    const body = `length="${length}" width="${width}" accel="${usualPosAcc}" decel="${usualNegAcc}" minGap="${minGap}" maxSpeed="${maxSpeed}"`
    const type = types.get(body) ?? (types.size === 0 ? 'car' : `car${types.size + 1}`)
    types.set(body, type)
    return `<vehicle id="f${n}" type="${type}" depart="${departS.toFixed(2)}" departLane="best" departSpeed="max" departPos="base"><route edges="${route.join(' ')}"/></vehicle>`
  })
  const typeLines = Array.from(types, ([body, id]) => `<vType id="${id}" ${body} ${drivers}/>`)
  return xml('routes', [...typeLines, ...vehicles])
}
