import {
  Closure,
  ForecastQuery,
  fromTimestamp,
  Incident,
  Name,
  NewClosure,
  NewIncident,
  Page,
  pageQuery,
  TrafficQuery,
  TravelForecast,
  toTimestamp,
} from '@clearway/contracts'
import {
  drivingProfiles,
  forecastAlong,
  type RoadNetwork,
  type RouteEngine,
  signalWaits,
  type UsualSpeeds,
} from '@clearway/routing'
import { Type } from 'typebox'
import type { Core } from '../core.ts'
import { pageOfList } from '../http/paging.ts'
import { type Route, rawRoute, route } from '../http/route.ts'
import { positionOf } from '../routes/driving-routes.ts'
import { noNetwork } from '../routes/no-network.ts'
import type { DisruptionBoard } from './disruption-board.ts'
import type { RoadWatch } from './road-watch.ts'
import { trafficMap } from './traffic-map.ts'

/** What the routes stand on; undefined parts until a road network is imported. */
export interface LiveRoads {
  network: RoadNetwork
  engine: Pick<RouteEngine, 'route'>
  usual: UsualSpeeds
  board: DisruptionBoard
  watch: RoadWatch
}

const params = Type.Object({ id: Name })
const editors = ['dispatcher'] as const
const usualSlow = 0.8
const nothing = { type: 'FeatureCollection', features: [] }

/** Closures, incidents, the state of the roads and forecasts over HTTP. */
export function trafficRoutes(core: Core, roads: LiveRoads | undefined): Route[] {
  const required = (): LiveRoads => roads ?? noNetwork()
  /** What was changed is in force when the answer leaves. */
  const inForce = async <T>(answer: T): Promise<T> => {
    await required().watch.refresh()
    return answer
  }
  return [
    route({
      method: 'GET',
      path: '/closures',
      access: 'signed-in',
      summary: 'Closed roads, now and planned',
      query: Type.Object(pageQuery),
      answer: Page(Closure),
      handle: ({ query }) => pageOfList((roads?.board.list('closure') ?? []) as Closure[], query),
    }),
    route({
      method: 'POST',
      path: '/closures',
      access: editors,
      summary: 'Closes a road; routes avoid it when the answer arrives',
      body: NewClosure,
      status: 201,
      answer: Closure,
      handle: ({ body, actor }) => inForce(required().board.close(body, actor)),
    }),
    route({
      method: 'DELETE',
      path: '/closures/{id}',
      access: editors,
      summary: 'Opens a closed road again',
      params,
      answer: Closure,
      handle: ({ params: { id }, actor }) => inForce(required().board.end('closure', id, actor) as Closure),
    }),
    route({
      method: 'GET',
      path: '/incidents',
      access: 'signed-in',
      summary: 'Incidents that slow roads, now and planned',
      query: Type.Object(pageQuery),
      answer: Page(Incident),
      handle: ({ query }) => pageOfList((roads?.board.list('incident') ?? []) as Incident[], query),
    }),
    route({
      method: 'POST',
      path: '/incidents',
      access: editors,
      summary: 'Reports an incident that slows roads',
      body: NewIncident,
      status: 201,
      answer: Incident,
      handle: ({ body, actor }) => inForce(required().board.report(body, actor)),
    }),
    route({
      method: 'DELETE',
      path: '/incidents/{id}',
      access: editors,
      summary: 'Ends an incident',
      params,
      answer: Incident,
      handle: ({ params: { id }, actor }) => inForce(required().board.end('incident', id, actor) as Incident),
    }),
    rawRoute({
      method: 'GET',
      path: '/traffic',
      access: 'signed-in',
      summary: 'Roads that are closed or slow now, GeoJSON',
      mediaType: 'application/geo+json',
      query: TrafficQuery,
      answer: Type.Object({}, { description: 'a GeoJSON FeatureCollection', additionalProperties: true }),
      handle: ({ query: { slowerThan = usualSlow } }) => {
        const conditions = roads?.watch.inForce
        const map = roads && conditions && trafficMap(roads.network, conditions, roads.watch.epoch, slowerThan)
        return { body: JSON.stringify(map ?? nothing) }
      },
    }),
    route({
      method: 'GET',
      path: '/forecast',
      access: 'signed-in',
      summary: 'When somebody who departs at an instant arrives, by the usual speeds of the hours and those of now',
      query: ForecastQuery,
      answer: TravelForecast,
      handle: ({ query }) => forecast(core, required(), query),
    }),
  ]
}

function forecast(core: Core, { network, engine, usual, watch }: LiveRoads, query: ForecastQuery): TravelForecast {
  const { profile = 'car', departAt } = query
  const departMs = departAt === undefined ? core.clock.now() : fromTimestamp(departAt)
  const [way] = engine.route({ from: positionOf(query.from), to: positionOf(query.to), profile })
  const { arcs, fromOffsetM, toOffsetM, distanceM } = way!
  const { priorityWaitS, speedFactor } = drivingProfiles[profile]
  const waitS = signalWaits(network, core.city?.junctions ?? []).map((s) => Math.min(s, priorityWaitS ?? s))
  const options = { usual, ...(watch.inForce && { now: watch.inForce }), fromOffsetM, toOffsetM, waitS, speedFactor }
  const { earliestMs, expectedMs, latestMs } = forecastAlong(network, arcs, departMs, options).at(-1)!
  let freeFlowS = 0
  for (const [i, arc] of arcs.entries()) {
    const endM = i === arcs.length - 1 ? toOffsetM : network.lengthM[arc]!
    freeFlowS += (endM - (i === 0 ? fromOffsetM : 0)) / (network.speedMps[arc]! * speedFactor)
    const approach = network.approachOfArc[arc]!
    if (approach >= 0 && i < arcs.length - 1) freeFlowS += waitS[approach]!
  }
  return {
    ...{ departAt: toTimestamp(departMs), distanceM, freeFlowS: Math.round(freeFlowS * 10) / 10 },
    earliestAt: toTimestamp(Math.round(earliestMs)),
    expectedAt: toTimestamp(Math.round(expectedMs)),
    latestAt: toTimestamp(Math.round(latestMs)),
  }
}
