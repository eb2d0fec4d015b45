import {
  fromTimestamp,
  InputError,
  IsochroneQuery,
  LonLat,
  Matrix,
  MatrixRequest,
  type Position,
  PriorityRole,
  RankedUnit,
  RouteQuery,
  Routes,
  type VehicleLimits,
} from '@clearway/contracts'
import { isochroneMap, type RoadNetwork, type RouteEngine, routeOf, routeSteps } from '@clearway/routing'
import { Type } from 'typebox'
import { profileOf } from '../dispatch/role-profile.ts'
import type { UnitBoard } from '../dispatch/unit-board.ts'
import { type Route, rawRoute, route } from '../http/route.ts'
import { noNetwork } from './no-network.ts'

/** Each pair is an exact search of its own, and nothing else is answered meanwhile: about a second for a city. */
const mostPairs = 2500
/** Farther than an hour is beyond any city. */
const longestS = 3600

/** `lon,lat`; the query has passed its pattern. */
export function positionOf(text: string): Position {
  const [lon = 0, lat = 0] = text.split(',').map(Number)
  return { lon, lat }
}

const limitsOf = ({ heightM, widthM, weightT, axleLoadT }: VehicleLimits): VehicleLimits => ({
  ...(heightM !== undefined && { heightM }),
  ...(widthM !== undefined && { widthM }),
  ...(weightT !== undefined && { weightT }),
  ...(axleLoadT !== undefined && { axleLoadT }),
})

/** @throws InputError naming `withinS` */
function bandsOf(text: string): number[] {
  const bands = text.split(',').map(Number)
  if (bands.every((seconds) => seconds > 0 && seconds <= longestS)) return bands
  const message = `"${text}" has a time outside 1 to ${longestS} seconds`
  throw new InputError('within', `withinS ${message}`, [{ field: 'withinS', message }])
}

/** @throws InputError naming `to` */
function requireFewPairs({ from, to }: MatrixRequest): void {
  if (from.length * to.length <= mostPairs) return
  const message = `${from.length} × ${to.length} are more than ${mostPairs} pairs; ask in parts`
  throw new InputError('matrix-size', `to: ${message}`, [{ field: 'to', message }])
}

export function drivingRoutes(
  network: RoadNetwork | undefined,
  engine: RouteEngine | undefined,
  units: Pick<UnitBoard, 'available'>,
): Route[] {
  return [
    route({
      method: 'GET',
      path: '/routes',
      access: 'signed-in',
      summary: 'Ways from one place to another, best first, with the signalled junctions on them',
      query: RouteQuery,
      answer: Routes,
      handle: ({ query: { from, to, profile = 'car', alternatives = 0, steps = false, departAt, ...limits } }) => {
        if (!engine || !network) return noNetwork()
        const destination = positionOf(to)
        const answers = engine.route({
          ...{ from: positionOf(from), to: destination, profile, alternatives, vehicle: limitsOf(limits) },
          departMs: departAt === undefined ? undefined : fromTimestamp(departAt),
        })
        return {
          routes: answers.map((answer) => ({
            ...routeOf(answer),
            ...(steps && { steps: routeSteps(network, answer, destination) }),
          })),
        }
      },
    }),
    route({
      method: 'POST',
      path: '/routes/matrix',
      access: 'signed-in',
      summary: 'Driving times from many places to many',
      body: MatrixRequest,
      answer: Matrix,
      handle: ({ body }) => {
        requireFewPairs(body)
        if (!engine) return noNetwork()
        const { from, to, profile = 'car', vehicle } = body
        return { durationsS: engine.matrix({ from, to, profile, vehicle }), epoch: engine.epoch }
      },
    }),
    rawRoute({
      method: 'GET',
      path: '/routes/isochrone',
      access: 'signed-in',
      summary: 'What can be driven to within some times: roads and the area around them, GeoJSON',
      query: IsochroneQuery,
      mediaType: 'application/geo+json',
      answer: Type.Object({}, { description: 'a GeoJSON FeatureCollection', additionalProperties: true }),
      handle: ({ query: { from, withinS, profile = 'car', ...limits } }) => {
        const bands = bandsOf(withinS)
        if (!engine || !network) return noNetwork()
        const { parts } = engine.reach({
          ...{ from: positionOf(from), profile, vehicle: limitsOf(limits), withinS: Math.max(...bands) },
        })
        return { body: JSON.stringify(isochroneMap(network, parts, bands)) }
      },
    }),
    route({
      method: 'GET',
      path: '/routes/best-unit',
      access: ['dispatcher', 'hospital'],
      summary: 'The available units that would be at a place first, the quickest first',
      query: Type.Object({
        to: LonLat,
        role: PriorityRole,
        wanted: Type.Optional(Type.Integer({ minimum: 1, maximum: 20, description: 'how many; 3 where not given' })),
      }),
      answer: Type.Object({ items: Type.Array(RankedUnit) }),
      handle: ({ query: { to, role, wanted = 3 } }) => {
        if (!engine) return noNetwork()
        const available = new Map(units.available(role).map((unit) => [unit.id, unit]))
        const ranked = engine.bestUnits({
          ...{ units: [...available.values()], to: positionOf(to), profile: profileOf[role], wanted },
        })
        return {
          items: ranked.map(({ id, route: answer }) => {
            const { name, position } = available.get(id)!
            return { vehicle: id, name, position, route: routeOf(answer) }
          }),
        }
      },
    }),
  ]
}
