import { compile, LotForecast, seededRandom } from '@clearway/contracts'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { importStays } from '../../../src/parking/stays/import-stays.ts'
import { dayMs, hourMs, openLot, startMs } from '../small-lot.ts'

const capacity = 40
type Bench = Awaited<ReturnType<typeof openLot>>
let open: Bench | undefined
afterEach(async () => {
  await open?.parking.stop?.()
  open = undefined
})

/** A lot whose bays fill on workday mornings and empty in the evening, for some days before now. */
async function lotWithHistory(days: number): Promise<Bench> {
  const bench = await openLot({ capacity })
  open = bench
  const random = seededRandom(11)
  const stays = Array.from({ length: days }, (_, i) => startMs - (days - i) * dayMs).flatMap((eightMs) => {
    // `startMs` is a Monday.
    const workday = Math.round((eightMs - startMs) / dayMs + 70) % 7 < 5
    return Array.from({ length: workday ? 30 : 8 }, (_, j) => {
      const enteredAtMs = Math.round(eightMs + random.next() * 2 * hourMs)
      return {
        lot: 'square',
        plate: `鲁A${10000 + j}`,
        plateColour: 'blue' as const,
        vehicleClass: 'small' as const,
        enteredAtMs,
        leftAtMs: Math.round(eightMs + (8 + random.next() * 2) * hourMs),
      }
    })
  })
  importStays(bench.records, stays, { nowMs: startMs })
  return bench
}

/** Waits for the forecast of the present quarter: of its beginning, by whatever is fitted then. */
async function forecastOfNow(bench: Bench, isDone: (forecast: LotForecast) => boolean = () => true) {
  const madeAt = new Date(Math.floor(bench.clock.now() / 900_000) * 900_000).toISOString()
  return vi.waitFor(
    async () => {
      const forecast = await bench.call('GET /lots/square/forecast')
      if (forecast.madeAt !== madeAt || !isDone(forecast)) throw new Error(`no forecast of ${madeAt} yet`)
      return forecast
    },
    { timeout: 60_000, interval: 10 },
  )
}

/** Lets time pass, quarter by quarter, each with its forecast. */
async function pass(bench: Bench, quarters: number): Promise<void> {
  for (let i = 0; i < quarters; i++) {
    await bench.clock.advance(900)
    await forecastOfNow(bench)
  }
}

const checked = compile(LotForecast)

describe('the forecast of a lot', () => {
  it('follows its usual week, stays within its bays and says where it comes from', async () => {
    const bench = await lotWithHistory(42)
    bench.reads({ direction: 'in', at: startMs, plate: '鲁B11111' })
    bench.parking.start?.()
    const forecast = await forecastOfNow(bench)
    expect(checked.faults(forecast)).toEqual([])
    expect(forecast).toMatchObject({ lot: 'square', capacity, method: 'profile', fittedAt: null })
    expect(forecast.points).toHaveLength(96)
    for (const { vacant, low, high } of forecast.points) {
      expect(vacant).toBeGreaterThanOrEqual(0)
      expect(vacant).toBeLessThanOrEqual(capacity)
      if (low !== null) expect(low <= vacant && vacant <= high && high <= capacity && low >= 0).toBe(true)
    }
    const vacantAfter = (hours: number) => forecast.points[hours * 4 - 1].vacant
    // At noon of a Monday some thirty are in, at midnight nobody.
    expect(vacantAfter(4)).toBeLessThan(18)
    expect(vacantAfter(16)).toBeGreaterThan(34)
    const { body } = await bench.call('GET /lots/square/forecast.csv')
    expect(body.split('\r\n')).toHaveLength(98)
  }, 60_000)

  it('is fitted after a while, gives intervals, and is held against what happened', async () => {
    const bench = await lotWithHistory(56)
    bench.reads({ direction: 'in', at: startMs, plate: '鲁B11111' })
    bench.parking.start?.()
    await forecastOfNow(bench)
    await bench.clock.advance(900)
    await forecastOfNow(bench, ({ method }) => method === 'model')
    await pass(bench, 4)
    const forecast = await forecastOfNow(bench)
    expect(checked.faults(forecast)).toEqual([])
    expect(forecast.method).toBe('model')
    expect(
      forecast.points.every(
        ({ low, high }: { low: number | null; high: number | null }) => low !== null && low <= high!,
      ),
    ).toBe(true)
    // Five quarters have passed; what lies further ahead than an hour has not come to pass.
    expect(forecast.scores).toMatchObject([
      { minutes: 15, forecasts: 5 },
      { minutes: 30, forecasts: 4 },
      { minutes: 60, forecasts: 2 },
    ])
    // Nobody passes a gate in this hour: that it stays as it is is right, and forecasting the morning's rush is not.
    for (const { persistence, maePercent } of forecast.scores) {
      expect(persistence).toBe(0)
      expect(maePercent).toBeGreaterThan(0)
    }
  }, 120_000)

  it('is of the level alone while the lot is young, and of nothing where nothing is known', async () => {
    const bench = await openLot({ capacity })
    open = bench
    expect(await bench.call('GET /lots/square/forecast')).toMatchObject({ method: null, points: [], scores: [] })
    expect((await bench.call('GET /lots/square/forecast')).reason).toMatch(/is not known now/)
    bench.reads({ direction: 'in', at: startMs, plate: '鲁B11111' })
    bench.parking.start?.()
    const { method, points } = await forecastOfNow(bench)
    expect([method, points[0], points[95]]).toMatchObject([
      'level',
      { vacant: 39, low: null },
      { vacant: 39, high: null },
    ])
  }, 60_000)
})
