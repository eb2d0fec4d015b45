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
import { JsonLines, linesBay, linesDetector, linesGate, linesSign, linesVehicle } from './drivers/json-lines.ts'
import { Outbox } from './outbox.ts'
import { SimulatedController } from './signal/simulated-controller.ts'
import { requireTimingTable } from './signal/timing-table.ts'
import { tick } from './ticker.ts'
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
  const table = config.kind === 'signal' ? tableOf(config) : undefined
  mkdirSync(config.outbox, { recursive: true })
  const outbox = new Outbox(join(config.outbox, `${config.device}.sqlite`), clock, random, report)
  const uplink = <K extends DeviceKind>(kind: K) =>
    new MqttUplink(
      { district: config.district, kind, device: config.device },
      { url: config.mqtt, token, firmware, tls },
      { outbox, clock, random, report },
    )
  const agent = build(config, table, uplink, around)
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
  table: JunctionTable | undefined,
  uplink: <K extends DeviceKind>(kind: K) => MqttUplink<K>,
  { clock, input, output, report }: EdgeSurroundings,
): Agent {
  if (table) return new SignalAgent(uplink('signal'), table, new SimulatedController(table), clock.now())
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

function textOf(path: string, field: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { message } = error as Error
    throw new InputError('edge-file', `${field}: ${message}`, [{ field, message }])
  }
}

function tableOf({ table: path, device }: EdgeConfiguration): JunctionTable {
  if (path === undefined) {
    const message = `is missing: a signal agent needs the JSON file of its JunctionTable (device ${device})`
    throw new InputError('schema', `table ${message}`, [{ field: 'table', message }])
  }
  let table: JunctionTable
  try {
    table = JSON.parse(textOf(path, 'table'))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new InputError('edge-file', `table: ${path} is no JSON: ${error.message}`, [
      { field: 'table', message: error.message },
    ])
  }
  requireTimingTable(table)
  return table
}
