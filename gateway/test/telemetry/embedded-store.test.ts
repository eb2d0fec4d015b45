import { cpSync, rmSync } from 'node:fs'
import { ManualClock } from '@clearway/contracts'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EmbeddedStore } from '../../src/telemetry/embedded-store.ts'
import { temporaryFolder } from '../ingest/small-city.ts'
import { mondayMs, occupied, query, telemetryStoreSuite } from './telemetry-store-suite.ts'

const log = pino({ level: 'silent' })
const dayMs = 86_400_000

describe('embedded store', () => {
  telemetryStoreSuite(async () => {
    const folders = [temporaryFolder()]
    const clock = new ManualClock(mondayMs + dayMs)
    let store = new EmbeddedStore(folders[0] as string, clock, log)
    await store.start()
    const stores = [store]
    return {
      store,
      async crash() {
        // The files as they are at this instant are what a killed process leaves.
        const copy = temporaryFolder()
        cpSync(folders[0] as string, copy, { recursive: true })
        folders.push(copy)
        store = new EmbeddedStore(copy, clock, log)
        stores.push(store)
        await store.start()
        return store
      },
      async close() {
        for (const each of stores) await each.stop()
        for (const folder of folders) rmSync(folder, { recursive: true, force: true })
      },
    }
  })
})

describe('packed days of the embedded store', () => {
  const window = query('p-1', mondayMs, mondayMs + 3 * dayMs)
  let folder: string
  let store: EmbeddedStore
  beforeEach(async () => {
    folder = temporaryFolder()
    store = new EmbeddedStore(folder, new ManualClock(mondayMs + 10 * dayMs), log)
    await store.start()
  })
  afterEach(async () => {
    await store.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('give the same quarters packed, half packed and loose, late readings and carried values among them', async () => {
    const series = [{ measurement: 'lot_occupancy', tags: { lot: 'p-1' }, field: 'occupied', weight: 3 }]
    const quarters = () => store.quarters(series, mondayMs + 3 * 900_000, mondayMs + 3 * dayMs)
    const first = readings.filter((_, i) => i % 7 !== 3)
    const late = readings.filter((_, i) => i % 7 === 3)
    await store.write(first)
    const loose = await quarters()
    await store.seal()
    expect(await quarters()).toEqual(loose)
    await store.write(late)
    const half = await quarters()
    expect(half).not.toEqual(loose)
    await store.seal()
    expect(await quarters()).toEqual(half)
    // What is left of the hour before a midnight holds into the day after.
    await store.write([occupied('p-1', mondayMs + 2 * dayMs - 1, 77)])
    const carried = await quarters()
    await store.seal()
    expect(await quarters()).toEqual(carried)
  })

  const readings = Array.from({ length: 2_000 }, (_, i) => occupied('p-1', mondayMs + i * 61_337, Math.sin(i) * 100))

  it('answer as before they were packed', async () => {
    await store.write(readings)
    const before = [await store.range(window), await store.means(window, 300), await store.means(window, 77)]
    await store.seal()
    expect([await store.range(window), await store.means(window, 300), await store.means(window, 77)]).toEqual(before)
  })

  it('take late and repeated readings as if they had come in time', async () => {
    const late = (_: unknown, i: number) => i % 3 === 0
    await store.write(readings.filter((reading, i) => !late(reading, i)))
    await store.seal()
    await store.write(readings.filter(late))
    await store.write(readings)
    const check = async () => {
      expect(await store.range(window)).toEqual(readings.map(({ atMs, fields }) => ({ atMs, value: fields.occupied })))
      const recomputed = new Map<number, { sum: number; count: number }>()
      for (const { atMs, fields } of readings) {
        const start = atMs - (atMs % 300_000)
        const { sum, count } = recomputed.get(start) ?? { sum: 0, count: 0 }
        recomputed.set(start, { sum: sum + (fields.occupied as number), count: count + 1 })
      }
      const means = await store.means(window, 300)
      expect(means.map(({ atMs }) => atMs)).toEqual([...recomputed.keys()])
      for (const { atMs, value } of means) {
        const { sum, count } = recomputed.get(atMs) ?? { sum: Number.NaN, count: 1 }
        expect(value).toBeCloseTo(sum / count, 9)
      }
    }
    await check()
    await store.seal()
    await check()
  })
})
