import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import { readSeries } from '../../../eval/readings-file.ts'
import { FrozenFeedWatch, frozenRuns } from '../../../src/parking/forecast/frozen-feed.ts'
import { gridOf, slotMs } from '../../../src/parking/forecast/lot-grid.ts'

const data = new URL('../../../../simulators/data/parking/', import.meta.url).pathname
const zone = 'Europe/Madrid'
/** Scrapes come every 13 min and are put on a grid of 15. */
const spacingMs = 45 * 60_000
const local = (text: string) => DateTime.fromISO(text, { zone }).toMillis()

describe('a feed that repeats itself', () => {
  it('is found where the recorded one of 2024 froze, and within two hours', () => {
    const { lots, atMs, free } = readSeries(`${data}malaga_free_spaces_2024.csv.gz`, zone)
    const grid = gridOf(
      lots.map((lot, i) => ({ lot, capacity: 500, atMs, free: free[i]! })),
      atMs[0]!,
      atMs.at(-1)!,
    )
    const runs = frozenRuns(grid).map(({ from, to, noticed }) => ({
      fromMs: grid.startMs + from * slotMs,
      toMs: grid.startMs + to * slotMs,
      noticedMs: grid.startMs + noticed * slotMs,
    }))
    const august = runs.find(
      ({ fromMs, toMs }) => fromMs < local('2024-09-01T12:00') && toMs > local('2024-09-01T12:00'),
    )!
    expect(Math.abs(august.fromMs - local('2024-08-30T13:26'))).toBeLessThan(spacingMs)
    expect(Math.abs(august.toMs - local('2024-09-03T11:30'))).toBeLessThan(spacingMs)
    expect(august.noticedMs - august.fromMs).toBeLessThanOrEqual(2 * 3_600_000)
    // The nightly standstill of this feed, 90 min long, is its habit: after a few weeks it raises nothing.
    const nights = runs.filter(
      ({ fromMs, toMs }) => fromMs > local('2024-07-01T00:00') && toMs - fromMs <= 2 * 3_600_000,
    )
    expect(nights.length).toBeLessThanOrEqual(3)
  })

  it('is found lot by lot in the recorded one of 2023, from the first day until it comes alive', () => {
    const text = gunzipSync(readFileSync(`${data}malaga_frozen_feed_2023_08.csv.gz`)).toString('utf8')
    const rows = text
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
    for (const poi of new Set(rows.map(([, id]) => id))) {
      const watch = new FrozenFeedWatch()
      let lastChangeMs = Number.NEGATIVE_INFINITY
      let before: string | undefined
      for (const [time, id, , , value] of rows) {
        if (id !== poi) continue
        const atMs = local(time!)
        if (value !== before) lastChangeMs = atMs
        const { frozen } = watch.read(value!, Math.floor(atMs / slotMs) % 96)
        // A day without a car is a frozen feed; a car a moment ago is not.
        if (before !== undefined && atMs - lastChangeMs > 86_400_000) expect(frozen, `${poi} at ${time}`).toBe(true)
        if (value !== before) expect(frozen, `${poi} at ${time}`).toBe(false)
        before = value
      }
    }
  })

  it('is not seen in quiet nights once they are known', () => {
    const watch = new FrozenFeedWatch()
    const alarms: number[] = []
    for (let slot = 0; slot < 30 * 96; slot++) {
      const quiet = slot % 96 < 28
      const { frozen } = watch.read(quiet ? `night ${Math.floor(slot / 96)}` : `${slot}`, slot % 96)
      if (frozen) alarms.push(Math.floor(slot / 96))
    }
    expect(alarms.filter((day) => day > 4)).toEqual([])
  })
})
