import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type JunctionTable, type NewDevice, seededRandom, systemClock, toTimestamp } from '@clearway/contracts'
import { createGateway, createLog, type Gateway, issuerFiles, loadConfig } from '@clearway/gateway'
import { heidelberg, importCity, saveCity } from '@clearway/routing'
import type { PublishersJob } from '../../gateway/bench/publishers-worker.ts'
import type { AgentsJob, Commanded } from './agents-worker.ts'
import type { BenchRow } from './row.ts'

const map = join(import.meta.dirname, '..', '..', 'simulators', 'cities', 'heidelberg', 'heidelberg.osm.pbf')
const junctions = 20
const samples = 400
/** Publishers that take every PUBACK as leave to send on: the journal is never without a full batch. */
const publishers = { connections: 20, window: 50 }

/**
 * From a signal request handed to the downlink to the first command at the controller link of the agent: the broker, the
 * agent's own thread and connection, the signature, the arbiter. Once while nothing else is sent, once while publishers saturate the
 * same gateway's ingest with durable messages.
 */
export async function bench(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'clearway-bench-'))
  const imported = await importCity(map, heidelberg)
  await saveCity(join(folder, 'city'), imported)
  const config = loadConfig({
    CLEARWAY_DATA_DIR: folder,
    CLEARWAY_HTTP_PORT: '0',
    CLEARWAY_MQTT_PORT: '0',
    CLEARWAY_ADMIN_TOKEN: 'the-token-of-this-bench',
    CLEARWAY_LIMITS_MESSAGES_PER_SECOND: '1000000',
    CLEARWAY_LOG_LEVEL: 'fatal',
  })
  const gateway = await createGateway({ config, clock: systemClock, log: createLog('fatal', { write() {} }) })
  const tables = imported.city.junctions.slice(0, junctions)
  const add = (device: NewDevice) => gateway.core.devices.add(device)
  const tokens = tables.map(({ id, district }) => add({ id, kind: 'signal', district, junction: id }))
  const bays = Array.from({ length: publishers.connections }, (_, k) =>
    add({ id: `bay-${k}`, kind: 'bay', district: 'test' }),
  )
  const { mqtt } = await gateway.start()
  const issuer = readFileSync(issuerFiles(folder).publicKey, 'utf8')
  const job: AgentsJob = { mqtt, folder, tables, tokens, issuer }
  const agents = new Worker(new URL('./agents-worker.ts', import.meta.url), { workerData: job })
  // Through their start-up flash and all-red.
  await systemClock.wait(15)

  const requests = new Requests(gateway, tables, agents)
  const quiet = await requests.measure()
  const flood = new Worker(new URL('../../gateway/bench/publishers-worker.ts', import.meta.url), {
    workerData: { ...publishers, port: mqtt, messages: 1e9, run: 'flood', tokens: bays } satisfies PublishersJob,
  })
  flood.on('error', () => undefined)
  await systemClock.wait(2)
  const counted = await received(gateway)
  const beganMs = performance.now()
  const saturated = await requests.measure()
  const perS = ((await received(gateway)) - counted) / ((performance.now() - beganMs) / 1000)
  await Promise.all([flood.terminate(), agents.terminate()])
  await gateway.stop()
  rmSync(folder, { recursive: true, force: true })

  const at = (values: readonly number[], share: number) => values[Math.floor(share * (values.length - 1))] ?? 0
  const peer = 'the same, nothing else sent'
  const row = (name: string, share: number): BenchRow => ({
    ...{ name, unit: 'ms', peer },
    value: at(saturated, share),
    peerValue: at(quiet, share),
    ratio: at(quiet, share) / at(saturated, share),
  })
  return [
    { name: 'durable messages a second meanwhile', value: Math.round(perS), unit: 'msg/s' },
    row(`request → first command, ingest saturated, median of ${samples}`, 0.5),
    row('request → first command, ingest saturated, p99', 0.99),
  ]
}

class Requests {
  readonly #gateway: Gateway
  readonly #tables: readonly JunctionTable[]
  readonly #agents: Worker
  readonly #random = seededRandom(11)
  #count = 0

  constructor(gateway: Gateway, tables: readonly JunctionTable[], agents: Worker) {
    this.#gateway = gateway
    this.#tables = tables
    this.#agents = agents
  }

  /** @returns ms from `send` to the demand at the controller, ascending */
  async measure(): Promise<number[]> {
    const took: number[] = []
    while (took.length < samples) {
      const table = this.#tables[took.length % this.#tables.length] as JunctionTable
      const request = `bench-${this.#count++}`
      const commanded = this.#commanded(table.id)
      const sentMs = performance.timeOrigin + performance.now()
      await this.#send(table, request, 'new', 1)
      took.push((await commanded) - sentMs)
      await this.#send(table, request, 'cancel', 2)
      await systemClock.wait(0.01 + this.#random.next() * 0.02)
    }
    return took.sort((a, b) => a - b)
  }

  #commanded(junction: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no command at ${junction} within 10 s`)), 10_000)
      const listener = (commanded: Commanded) => {
        if (commanded.junction !== junction) return
        clearTimeout(late)
        this.#agents.off('message', listener)
        resolve(commanded.atMs)
      }
      this.#agents.on('message', listener)
    })
  }

  async #send(table: JunctionTable, request: string, type: 'new' | 'cancel', sequence: number): Promise<void> {
    const approach = this.#random.pick(table.approaches)
    const nowMs = systemClock.now()
    const inS = (durationS: number) => toTimestamp(nowMs + durationS * 1000)
    await this.#gateway.core.downlink.send(table.id, 'request', {
      ...{ request, type, sequence, vehicle: 'amb-1', role: 'ambulance', importance: '1/4' },
      ...{ approach: approach.id, exit: approach.exits[0] },
      ...{ arrivalEarliest: inS(20), arrivalLatest: inS(40), leaseUntil: inS(8), expiresAt: inS(8) },
    })
  }
}

/** Fresh messages that the gateway has put into its journal. */
async function received(gateway: Gateway): Promise<number> {
  const { values } = (await gateway.core.metrics.getSingleMetric('clearway_ingest_messages_total')?.get()) ?? {
    values: [],
  }
  return values.find(({ labels }) => labels.outcome === 'inserted')?.value ?? 0
}
