export { type CitySimulatorOptions, runCitySimulator } from './city-simulator.ts'
export { runSoftController, type SoftController, softControllers } from './controllers/index.ts'
export { demoDevices } from './demo-devices.ts'
export { type StationedUnit, stationedUnits } from './fleet/stations.ts'
export { Unit } from './fleet/unit.ts'
export * from './parking/index.ts'
export type { SimulatorLog } from './simulator-log.ts'
export type { AdvisedRoad, Centre, CentreOf, CentreSurroundings, MissionOrder } from './sumo/centre.ts'
export { type CityCaseOptions, makeCityCase } from './sumo/city/city-case.ts'
export { type CityFlowConversion, type ConvertedCityFlow, convertCityFlow } from './sumo/cityflow/convert.ts'
export { readDemand, readVehicleTypes } from './sumo/demand-file.ts'
export { type Disturbances, undisturbed } from './sumo/disturbances.ts'
export { type DoorToDoor, otherDrivers, runEmbedded } from './sumo/embedded-run.ts'
export { freeFlowS, type GreenChannelOutcome, runGreenChannel } from './sumo/green-channel-run.ts'
export { LeadCentre } from './sumo/lead-centre.ts'
export { generateMissions, type Mission, readMissions } from './sumo/missions.ts'
export type { OthersDelay, Side } from './sumo/others.ts'
export { QuietCentre } from './sumo/quiet-centre.ts'
export { runReference } from './sumo/reference-run.ts'
export { readRoutedDemand } from './sumo/routed-demand.ts'
export { ambulanceId } from './sumo/run-files.ts'
export { dischargeVehH, SATURATED_END_S, saturatedLane } from './sumo/saturated-lane.ts'
export { prepareScenario, referenceConditions, type SignalConditions } from './sumo/scenario.ts'
export type { PreparedScenario, SumoScenario } from './sumo/sumo-scenario.ts'
export { CityTraffic } from './traffic/city-traffic.ts'
export { DisplayedSignals } from './traffic/displayed-signals.ts'
export type { Aspect, SignalHeads } from './traffic/signal-heads.ts'
export {
  type TrafficCounts,
  type TrafficOptions,
  TrafficSimulator,
  type Trip,
  type TripEnd,
} from './traffic/traffic-simulator.ts'
