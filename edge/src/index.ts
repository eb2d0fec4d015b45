export type { Agent } from './agents/agent.ts'
export { BayAgent, type BaySensor } from './agents/bay-agent.ts'
export { type Detector, DetectorAgent, type FlowReading } from './agents/detector-agent.ts'
export { type Barrier, type Camera, GateAgent, type PlateRead } from './agents/gate-agent.ts'
export { SignAgent, type SignFace } from './agents/sign-agent.ts'
export { SignalAgent } from './agents/signal-agent.ts'
export { type Fix, type Navigator, type Receiver, VehicleAgent } from './agents/vehicle-agent.ts'
export type { Arrived, CentreLink, DeviceConnect, DeviceLine, DeviceSession } from './conformance/centre-link.ts'
export { type ConformanceReport, clausesNamed, examine, longestRunS } from './conformance/conformance.ts'
export { MqttCentre, type MqttCentreOptions } from './conformance/mqtt-centre.ts'
export { clauseTable, lineOf, textOf } from './conformance/report-text.ts'
export { type Address, TappedLine } from './conformance/tapped-line.ts'
export type { Finding } from './conformance/verdicts.ts'
export { Gbt20999Controller } from './drivers/gbt20999/gbt20999-controller.ts'
export type { Gbt20999Settings } from './drivers/gbt20999/settings.ts'
export { JsonLines } from './drivers/json-lines.ts'
export { NtcipController } from './drivers/ntcip/ntcip-controller.ts'
export type { NtcipSettings } from './drivers/ntcip/settings.ts'
export { Outbox, type OutboxLimits } from './outbox.ts'
export type { Report } from './report.ts'
export { EdgeConfiguration, type EdgeSurroundings, runEdge } from './run.ts'
export { ConflictMonitor, type Trip } from './signal/conflict-monitor.ts'
export { type Control, Controller } from './signal/controller.ts'
export type {
  ControllerLink,
  ControllerReport,
  PreemptCall,
  PreemptState,
  PriorityCall,
  PriorityReport,
} from './signal/controller-link.ts'
export { type Display, isGreen } from './signal/display.ts'
export { SimulatedController } from './signal/simulated-controller.ts'
export { checkTimingTable, requireTimingTable } from './signal/timing-table.ts'
export { tick } from './ticker.ts'
export { IssuerKeys } from './uplink/issuer-keys.ts'
export { type Arrival, MemoryBroker, MemoryUplink } from './uplink/memory-uplink.ts'
export { MqttUplink, type MqttUplinkOptions, type UplinkSurroundings } from './uplink/mqtt-uplink.ts'
export type { Identity, Uplink } from './uplink/uplink.ts'
