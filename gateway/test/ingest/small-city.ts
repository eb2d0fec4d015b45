import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock, toTimestamp } from '@clearway/contracts'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import type { BrokerOptions } from '../../src/broker/broker.ts'
import type { ExternalBrokerOptions } from '../../src/broker/external-broker.ts'
import { createIngest, type Ingest } from '../../src/ingest/ingest.ts'
import { Records } from '../../src/records/records.ts'
import { KnownDevices } from './known-devices.ts'

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'clearway-'))

/** A gateway's ingest on a free port over a temporary folder, with a few devices. */
export class SmallCity {
  readonly dataDir: string
  readonly registry = new Registry()
  readonly records: Records
  readonly devices: KnownDevices
  readonly ingest: Ingest
  /** Lines of the log, warnings and worse. */
  readonly log: string[] = []
  readonly #clients: MqttClient[] = []

  constructor(
    devices = new KnownDevices(['bay-1', 'bay'], ['bay-2', 'bay'], ['sign-1', 'sign'], ['gate-1', 'gate']),
    broker: Partial<BrokerOptions> = {},
    dataDir = temporaryFolder(),
    clock: Clock = systemClock,
    externalBroker?: ExternalBrokerOptions,
  ) {
    this.dataDir = dataDir
    this.devices = devices
    this.records = Records.open(dataDir)
    this.ingest = createIngest({
      dataDir,
      broker: { host: '127.0.0.1', port: 0, connectionsPerAddress: 100, messagesPerSecond: 100_000, ...broker },
      externalBroker,
      clock,
      log: pino({ level: 'warn' }, { write: (line: string) => void this.log.push(line) }),
      records: this.records,
      devices,
      registry: this.registry,
    })
  }

  async start(): Promise<void> {
    await this.ingest.open()
    await this.ingest.start()
  }

  /** Connects as a device. */
  async connect(id: string, options: IClientOptions = {}): Promise<MqttClient> {
    const client = await connectAsync(`mqtt://127.0.0.1:${this.ingest.mqttPort}`, {
      username: id,
      password: `token-of-${id}`,
      clientId: id,
      reconnectPeriod: 0,
      ...options,
    })
    client.on('error', () => {
      // What the broker does to a connection is asserted by its effects.
    })
    this.#clients.push(client)
    return client
  }

  /** The value of a counter, summed over its labels, or of the one labelled so. */
  async count(name: string, label?: string): Promise<number> {
    const metric = await this.registry.getSingleMetric(name)?.get()
    const values = metric?.values.filter(({ labels }) => label === undefined || Object.values(labels).includes(label))
    return (values ?? []).reduce((sum, { value }) => sum + value, 0)
  }

  async stop(keepData = false): Promise<void> {
    for (const client of this.#clients) client.end(true)
    await this.ingest.stop()
    this.records.close()
    if (!keepData) rmSync(this.dataDir, { recursive: true, force: true })
  }
}

/** `bay/occupancy` of the moment. */
export const occupancy = (id: string, occupied = true) => JSON.stringify({ id, at: toTimestamp(Date.now()), occupied })

/** `{kind}/status`. */
export const status = (id: string, state: 'online' | 'offline', bootId: string) =>
  JSON.stringify({ id, at: toTimestamp(Date.now()), state, bootId, firmware: '1.0' })

/** Looks again until it is so; gives up after many looks, so that a failing test says which wait it was. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let looks = 0; !(await condition()); looks++) {
    if (looks > 2_000) throw new Error(`never became true: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
