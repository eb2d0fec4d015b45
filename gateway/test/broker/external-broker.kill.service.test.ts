import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { seededRandom } from '@clearway/contracts'
import { connectAsync, type MqttClient } from 'mqtt'
import { describe, expect, it } from 'vitest'
import { Journal } from '../../src/ingest/journal.ts'
import { Records } from '../../src/records/records.ts'
import { occupancy, temporaryFolder, until } from '../ingest/small-city.ts'
import { isInstalled } from '../local-server.ts'
import { MosquittoServer } from './mosquitto-server.ts'

describe.skipIf(!isInstalled('mosquitto', 'mosquitto'))('a gateway that is killed behind Mosquitto', () => {
  const program = fileURLToPath(new URL('../ingest/ingest-process.ts', import.meta.url))
  const bays = Array.from({ length: 4 }, (_, i) => `bay-${i}`)
  const rounds = 6

  it(`loses nothing that the broker acknowledged and applies nothing twice over ${rounds} kills`, async () => {
    const mosquitto = await MosquittoServer.over(bays.map((id) => ({ id, kind: 'bay', district: 'test' })))
    const dataDir = temporaryFolder()
    const random = seededRandom(20_261_123)
    const clients: MqttClient[] = []
    const acknowledged = new Set<string>()
    let child: ChildProcess | undefined
    const start = () => {
      child = spawn(process.execPath, [program, dataDir, JSON.stringify(mosquitto.forGateway)], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })
    }
    const kill = async () => {
      if (!child || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    }
    const deliveries = () => mosquitto.log.match(/Received PUBACK from clearway\.gateway\.bay/g)?.length ?? 0
    let sending = true
    async function send(bay: string): Promise<void> {
      const client = await connectAsync(`mqtt://127.0.0.1:${mosquitto.port}`, {
        ...{ username: bay, password: `token-of-${bay}`, clientId: bay, reconnectPeriod: 0 },
      })
      clients.push(client)
      for (let i = 0; sending; i++) {
        const ids = Array.from({ length: 10 }, (_, k) => `${bay}.${i}.${k}`)
        await Promise.all(
          ids.map((id) => client.publishAsync(`clearway/v1/test/bay/${bay}/occupancy`, occupancy(id), { qos: 1 })),
        )
        for (const id of ids) acknowledged.add(id)
        // The gateway takes one at a time: do not run far ahead of it.
        await until(() => !sending || acknowledged.size - deliveries() < 400)
      }
    }
    try {
      start()
      await until(() => /Sending SUBACK to clearway\.gateway\.bay/.test(mosquitto.log))
      const senders = bays.map(send)
      for (let round = 0; round < rounds; round++) {
        const target = deliveries() + 50 + random.integer(200)
        await until(() => deliveries() >= target)
        await kill()
        start()
      }
      sending = false
      await Promise.all(senders)
      const records = Records.open(dataDir)
      const count = records.db.prepare('select count(*) as n from applied')
      await until(() => (count.get() as { n: number }).n >= acknowledged.size)
      await kill()
      const applied = records.db.prepare('select id, times from applied').all() as { id: string; times: number }[]
      records.close()
      // Some were on their way to the journal when the kill came: those it was about.
      expect(mosquitto.log).toMatch(/Sending PUBLISH to clearway\.gateway\.bay \(d1/)
      expect(applied.filter(({ times }) => times !== 1)).toEqual([])
      expect(new Set(applied.map(({ id }) => id))).toEqual(acknowledged)

      const journal = new Journal(dataDir)
      await journal.start()
      const kept = journal.read(0, ['bay/occupancy'], 1_000_000).entries
      expect(kept).toHaveLength(acknowledged.size)
      const numbers = new Map<string, number>()
      for (const { device, id } of kept) {
        const [round = 0, k = 0] = id.split('.').slice(1).map(Number)
        expect(round * 10 + k, `order of ${device}`).toBe((numbers.get(device) ?? -1) + 1)
        numbers.set(device, round * 10 + k)
      }
      await journal.stop()
    } finally {
      sending = false
      await kill()
      for (const client of clients) client.end(true)
      await mosquitto.remove()
      rmSync(dataDir, { recursive: true, force: true })
    }
  })
})
