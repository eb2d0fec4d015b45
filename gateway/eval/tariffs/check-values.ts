import { LotLedger } from '../../src/parking/lot-ledger.ts'
import { LotMetricsReader } from '../../src/parking/numbers/metrics.ts'
import { importStays } from '../../src/parking/stays/import-stays.ts'
import { Records } from '../../src/records/records.ts'
import type { RecordedLot, RecordedStay } from './recorded-stays.ts'

const minuteMs = 60_000
const dayMs = 1440 * minuteMs
const from = '2019-04-01T00:00:00.000+08:00'
const to = '2019-05-01T00:00:00.000+08:00'
const fromMs = Date.parse(from)
const toMs = Date.parse(to)

/** Figures of one lot in April 2019, 30 days. */
export interface AprilFigures {
  arrivals: number
  /** Arrivals per bay and day. */
  turnover: number
  /** Of the stays that arrived in April, minutes. */
  meanDwellMin: number
  /** Bay-time of all stays over bay-time of the declared bays. */
  occupancy: number
  /** Most stays at one instant. */
  peak: number
  /** Charged for the stays that arrived in April, yuan. */
  revenueYuan: number
}

/** Published for the recorded stays, all rows, declared bays; rounded as they are here. */
export const publishedFigures: Readonly<Record<string, AprilFigures>> = {
  P1: { arrivals: 776, turnover: 1.1246, meanDwellMin: 223.08, occupancy: 0.1735, peak: 15, revenueYuan: 3280 },
  P5: { arrivals: 1530, turnover: 1.1087, meanDwellMin: 315.18, occupancy: 0.2421, peak: 29, revenueYuan: 11_721 },
  P7: { arrivals: 2902, turnover: 3.1204, meanDwellMin: 39.79, occupancy: 0.0862, peak: 19, revenueYuan: 595 },
  P3: { arrivals: 2583, turnover: 9.5667, meanDwellMin: 169.17, occupancy: 1.1326, peak: 31, revenueYuan: 10_015 },
}

const rounded = (value: number, digits: number) => Number(value.toFixed(digits))

/**
 * What the ledger and the metrics of the gateway say of April 2019, after loading the stays of the published lots.
 *
 * @returns by lot; lots without stays in April are left out
 */
export function aprilFigures(
  stays: readonly RecordedStay[],
  lots: ReadonlyMap<string, RecordedLot>,
): Map<string, AprilFigures> {
  const records = Records.open(':memory:')
  try {
    const ledger = new LotLedger(records)
    const wanted = [...lots.values()].filter(({ lot }) => lot in publishedFigures)
    for (const { lot, bays } of wanted) {
      const place = { position: { lon: 0, lat: 0 }, kind: 'barrier-less' as const, stayLimitDays: 366 }
      ledger.lots.put(lot.toLowerCase(), { name: { en: lot }, capacity: bays, ...place }, 0)
    }
    const names = new Set(wanted.map(({ lot }) => lot))
    const around = stays.flatMap((stay, row) =>
      names.has(stay.lot) && stay.departureMs >= fromMs - 2 * dayMs && stay.arrivalMs < toMs + dayMs
        ? [{ ...stay, row }]
        : [],
    )
    const imported = around.map(({ lot, arrivalMs, departureMs, row }) => ({
      lot: lot.toLowerCase(),
      // Every row is a car of its own: the locks saw no plates.
      plate: `鲁A${String(row % 100_000).padStart(5, '0')}`,
      plateColour: 'blue' as const,
      vehicleClass: 'small' as const,
      enteredAtMs: arrivalMs,
      leftAtMs: departureMs,
    }))
    const nowMs = toMs + 60 * dayMs
    importStays(records, imported, { nowMs })
    const metrics = new LotMetricsReader(records, ledger, 'Asia/Shanghai')
    return new Map(
      wanted.flatMap(({ lot }) => {
        const setup = ledger.lots.get(lot.toLowerCase())
        const [april] = metrics.read([setup], { from, to, bucket: 'all' }, nowMs, 'each')
        const arrived = around.filter((stay) => stay.lot === lot && stay.arrivalMs >= fromMs && stay.arrivalMs < toMs)
        if (!april || arrived.length === 0) return []
        const kept = ledger.stays
          .list({ lot: setup.id, fromMs, toMs }, 1_000_000)
          .filter(({ enteredMs }) => enteredMs !== null && enteredMs >= fromMs)
        const dwellMs = kept.reduce((sum, { enteredMs, leftMs }) => sum + ((leftMs ?? 0) - (enteredMs ?? 0)), 0)
        const figures: AprilFigures = {
          arrivals: april.arrivals,
          turnover: rounded(april.turnoverRate, 4),
          meanDwellMin: rounded(dwellMs / kept.length / minuteMs, 2),
          occupancy: rounded(april.occupancy ?? 0, 4),
          peak: april.peakOccupied,
          revenueYuan: arrived.reduce((sum, { chargedFen }) => sum + chargedFen, 0) / 100,
        }
        return [[lot, figures] as const]
      }),
    )
  } finally {
    records.close()
  }
}
