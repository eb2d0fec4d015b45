export * from './green-channel/green-channel.ts'
export { routeSteps } from './guidance/route-steps.ts'
export { type IsochroneMap, isochroneMap } from './isochrone/isochrone-map.ts'
export { arcBearingDeg } from './live/arc-bearing.ts'
export { type Disruption, LEAST_SPEED_FACTOR } from './live/disruptions.ts'
export { conditionsDiffer, LiveSpeeds } from './live/live-speeds.ts'
export type { DrivenArc } from './live/matching/driven-path.ts'
export type { TraceFix } from './live/matching/trace-fix.ts'
export { type Matched, type MatchedPoint, matchTrace, TraceMatcher } from './live/matching/trace-matcher.ts'
export type { DriveReading, FlowReading } from './live/readings.ts'
export { type AvoidedRoads, closure, type RoadConditions } from './live/road-conditions.ts'
export {
  type ArcPlace,
  arcOfPlace,
  arcsAsked,
  linesOf,
  placeOfArc,
} from './live/road-selection.ts'
export { type ForecastArrival, type ForecastOptions, forecastAlong } from './live/travel-forecast.ts'
export { UsualSpeeds } from './live/usual-speeds.ts'
export * from './network/arc-shape.ts'
export * from './network/city-folder.ts'
export { Lines as CityBrainLines } from './network/citybrain/lines.ts'
export { type CityBrainRoad, type CityBrainRoadnet, readCityBrain } from './network/citybrain/roadnet-text.ts'
export { type Roadnet, roadnetOf } from './network/cityflow/roadnet-file.ts'
export { type DimacsCoordinates, readCoordinates } from './network/dimacs/coordinates-file.ts'
export { type DimacsGraph, readGraph } from './network/dimacs/graph-file.ts'
export * from './network/geodesy.ts'
export { heidelberg, importCity, importSumoCity, type MapOptions, readNetWith } from './network/import-city.ts'
export type { ImportReport } from './network/import-report.ts'
export type { CityOptions, ImportedCity } from './network/imported-city.ts'
export { readJson } from './network/json-file.ts'
export { wholeContentOf } from './network/map-file.ts'
export * from './network/network-file.ts'
export * from './network/road-network.ts'
export * from './network/snap.ts'
export * from './network/street-map.ts'
export { readNet } from './network/sumo/net-file.ts'
export { type SumoPlan, type SumoSignal, sumoPlan } from './network/sumo/sumo-plan.ts'
export { appliesAt, type WeeklyHours, type WeeklyWindow } from './network/weekly-hours.ts'
export { arrivalSpread } from './search/arrival-spread.ts'
export { routeOf } from './search/contract-route.ts'
export * from './search/driving-profile.ts'
export {
  type AnswerJunction,
  type ArcSpan,
  cumulativeTimes,
  type RouteAnswer,
  routeAlong,
} from './search/route-answer.ts'
export { type ArcRoute, arcsAlong } from './search/route-arcs.ts'
export * from './search/route-engine.ts'
export { expectedWaitS, signalWaits } from './search/signal-wait.ts'
export type { JunctionGeometry } from './signals/junction-geometry.ts'
export { syntheticTiming } from './signals/synthetic-timing.ts'
export type { WalkingNetwork } from './walking/walking-network.ts'
export { createWalks, type Walk, type Walks, type WalkTo } from './walking/walks.ts'
