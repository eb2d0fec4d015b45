import { expect, it } from 'vitest'
import { readingFigures, readingsCsv } from '../../../src/parking/numbers/reading-figures.ts'
import { quarterMs } from '../../../src/telemetry/quarter-readings.ts'
import { addQuarters, emptySums } from '../../../src/telemetry/quarter-sums.ts'
import { startMs } from '../small-lot.ts'

const column = (...values: number[]) => Float64Array.from(values)

it('weigh by time, and each lot by its bays', () => {
  const sums = emptySums(startMs, startMs + 4 * quarterMs)
  const whole = quarterMs
  addQuarters(
    sums,
    0,
    { valueMs: column(2 * whole, 4 * whole), knownMs: column(whole, whole), min: column(1, 4), max: column(3, 4) },
    10,
  )
  addQuarters(sums, 1, { valueMs: column(9 * whole), knownMs: column(whole), min: column(9), max: column(9) }, 30)
  const edges = [startMs, startMs + 2 * quarterMs, startMs + 4 * quarterMs]
  const rows = readingFigures(edges, sums, 2)
  expect(rows).toMatchObject([
    { lots: 2, occupied: 10, lowest: 1, highest: 13, occupancy: 15 / 50, coverage: 3 / 4 },
    { occupied: null, lowest: null, highest: null, occupancy: null, coverage: 0 },
  ])
  expect(readingsCsv(rows).split('\r\n')[2]).toMatch(/,2,,,,,0$/)
})

it('leave out what lies outside of the window', () => {
  const sums = emptySums(startMs, startMs + quarterMs)
  const three = { valueMs: column(1, 2, 3), knownMs: column(1, 1, 1), min: column(1, 2, 3), max: column(1, 2, 3) }
  addQuarters(sums, -1, three, 1)
  expect([...sums.valueMs]).toEqual([2])
})
