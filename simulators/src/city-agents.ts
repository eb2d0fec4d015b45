import type { City, Clock, DeviceKind, NewDevice, Random } from '@clearway/contracts'
import {
  type Agent,
  type Barrier,
  BayAgent,
  type Detector,
  DetectorAgent,
  GateAgent,
  type Identity,
  type IssuerKeys,
  MqttUplink,
  type Navigator,
  type Outbox,
  type Report,
  SignAgent,
  SignalAgent,
  type SignFace,
  SimulatedController,
  VehicleAgent,
} from '@clearway/edge'
import type { RoadNetwork } from '@clearway/routing'
import type { Unit } from './fleet/unit.ts'
import type { ReplayBays } from './gates/replay-bays.ts'
import type { ReplayGates } from './gates/replay-gates.ts'
import type { TrafficSimulator } from './traffic/traffic-simulator.ts'

/** What all agents of the process share. */
export interface Surroundings {
  district: string
  mqttUrl: string
  credentials: Readonly<Record<string, string>>
  issuer: IssuerKeys | undefined
  outbox: Outbox
  clock: Clock
  random: Random
  report: Report
}

/** A detector's reports cover so many seconds. */
export const DETECTOR_PERIOD_S = 30

const FIRMWARE = 'clearway-simulated 0.1.0'

function uplink<K extends DeviceKind>(around: Surroundings, kind: K, device: string): MqttUplink<K> {
  const identity: Identity<K> = { district: around.district, kind, device }
  const token = around.credentials[device]!
  return new MqttUplink(identity, { url: around.mqttUrl, token, firmware: FIRMWARE, issuer: around.issuer }, around)
}

/** The simulated cabinets by junction, and the agents beside them. */
export function signalAgents(city: City, around: Surroundings) {
  const controllers = new Map(city.junctions.map((table) => [table.id, new SimulatedController(table)]))
  const agents = city.junctions.map(
    (table) =>
      new SignalAgent(uplink(around, 'signal', table.id), table, controllers.get(table.id)!, around.clock.now()),
  )
  return { controllers, agents }
}

/** @param guarded runs an order so that a fault of it is reported and not thrown into the connection */
export function vehicleAgents(
  units: readonly Unit[],
  around: Surroundings,
  guarded: (work: () => void) => void,
): Agent[] {
  return units.map((unit) => {
    const navigator: Navigator = { follow: (route) => guarded(() => unit.follow(route)) }
    return new VehicleAgent(uplink(around, 'vehicle', unit.unit.id), unit, navigator)
  })
}

/** Lots without barriers: what a gate is told to show needs no motor. */
const noBarrier: Barrier = { act: () => Promise.resolve() }
/** The gateway keeps what a sign shows; nobody looks at this one. */
const noFace: SignFace = { show: () => undefined }

export function gateAgents(devices: readonly NewDevice[], gates: ReplayGates, around: Surroundings): Agent[] {
  return devices
    .filter(({ kind }) => kind === 'gate')
    .map(({ id }) => new GateAgent(uplink(around, 'gate', id), gates.camera(id), noBarrier, around.report))
}

/** One agent for each bay of the lot that has sensors. */
export function bayAgents(devices: readonly NewDevice[], bays: ReplayBays | undefined, around: Surroundings): Agent[] {
  if (!bays) return []
  return devices
    .filter(({ kind }) => kind === 'bay')
    .map(({ id }, i) => new BayAgent(uplink(around, 'bay', id), bays.sensor(i + 1)))
}

export function signAgents(city: City, around: Surroundings): Agent[] {
  return city.signs.map(({ id }) => new SignAgent(uplink(around, 'sign', id), noFace, around.clock.now()))
}

/** One detector for each approach, over all the arcs that end at its stop line. */
export function detectorAgents(
  city: City,
  network: RoadNetwork,
  traffic: TrafficSimulator,
  around: Surroundings,
): Agent[] {
  const loops = new Map<string, number[]>()
  network.approaches.forEach(({ junction, approach }, index) => {
    const id = `${junction}-${approach}`
    loops.set(id, [...(loops.get(id) ?? []), index])
  })
  return city.junctions.flatMap(({ id: junction, approaches }) =>
    approaches.map(({ id: approach }) => {
      const id = `${junction}-${approach}`
      const detector = approachDetector(traffic, loops.get(id) ?? [])
      return new DetectorAgent(uplink(around, 'detector', id), detector, DETECTOR_PERIOD_S)
    }),
  )
}

function approachDetector(traffic: TrafficSimulator, approaches: readonly number[]): Detector {
  return {
    read() {
      const readings = approaches.map((approach) => traffic.detectors.read(approach, traffic.nowS))
      const count = readings.reduce((sum, reading) => sum + reading.count, 0)
      const speedSum = readings.reduce((sum, reading) => sum + reading.count * (reading.speedMps ?? 0), 0)
      const occupancy = readings.reduce((sum, reading) => sum + reading.occupancy, 0) / Math.max(1, readings.length)
      const queueM = Math.max(0, ...readings.map((reading) => reading.queueM))
      return { count, occupancy, queueM, ...(count > 0 && { speedMps: speedSum / count }) }
    },
  }
}
