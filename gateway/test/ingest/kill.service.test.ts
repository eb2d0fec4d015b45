import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { seededRandom } from '@clearway/contracts'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Journal } from '../../src/ingest/journal.ts'
import { Records } from '../../src/records/records.ts'
import { occupancy, temporaryFolder, until } from './small-city.ts'

const program = fileURLToPath(new URL('./ingest-process.ts', import.meta.url))
const devices = 8
const rounds = 8

let dataDir: string
let running: ChildProcess | undefined
beforeEach(() => {
  dataDir = temporaryFolder()
})
afterEach(() => {
  running?.kill('SIGKILL')
  rmSync(dataDir, { recursive: true, force: true })
})

/** Starts the process over the same data. @returns its port */
async function start(): Promise<number> {
  const child = spawn(process.execPath, [program, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  running = child
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return JSON.parse(line.toString()).mqtt
}

/** A device with an outbox: sends what is not acknowledged yet, in order, again after every reconnect. */
class Device {
  readonly outbox: string[] = []
  readonly #id: string
  readonly #acknowledged: Set<string>
  #client: MqttClient | undefined
  #counter = 0

  constructor(id: string, acknowledged: Set<string>) {
    this.#id = id
    this.#acknowledged = acknowledged
  }

  async connect(port: number): Promise<void> {
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
      ...{ username: this.#id, password: `token-of-${this.#id}`, clientId: this.#id, reconnectPeriod: 0 },
    })
    client.on('error', () => {
      // The broker is killed on purpose.
    })
    this.#client = client
    for (const id of this.outbox) this.#publish(client, id)
    while (this.outbox.length < 50) this.#next(client)
  }

  disconnect(): void {
    this.#client?.end(true)
    this.#client = undefined
  }

  #next(client: MqttClient): void {
    const id = `${this.#id}.${this.#counter++}`
    this.outbox.push(id)
    this.#publish(client, id)
  }

  #publish(client: MqttClient, id: string): void {
    client.publish(`clearway/v1/test/bay/${this.#id}/occupancy`, occupancy(id), { qos: 1 }, (error) => {
      if (error || client !== this.#client) return
      this.#acknowledged.add(id)
      this.outbox.splice(this.outbox.indexOf(id), 1)
      this.#next(client)
    })
  }
}

it(`loses nothing that was acknowledged and applies nothing twice over ${rounds} kills under load`, async () => {
  const random = seededRandom(20_261_123)
  const acknowledged = new Set<string>()
  const fleet = Array.from({ length: devices }, (_, i) => new Device(`bay-${i}`, acknowledged))
  for (let round = 0; round < rounds; round++) {
    const port = await start()
    await Promise.all(fleet.map((device) => device.connect(port)))
    // Not by the clock: the kill falls into the middle of the load however slow the machine is.
    const target = acknowledged.size + 200 + random.integer(1_500)
    await until(() => acknowledged.size >= target)
    const child = running as ChildProcess
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    for (const device of fleet) device.disconnect()
  }
  await start()

  const journal = new Journal(dataDir)
  await journal.start()
  const kept = journal.read(0, ['bay/occupancy'], 1_000_000).entries.map(({ id }) => id)
  expect(journal.verify()).toEqual([])
  await journal.stop()
  expect(new Set(kept).size).toBe(kept.length)
  const keptIds = new Set(kept)
  expect([...acknowledged].filter((id) => !keptIds.has(id))).toEqual([])

  const records = Records.open(dataDir)
  const applied = records.db.prepare('select id, times from applied').all() as { id: string; times: number }[]
  records.close()
  expect(applied.filter(({ times }) => times !== 1)).toEqual([])
  expect(applied.length).toBe(kept.length)
})
