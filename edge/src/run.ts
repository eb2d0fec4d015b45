import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import {
  type ClearwayError,
  type Clock,
  compile,
  type DeviceKind,
  deviceKinds,
  InputError,
  type JunctionTable,
  Name,
  OneOf,
  type Random,
} from '@clearway/contracts'
import { type Static, Type } from 'typebox'
import type { Agent } from './agents/agent.ts'
import { BayAgent } from './agents/bay-agent.ts'
import { DetectorAgent } from './agents/detector-agent.ts'
import { GateAgent } from './agents/gate-agent.ts'
import { SignAgent } from './agents/sign-agent.ts'
import { SignalAgent } from './agents/signal-agent.ts'
import { VehicleAgent } from './agents/vehicle-agent.ts'
import { CabinetController } from './drivers/cabinet-lines.ts'
import { Gbt20999Controller } from './drivers/gbt20999/gbt20999-controller.ts'
import { JsonLines, linesBay, linesDetector, linesGate, linesSign, linesVehicle } from './drivers/json-lines.ts'
import { NtcipController } from './drivers/ntcip/ntcip-controller.ts'
import { Outbox } from './outbox.ts'
import type { ControllerLink } from './signal/controller-link.ts'
import { SimulatedController } from './signal/simulated-controller.ts'
import { requireTimingTable } from './signal/timing-table.ts'
import { tick } from './ticker.ts'
import { IssuerKeys } from './uplink/issuer-keys.ts'
import { MqttUplink } from './uplink/mqtt-uplink.ts'

/** One agent alone on site. Unknown keys are refused. */
export const EdgeConfiguration = Type.Object(
  {
    kind: OneOf(...deviceKinds),
    district: Name,
    device: Name,
    mqtt: Type.String({ pattern: '^mqtts?://', description: 'mqtt://host:port or mqtts://host:port' }),
    tokenFile: Type.String({ description: 'file that holds the device token and nothing else' }),
    outbox: Type.String({ description: 'folder for events that are not acknowledged yet' }),
    table: Type.Optional(Type.String({ description: 'signal: JSON file with the JunctionTable' })),
    // `simulated`: a whole cabinet in the agent's own process. `cabinet`: the same controller, its lamps, loops and
    // switches at the pipes. Every other one is reached by its `controller` file.
    driver: Type.Optional(OneOf('simulated', 'cabinet', 'ntcip', 'gbt20999')),
    monitorTable: Type.Optional(
      Type.String({ description: "signal, our controller: the conflict monitor's own JunctionTable; else the same" }),
    ),
    controller: Type.Optional(Type.String({ description: "signal: JSON file with the driver's own settings" })),
    issuerKeyFile: Type.Optional(
      Type.String({ description: 'signal: PEM of the gateway’s public key; requests it has not signed are refused' }),
    ),
    periodS: Type.Optional(Type.Number({ minimum: 1, maximum: 3600, description: 'detector: one report a period' })),
    caFile: Type.Optional(Type.String({ description: 'PEM, for mqtts' })),
    certFile: Type.Optional(Type.String({ description: 'PEM client certificate whose common name is the device id' })),
    keyFile: Type.Optional(Type.String({ description: 'PEM key of the certificate' })),
  },
  { additionalProperties: false },
)
export type EdgeConfiguration = Static<typeof EdgeConfiguration>

const check = compile(EdgeConfiguration)
const defaultPeriodS = 60
/** Fine enough that no interval is shown longer than it must by more than a blink. */
const tickS = 0.1

/** What the command gives to its one agent. */
export interface EdgeSurroundings {
  clock: Clock
  random: Random
  firmware: string
  /** The maker's program of every kind but `signal`, see `JsonLines`. */
  input: Readable
  output: Writable
  report: (fault: ClearwayError) => void
}

/**
 * Runs one agent until `stop` aborts: over MQTT, with its own outbox, driving a simulated controller (`signal`) or the
 * maker's program at the pipes.
 *
 * @throws InputError `schema` for a wrong configuration, `edge-file` for a file that cannot be read, `timing-table` for
 *   an unsafe table
 */
