import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ClearwayError,
  type DeviceKind,
  type Dispatch,
  formatTopic,
  InputError,
  type NewDevice,
} from '@clearway/contracts'
import { type Identity, MemoryBroker, MemoryUplink, type Uplink } from '@clearway/edge'
import { createGateway, createLog, describeConfig, type Gateway, InProcessBroker, loadConfig } from '@clearway/gateway'
import { saveCity } from '@clearway/routing'
import type { Centre, CentreSurroundings, MissionOrder } from '@clearway/simulators'
import type { Settings } from './run-order.ts'

/** The whole gateway of a lock-stepped run, its agents in memory and its data in a folder that goes with it. */
export class GatewayCentre implements Centre {
  readonly #gateway: Gateway
  readonly #devices: InProcessBroker
  readonly #surroundings: CentreSurroundings
  readonly #dataDir: string
  readonly #token: string
  readonly #memory = new MemoryBroker()
  /** Messages on their way to stable storage. */
  #arriving: Promise<void>[] = []

  private constructor(
    gateway: Gateway,
    devices: InProcessBroker,
    surroundings: CentreSurroundings,
    dataDir: string,
    token: string,
  ) {
    this.#gateway = gateway
    this.#devices = devices
    this.#surroundings = surroundings
    this.#dataDir = dataDir
    this.#token = token
    this.#memory.onArrival(({ identity, channel, body }) => {
      const topic = formatTopic({ ...identity, channel })
      this.#arriving.push(devices.publish(identity.device, topic, Buffer.from(JSON.stringify(body))))
    })
  }

  /** @param settings of the gateway, by path, beside those that every run needs */
  static async open(surroundings: CentreSurroundings, settings: Settings = {}): Promise<GatewayCentre> {
    const { clock, imported, vehicles } = surroundings
    const environment = environmentOf(settings)
    const dataDir = mkdtempSync(join(scratchDir(), 'clearway-evaluation-'))
    await saveCity(join(dataDir, 'city'), imported)
    const token = randomBytes(24).toString('base64url')
    const needed = { dataDir, adminToken: token, 'http.port': 0, simulate: 'off', 'log.level': 'error' }
    const config = loadConfig(environment, needed)
    const devices = new InProcessBroker()
    const log = createLog(config.log.level, { write: tellFault })
    const gateway = await createGateway({ config, clock, log, inProcess: devices })
    for (const device of devicesOf(surroundings, vehicles)) gateway.core.devices.add(device)
    return new GatewayCentre(gateway, devices, surroundings, dataDir, token)
  }

  async start(): Promise<void> {
    await this.#gateway.start()
  }

  uplink<K extends DeviceKind>(identity: Identity<K>): Uplink<K> {
    this.#devices.connect(identity.device, (channel, payload) => {
      this.#memory.send(identity, channel, JSON.parse(payload.toString('utf8')))
    })
    return new MemoryUplink(identity, this.#memory, this.#surroundings.clock, (fault) => {
      throw fault
    })
  }

  async send({ vehicle, destination, line }: MissionOrder): Promise<void> {
    const order = { role: 'ambulance', vehicle, destination, route: line }
    const { id } = await this.#post<Dispatch>('/dispatches', order)
    await this.#post(`/dispatches/${id}/activate`)
  }

  async take(): Promise<void> {
    while (this.#arriving.length > 0) await Promise.all(this.#arriving.splice(0))
  }

  async stop(): Promise<void> {
    await this.take()
    await this.#gateway.stop()
    rmSync(this.#dataDir, { recursive: true, force: true })
  }

  async #post<Answer>(path: string, payload: object = {}): Promise<Answer> {
    const answer = await this.#gateway.app.inject({
      ...{ method: 'POST', url: `/api/v1${path}`, payload },
      headers: { authorization: `Bearer ${this.#token}` },
    })
    if (answer.statusCode < 300) return answer.json() as Answer
    const { detail = answer.body } = answer.json() as { detail?: string }
    throw new ClearwayError('bug', 'evaluation-order', `the gateway refused POST ${path}: ${detail}`)
  }
}

/** Memory where the system has a folder of it: a run goes with its data, so nothing has to wait for a disk. */
const scratchDir = (): string => (existsSync('/dev/shm') ? '/dev/shm' : tmpdir())

/** As text, the settings are read as the variables of an environment are. @throws InputError `controller` */
function environmentOf(settings: Settings): Record<string, string> {
  const variables = new Map(describeConfig().map(({ path, variable }) => [path, variable]))
  return Object.fromEntries(
    Object.entries(settings).map(([path, value]) => {
      const variable = variables.get(path)
      if (variable) return [variable, value]
      const message = `"${path}" is no key of the configuration; docs/configuration.md lists them all`
      throw new InputError('controller', `a variant's ${message}`, [{ field: 'variant', message }])
    }),
  )
}

/** Nobody looks for the ports of a run. */
function tellFault(line: string): void {
  if (!line.includes('"event":"listening"')) process.stderr.write(line)
}

/** Everything that speaks in a run. */
function devicesOf({ imported: { city } }: CentreSurroundings, vehicles: readonly string[]): NewDevice[] {
  const { district } = city
  return [
    ...city.junctions.map(({ id }): NewDevice => ({ id, kind: 'signal', district, junction: id })),
    ...city.junctions.flatMap(({ id: junction, position, approaches }) =>
      approaches.map(
        ({ id }): NewDevice => ({ id: `${junction}-${id}`, kind: 'detector', district, junction, position }),
      ),
    ),
    ...vehicles.map((id): NewDevice => ({ id, kind: 'vehicle', district, role: 'ambulance' })),
  ]
}
