import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Point, SeriesQuery, TelemetryStore } from '../../src/telemetry/store.ts'

/** A Monday, 00:00 UTC. */
export const mondayMs = Date.UTC(2026, 10, 16)
const minuteMs = 60_000

export const occupied = (lot: string, atMs: number, value: number): Point => ({
  measurement: 'lot_occupancy',
  tags: { lot },
  atMs,
  fields: { occupied: value },
})

export const query = (lot: string, fromMs: number, toMs: number, field = 'occupied'): SeriesQuery => ({
  measurement: 'lot_occupancy',
  tags: { lot },
  field,
  fromMs,
  toMs,
})

/** A fresh store of one kind, and how to bring it back after a crash. */
export interface OpenStore {
  store: TelemetryStore
  /** Ends the store without a farewell and opens what it left. */
  crash(): Promise<TelemetryStore>
  close(): Promise<void>
}

/** What every filling of the port promises. */
export function telemetryStoreSuite(open: () => Promise<OpenStore>): void {
  let opened: OpenStore
  let store: TelemetryStore
  beforeEach(async () => {
    opened = await open()
    store = opened.store
  })
  afterEach(() => opened.close())

  it('returns a half-open window in time order', async () => {
    const values = [5, 3, 9, 1].map((value, index) => occupied('p-1', mondayMs + index * minuteMs, value))
    await store.write([values[2], values[0], values[3], values[1]] as Point[])
    expect(await store.range(query('p-1', mondayMs, mondayMs + 3 * minuteMs))).toEqual([
      { atMs: mondayMs, value: 5 },
      { atMs: mondayMs + minuteMs, value: 3 },
      { atMs: mondayMs + 2 * minuteMs, value: 9 },
    ])
  })

  it('adds series up by quarter of an hour, each reading held until the next and not past an hour', async () => {
    const quarter = 15 * minuteMs
    await store.write([
      occupied('p-1', mondayMs - 10 * minuteMs, 4),
      occupied('p-1', mondayMs + 5 * minuteMs, 10),
      occupied('p-2', mondayMs + quarter, 1),
    ])
    const series = ['p-1', 'p-2', 'p-3'].map((lot) => ({
      ...{ measurement: 'lot_occupancy', tags: { lot }, field: 'occupied', weight: lot === 'p-1' ? 20 : 2 },
    }))
    const sums = await store.quarters(series, mondayMs, mondayMs + 6 * quarter)
    const minutes = (column: Float64Array) => [...column].map((ms) => ms / minuteMs)
    expect(minutes(sums.knownMs)).toEqual([15, 30, 30, 30, 5 + 15, 0])
    expect(minutes(sums.valueMs)).toEqual([5 * 4 + 10 * 10, 165, 165, 165, 50 + 15, 0])
    expect(minutes(sums.weightMs)).toEqual([300, 330, 330, 330, 100 + 30, 0])
    expect([...sums.min]).toEqual([4, 11, 11, 11, 11, 0])
    expect([...sums.max]).toEqual([10, 11, 11, 11, 11, 0])
  })

  it('replaces a point that is written again, in windows and in means', async () => {
    await store.write([occupied('p-1', mondayMs, 5), occupied('p-1', mondayMs + minuteMs, 7)])
    await store.write([occupied('p-1', mondayMs, 1), occupied('p-1', mondayMs + minuteMs, 7)])
    const window = query('p-1', mondayMs, mondayMs + 5 * minuteMs)
    expect(await store.range(window)).toEqual([
      { atMs: mondayMs, value: 1 },
      { atMs: mondayMs + minuteMs, value: 7 },
    ])
    expect(await store.means(window, 300)).toEqual([{ atMs: mondayMs, value: 4 }])
  })

  it('keeps series apart by tag and field', async () => {
    const both = { ...occupied('p-1', mondayMs, 5), fields: { occupied: 5, vacant: 2 } }
    await store.write([both, occupied('p-2', mondayMs, 8), occupied('p-\'3, "4"=', mondayMs, 4)])
    const day = [mondayMs, mondayMs + 86_400_000] as const
    expect(await store.range(query('p-1', ...day))).toEqual([{ atMs: mondayMs, value: 5 }])
    expect(await store.range(query('p-1', ...day, 'vacant'))).toEqual([{ atMs: mondayMs, value: 2 }])
    expect(await store.range(query('p-2', ...day))).toEqual([{ atMs: mondayMs, value: 8 }])
    expect(await store.range(query('p-\'3, "4"=', ...day))).toEqual([{ atMs: mondayMs, value: 4 }])
    expect(await store.range(query('p-4', ...day))).toEqual([])
  })

  it.each([60, 300, 420, 900])(
    'means over %i s leave empty buckets out and start on multiples of the bucket',
    async (bucketS) => {
      const points = Array.from({ length: 200 }, (_, i) => occupied('p-1', mondayMs + i * 17_000, (i * 7) % 11))
      const kept = points.filter((_, i) => i < 60 || i > 130)
      await store.write(kept)
      // A window that cuts buckets at both ends.
      const [fromMs, toMs] = [mondayMs + 100_000, mondayMs + 3_000_000]
      const expected = new Map<number, number[]>()
      for (const { atMs, fields } of kept) {
        if (atMs < fromMs || atMs >= toMs) continue
        const start = Math.floor(atMs / (bucketS * 1000)) * bucketS * 1000
        expected.set(start, [...(expected.get(start) ?? []), fields.occupied as number])
      }
      const means = await store.means(query('p-1', fromMs, toMs), bucketS)
      expect(means.map(({ atMs }) => atMs)).toEqual([...expected.keys()])
      for (const { atMs, value } of means) {
        const values = expected.get(atMs) ?? []
        expect(value).toBeCloseTo(values.reduce((a, b) => a + b, 0) / values.length, 9)
      }
    },
  )

  it('keeps what it acknowledged after a kill', async () => {
    const points = Array.from({ length: 500 }, (_, i) => occupied('p-1', mondayMs + i * 1_000, i))
    await store.write(points)
    store = await opened.crash()
    expect(await store.range(query('p-1', mondayMs, mondayMs + 500_000))).toHaveLength(500)
  })

  it('refuses a point that no store could keep, naming the part, and takes nothing of its batch', async () => {
    const right = occupied('p-1', mondayMs, 1)
    await expect(store.write([right, occupied('p-1', mondayMs + 1, Number.NaN)])).rejects.toThrow('fields.occupied')
    await expect(store.write([right, occupied('p-1\\', mondayMs + 1, 1)])).rejects.toThrow('tags.lot')
    expect(await store.range(query('p-1', mondayMs, mondayMs + 10))).toEqual([])
  })
}