export async function runEdge(configuration: unknown, around: EdgeSurroundings, stop: AbortSignal): Promise<void> {
  const config = check.require(configuration, 'edge configuration')
  const { clock, random, report, firmware } = around
  const token = textOf(config.tokenFile, 'tokenFile').trim()
  const tls = {
    ...(config.caFile === undefined ? {} : { ca: textOf(config.caFile, 'caFile') }),
    ...(config.certFile === undefined ? {} : { cert: textOf(config.certFile, 'certFile') }),
    ...(config.keyFile === undefined ? {} : { key: textOf(config.keyFile, 'keyFile') }),
  }
  const signal = config.kind === 'signal' ? signalOf(config, around) : undefined
  const issuer = issuerOf(config)
  makeFolder(config.outbox, 'outbox')
  const outbox = new Outbox(join(config.outbox, `${config.device}.sqlite`), clock, random, report)
  const uplink = <K extends DeviceKind>(kind: K) =>
    new MqttUplink(
      { district: config.district, kind, device: config.device },
      { url: config.mqtt, token, firmware, tls, issuer },
      { outbox, clock, random, report },
    )
  const agent = build(config, signal, uplink, around)
  agent.start()
  try {
    await tick([agent], tickS, clock, stop, report)
  } finally {
    await agent.stop()
    outbox.close()
  }
}

function build(
  config: EdgeConfiguration,
  signal: { table: JunctionTable; link: ControllerLink } | undefined,
  uplink: <K extends DeviceKind>(kind: K) => MqttUplink<K>,
  { clock, input, output, report }: EdgeSurroundings,
): Agent {
  if (signal) return new SignalAgent(uplink('signal'), signal.table, signal.link, clock.now())
  const lines = new JsonLines(input, output, report)
  switch (config.kind) {
    case 'gate': {
      const gate = linesGate(lines, clock)
      return new GateAgent(uplink('gate'), gate, gate, report)
    }
    case 'detector':
      return new DetectorAgent(uplink('detector'), linesDetector(lines, clock), config.periodS ?? defaultPeriodS)
    case 'bay':
      return new BayAgent(uplink('bay'), linesBay(lines))
    case 'sign':
      return new SignAgent(uplink('sign'), linesSign(lines), clock.now())
    default: {
      const vehicle = linesVehicle(lines)
      return new VehicleAgent(uplink('vehicle'), vehicle, vehicle)
    }
  }
}

function makeFolder(path: string, field: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    const { message } = error as Error
    throw new InputError('edge-file', `${field}: ${message}; give a folder that can be written`, [{ field, message }])
  }
}

function textOf(path: string, field: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { message } = error as Error
    throw new InputError('edge-file', `${field}: ${message}`, [{ field, message }])
  }
}

function issuerOf({ kind, issuerKeyFile }: EdgeConfiguration): IssuerKeys | undefined {
  if (issuerKeyFile === undefined) return undefined
  if (kind !== 'signal') throw wrongKey('issuerKeyFile', `"${issuerKeyFile}" is for signal agents, not a ${kind}`)
  return new IssuerKeys(textOf(issuerKeyFile, 'issuerKeyFile'))
}

function signalOf(config: EdgeConfiguration, around: EdgeSurroundings) {
  const { table: path, device } = config
  if (path === undefined) {
    throw wrongKey('table', `is missing: a signal agent needs the JSON file of its JunctionTable (device ${device})`)
  }
  const table = tableOf(path, 'table')
  return { table, link: linkOf(config, table, around) }
}

/**
 * The driver of a signal agent.
 *
 * @throws InputError `schema` when its settings are missing or not wanted, and the driver's own for wrong ones
 */
function linkOf(
  { driver = 'simulated', controller, monitorTable }: EdgeConfiguration,
  table: JunctionTable,
  { clock, input, output, report }: EdgeSurroundings,
): ControllerLink {
  if (driver === 'simulated' || driver === 'cabinet') {
    if (controller !== undefined) throw wrongKey('controller', `"${controller}" is for a driver: set driver`)
    const monitored = monitorTable === undefined ? table : tableOf(monitorTable, 'monitorTable')
    const cabinet = new SimulatedController(table, monitored)
    return driver === 'cabinet' ? new CabinetController(cabinet, new JsonLines(input, output, report)) : cabinet
  }
  if (monitorTable !== undefined) throw wrongKey('monitorTable', `"${monitorTable}" is for our own controller only`)
  if (controller === undefined) throw wrongKey('controller', `is missing: driver ${driver} needs its JSON file`)
  const settings = jsonOf(controller, 'controller')
  switch (driver) {
    case 'ntcip':
      return new NtcipController(table, settings, report)
    case 'gbt20999':
      return new Gbt20999Controller(table, settings, { clock, report })
  }
}

const wrongKey = (field: string, message: string) =>
  new InputError('schema', `${field} ${message}`, [{ field, message }])

function jsonOf(path: string, field: string): unknown {
  try {
    return JSON.parse(textOf(path, field))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const message = `${path} is no JSON: ${error.message}`
    throw new InputError('edge-file', `${field}: ${message}`, [{ field, message }])
  }
}

function tableOf(path: string, field: string): JunctionTable {
  const table = jsonOf(path, field) as JunctionTable
  requireTimingTable(table)
  return table
}
