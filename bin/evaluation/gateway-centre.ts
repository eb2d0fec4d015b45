import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Advice,
  ClearwayError,
  type DeviceKind,
  type Dispatch,
  fromTimestamp,
  InputError,
  type NewDevice,
} from '@clearway/contracts'
import { type Identity, IssuerKeys, type Uplink } from '@clearway/edge'
import {
  createGateway,
  createLog,
  describeConfig,
  type Gateway,
  InProcessBroker,
  issuerFiles,
  loadConfig,
} from '@clearway/gateway'
import { arcsAlong, type RoadNetwork, saveCity } from '@clearway/routing'
import type { AdvisedRoad, Centre, CentreSurroundings, MissionOrder, PlannerTimes } from '@clearway/simulators'
import { type DeviceLinks, MemoryLinks, MqttLinks } from './device-links.ts'
import type { Settings, Transport, Ways } from './run-order.ts'

/** The whole gateway of a lock-stepped run, its data in a folder that goes with it. */
export class GatewayCentre implements Centre {
  readonly #gateway: Gateway
  readonly #dataDir: string
  readonly #token: string
  readonly #ways: Ways
  readonly #network: RoadNetwork
  /** Made from the port that the gateway listens on. */
  readonly #linksAt: (mqttPort: number) => DeviceLinks
  #links: DeviceLinks | undefined

  private constructor(
    gateway: Gateway,
    dataDir: string,
    token: string,
    ways: Ways,
    network: RoadNetwork,
    linksAt: (mqttPort: number) => DeviceLinks,
  ) {
    this.#gateway = gateway
    this.#ways = ways
    this.#network = network
    this.#dataDir = dataDir
    this.#token = token
    this.#linksAt = linksAt
  }

  /**
   * @param settings of the gateway, by path, beside those that every run needs
   * @throws InputError `controller` for a setting that does not exist
   */
  static async open(
    surroundings: CentreSurroundings,
    settings: Settings = {},
    transport: Transport = 'memory',
    ways: Ways = 'chosen',
  ): Promise<GatewayCentre> {
    const { clock, imported, vehicles } = surroundings
    const environment = environmentOf(settings)
    const dataDir = mkdtempSync(join(scratchDir(), 'clearway-evaluation-'))
    await saveCity(join(dataDir, 'city'), imported)
    const token = randomBytes(24).toString('base64url')
    const needed = { dataDir, adminToken: token, 'http.port': 0, 'mqtt.port': 0, simulate: 'off', 'log.level': 'error' }
    const config = loadConfig(environment, needed)
    const log = createLog(config.log.level, { write: tellFault })
    if (transport === 'memory') {
      const inProcess = new InProcessBroker()
      const gateway = await createGateway({ config, clock, log, inProcess })
      for (const device of devicesOf(surroundings, vehicles)) gateway.core.devices.add(device)
      return new GatewayCentre(gateway, dataDir, token, ways, imported.network, () => new MemoryLinks(inProcess, clock))
    }
    let links: MqttLinks | undefined
    const gateway = await createGateway({ config, clock, log, onSent: (topic) => links?.sent(topic) })
    const tokens = new Map(devicesOf(surroundings, vehicles).map((one) => [one.id, gateway.core.devices.add(one)]))
    const issuer = new IssuerKeys(readFileSync(issuerFiles(dataDir).publicKey, 'utf8'))
    return new GatewayCentre(gateway, dataDir, token, ways, imported.network, (mqttPort) => {
      links = new MqttLinks(`mqtt://127.0.0.1:${mqttPort}`, tokens, issuer, clock)
      return links
    })
  }

  async start(): Promise<void> {
    const { mqtt } = await this.#gateway.start()
    this.#links = this.#linksAt(mqtt)
  }

  uplink<K extends DeviceKind>(identity: Identity<K>): Uplink<K> {
    return this.#started.uplink(identity)
  }

  turn(): Promise<void> {
    return this.#started.turn()
  }

  async send(order: MissionOrder): Promise<void> {
    const id = (this.#ways === 'chosen' && (await this.#chosen(order))) || (await this.#given(order)).id
    await this.#post(`/dispatches/${id}/activate`)
  }

  /**
   * The dispatch by the way that the gateway chooses; undefined where that begins or ends on the other side of a street:
   * trips are compared that begin and end at the same places.
   */
  async #chosen({ vehicle, destination, arcs }: MissionOrder): Promise<string | undefined> {
    const { id, route } = await this.#post<Dispatch>('/dispatches', { role: 'ambulance', vehicle, destination })
    const driven = arcsAlong(this.#network, route.geometry)?.arcs
    if (driven && driven[0] === arcs[0] && driven.at(-1) === arcs.at(-1)) return id
    await this.#post(`/dispatches/${id}/cancel`)
    return undefined
  }

  #given({ vehicle, destination, line }: MissionOrder): Promise<Dispatch> {
    return this.#post<Dispatch>('/dispatches', { role: 'ambulance', vehicle, destination, route: line })
  }

  /** As navigation reads it. */
  async advice(): Promise<readonly AdvisedRoad[]> {
    type Feature = { properties: Pick<Advice, 'from' | 'until'>; geometry: Advice['geometry'] }
    const { features } = await this.#ask<{ features: Feature[] }>('GET', '/advice')
    return features.map(({ properties: { from, until }, geometry }) => ({
      ...{ line: geometry, fromMs: fromTimestamp(from), untilMs: fromTimestamp(until) },
    }))
  }

  take(): Promise<void> {
    return this.#started.take()
  }

  async plannerTimes(): Promise<PlannerTimes> {
    const { values } = await this.#gateway.core.metrics.getSingleMetric('clearway_planner_seconds')!.get()
    const of = (work: string) => {
      const own = values.filter(({ labels }) => labels.work === work)
      const ms = (quantile: number) => (own.find(({ labels }) => labels.quantile === quantile)?.value ?? 0) * 1000
      const count = own.find((value) => (value as { metricName?: string }).metricName?.endsWith('_count'))?.value ?? 0
      return { count, p50Ms: ms(0.5), p99Ms: ms(0.99), mostMs: ms(1) }
    }
    return { step: of('step'), dispatch: of('dispatch') }
  }

  /** The agents have stopped. */
  async stop(): Promise<void> {
    await this.#gateway.stop()
    this.#links?.close()
    rmSync(this.#dataDir, { recursive: true, force: true })
  }

  get #started(): DeviceLinks {
    if (this.#links) return this.#links
    throw new ClearwayError('bug', 'evaluation-order', 'the gateway of the run was not started')
  }

  #post<Answer>(path: string, payload: object = {}): Promise<Answer> {
    return this.#ask('POST', path, payload)
  }

  async #ask<Answer>(method: 'GET' | 'POST', path: string, payload?: object): Promise<Answer> {
    const answer = await this.#gateway.app.inject({
      ...{ method, url: `/api/v1${path}`, ...(payload && { payload }) },
      headers: { authorization: `Bearer ${this.#token}` },
    })
    if (answer.statusCode < 300) return answer.json() as Answer
    const { detail = answer.body } = answer.json() as { detail?: string }
    throw new ClearwayError('bug', 'evaluation-order', `the gateway refused ${method} ${path}: ${detail}`)
  }
}

/** Memory where the system has a folder of it: a run goes with its data, so nothing has to wait for a disk. */
const scratchDir = (): string => (existsSync('/dev/shm') ? '/dev/shm' : tmpdir())

/** As text, the settings are read as the variables of an environment are. @throws InputError `controller` */
export function environmentOf(settings: Settings): Record<string, string> {
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
