import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { InfluxStore } from '../../src/telemetry/influx-store.ts'
import type { Point } from '../../src/telemetry/store.ts'
import { freePort, isInstalled } from '../local-server.ts'
import { DatabaseServer } from './database-server.ts'
import { mondayMs, occupied, query, telemetryStoreSuite } from './telemetry-store-suite.ts'

const refused: { point: Point; reason: string }[] = []
const refuse = (point: Point, reason: string) => {
  refused.push({ point, reason })
}

describe.skipIf(!isInstalled('influxd', 'influxdb'))('InfluxDB 1.6 through its own write path and InfluxQL', () => {
  let server: DatabaseServer
  let databases = 0
  beforeAll(async () => {
    server = await DatabaseServer.influx()
  })
  afterAll(() => server.remove())

  const open = async () => {
    const store = new InfluxStore({ url: server.url, database: `test-${databases++}`, refuse })
    await store.start()
    return store
  }

  telemetryStoreSuite(async () => {
    const store = await open()
    return {
      store,
      async crash() {
        await server.kill()
        await server.start()
        return store
      },
      close: () => store.stop(),
    }
  })

  it('puts a point aside that the server will never take, and writes the rest of its batch', async () => {
    const store = await open()
    await store.write([occupied('p-1', mondayMs, 1)])
    refused.length = 0
    const poison = { ...occupied('p-1', mondayMs + 5, 1), tags: { lot: 'x'.repeat(70_000) } }
    const good = Array.from({ length: 9 }, (_, i) => occupied('p-1', mondayMs + 10 + i, i))
    await store.write([...good.slice(0, 4), poison, ...good.slice(4)])
    expect(refused).toMatchObject([{ point: poison, reason: expect.stringMatching(/^400 /) }])
    expect(await store.range(query('p-1', mondayMs + 10, mondayMs + 100))).toHaveLength(9)
    await store.stop()
  })

  it('fails a write while the server is away and takes it afterwards', async () => {
    const store = await open()
    await server.kill()
    await expect(store.write([occupied('p-1', mondayMs, 1)])).rejects.toThrow(server.url)
    await server.start()
    await store.write([occupied('p-1', mondayMs, 1)])
    expect(await store.range(query('p-1', mondayMs, mondayMs + 1))).toEqual([{ atMs: mondayMs, value: 1 }])
    await store.stop()
  })
})

describe.skipIf(!isInstalled('victoria-metrics', 'victoria-metrics'))('VictoriaMetrics through /api/v2/write', () => {
  let server: DatabaseServer
  beforeAll(async () => {
    server = await DatabaseServer.victoriaMetrics()
  })
  afterAll(() => server.remove())

  it('keeps what was written, each point once', async () => {
    const store = new InfluxStore({ url: server.url, database: 'city', organisation: 'clearway', refuse })
    await store.start()
    const points = Array.from({ length: 50 }, (_, i) => occupied('p-1', mondayMs + i * 60_000, i))
    await store.write(points)
    await store.write(points)
    await fetch(`${server.url}/internal/force_flush`)
    const exported = await fetch(`${server.url}/api/v1/export?match[]=lot_occupancy_occupied`)
    const series = JSON.parse(await exported.text())
    expect(series.metric).toMatchObject({ __name__: 'lot_occupancy_occupied', lot: 'p-1' })
    const last = new Map(series.timestamps.map((atMs: number, i: number) => [atMs, series.values[i]]))
    expect([...last]).toEqual(points.map(({ atMs, fields }) => [atMs, fields.occupied]))
    const count = new URLSearchParams({
      query: 'count_over_time(lot_occupancy_occupied[2h])',
      time: String(mondayMs / 1000 + 3600),
    })
    const answer = (await (await fetch(`${server.url}/api/v1/query?${count}`)).json()) as {
      data: { result: { value: [number, string] }[] }
    }
    expect(answer.data.result[0]?.value[1]).toBe('50')
    await store.stop()
  })
})

it('says where nothing answers', async () => {
  const url = `http://127.0.0.1:${await freePort()}`
  const store = new InfluxStore({ url, database: 'city', refuse })
  await store.start()
  await expect(store.write([occupied('p-1', mondayMs, 1)])).rejects.toThrow(`${url} does not answer`)
  await store.stop()
})
