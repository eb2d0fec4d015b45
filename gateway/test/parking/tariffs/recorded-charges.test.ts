import { describe, expect, it } from 'vitest'
import { LotLedger } from '../../../src/parking/lot-ledger.ts'
import { LotMetricsReader } from '../../../src/parking/numbers/metrics.ts'
import { importStays } from '../../../src/parking/stays/import-stays.ts'
import { priceStay } from '../../../src/parking/tariffs/pricing.ts'
import { shippedTariffs } from '../../../src/parking/tariffs/tariffs.ts'
import { Records } from '../../../src/records/records.ts'
import { dayMs, lotSettings, minuteMs } from '../small-lot.ts'
import { recordedCharges, tariffOfRecordedLot } from './recorded-charges.ts'

const charges = recordedCharges()
const percent = (part: number, whole: number) => Math.round((1000 * part) / whole) / 10

describe('the tariffs of 2019', () => {
  const since = Date.parse('2019-01-01T00:00+08:00')
  const shares = (lots: readonly string[]) => {
    let stays = 0
    let exact = 0
    let beyondFree = 0
    let exactBeyondFree = 0
    for (const { lot, arrivalMs, departureMs, chargedFen } of charges) {
      if (!lots.includes(lot) || arrivalMs < since) continue
      const document = shippedTariffs.find(({ id }) => id === tariffOfRecordedLot[lot])!.document
      const { amountFen } = priceStay(document, { enteredAtMs: arrivalMs, leftAtMs: departureMs })
      stays++
      if (amountFen === chargedFen) exact++
      if (amountFen === 0) continue
      beyondFree++
      if (amountFen === chargedFen) exactBeyondFree++
    }
    return { all: percent(exact, stays), beyondFree: percent(exactBeyondFree, beyondFree) }
  }

  // Shares in per cent of all stays from January to May 2019, and of those beyond the free time. Most of what differs at
  // P1 and P5 is one minute of rounding; at P3 stays that were let out without a charge.
  it.each([
    [['P1'], { all: 99.2, beyondFree: 99 }],
    [['P3'], { all: 98.3, beyondFree: 97 }],
    [['P5'], { all: 99.5, beyondFree: 99.5 }],
    [['P6', 'P7'], { all: 100, beyondFree: 100 }],
  ])('price %j as was charged', (lots, expected) => expect(shares(lots)).toEqual(expected))
})

describe('the metrics of recorded stays', () => {
  const from = '2019-04-01T00:00:00.000+08:00'
  const to = '2019-05-01T00:00:00.000+08:00'
  const fromMs = Date.parse(from)
  const toMs = Date.parse(to)
  const records = Records.open(':memory:')
  const ledger = new LotLedger(records)
  const capacities = { P1: 23, P3: 9, P5: 46, P7: 31 }
  for (const [lot, capacity] of Object.entries(capacities)) {
    const settings = { ...lotSettings, capacity, tariff: tariffOfRecordedLot[lot]!, stayLimitDays: 366 }
    ledger.lots.put(lot.toLowerCase(), settings, 0)
  }
  // Every row is a car of its own: the locks saw no plates.
  const april = charges.flatMap(({ lot, arrivalMs, departureMs }, row) =>
    lot in capacities && departureMs >= fromMs - 2 * dayMs && arrivalMs < toMs + dayMs
      ? [
          {
            lot: lot.toLowerCase(),
            plate: `鲁A${String(row % 100_000).padStart(5, '0')}`,
            plateColour: 'blue' as const,
            vehicleClass: 'small' as const,
            enteredAtMs: arrivalMs,
            leftAtMs: departureMs,
          },
        ]
      : [],
  )
  importStays(records, april, { nowMs: toMs + 60 * dayMs })
  const reader = new LotMetricsReader(records, ledger, 'Asia/Shanghai')
  const metrics = (lot: string, bucket: '1d' | 'all') =>
    reader.read([ledger.lots.get(lot)], { from, to, bucket }, toMs + 60 * dayMs, 'each')
  const meanDwellMin = (lot: string) => {
    const stays = ledger.stays
      .list({ lot, fromMs: fromMs, toMs: toMs }, 10_000)
      .filter(({ enteredMs }) => enteredMs !== null && enteredMs >= fromMs)
    return stays.reduce((sum, { enteredMs, leftMs }) => sum + (leftMs! - enteredMs!), 0) / stays.length / minuteMs
  }

  // Published check values of April 2019, all rows, declared bays; the mean dwell is of the arrivals.
  it.each([
    ['p1', { arrivals: 776, turnover: 1.1246, dwell: 223.08, occupancy: 0.1735, peak: 15 }],
    ['p5', { arrivals: 1530, turnover: 1.1087, dwell: 315.18, occupancy: 0.2421, peak: 29 }],
    ['p7', { arrivals: 2902, turnover: 3.1204, dwell: 39.79, occupancy: 0.0862, peak: 19 }],
    ['p3', { arrivals: 2583, turnover: 9.5667, dwell: 169.17, occupancy: 1.1326, peak: 31 }],
  ])('of %s in April are those published', (lot, expected) => {
    const [april] = metrics(lot, 'all')
    expect({
      arrivals: april?.arrivals,
      turnover: Number(april?.turnoverRate.toFixed(4)),
      dwell: Number(meanDwellMin(lot).toFixed(2)),
      occupancy: Number(april?.occupancy?.toFixed(4)),
      peak: april?.peakOccupied,
    }).toEqual(expected)
    expect(april?.coverage).toBe(1)
  })

  it('never show a negative vacancy, though P3 held more than its capacity', () => {
    expect(metrics('p3', 'all')[0]?.vacancyRate).toBe(0)
    for (const day of metrics('p3', '1d')) expect(day.vacancyRate).toBeGreaterThanOrEqual(0)
  })

  it('of the days add up to those of the month', () => {
    const days = metrics('p5', '1d')
    const [month] = metrics('p5', 'all')
    expect(days).toHaveLength(30)
    expect(days.reduce((sum, day) => sum + day.arrivals, 0)).toBe(month?.arrivals)
    expect(days.reduce((sum, day) => sum + day.revenueFen, 0)).toBe(month?.revenueFen)
    expect(days.reduce((sum, day) => sum + day.occupancy!, 0) / 30).toBeCloseTo(month!.occupancy!, 10)
  })

  it('have the revenue that was charged at exits, within the rounding of minutes', () => {
    for (const [lot, tolerance] of [
      ['P1', 0.005],
      ['P5', 0.001],
      ['P7', 0.001],
    ] as const) {
      const charged = charges
        .filter((row) => row.lot === lot && row.departureMs >= fromMs && row.departureMs < toMs)
        .reduce((sum, { chargedFen }) => sum + chargedFen, 0)
      const revenue = metrics(lot.toLowerCase(), 'all')[0]!.revenueFen
      expect(Math.abs(revenue - charged) / charged).toBeLessThanOrEqual(tolerance)
    }
  })
})
