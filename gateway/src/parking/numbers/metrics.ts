import { type CityMetricsQuery, fromTimestamp, InputError, type LotMetrics, toTimestamp } from '@clearway/contracts'
import { DateTime } from 'luxon'
import type { Records } from '../../records/records.ts'
import type { LotLedger } from '../lot-ledger.ts'
import type { LotSetup } from '../lots/lots.ts'
import type { Span } from './coverage.ts'
import { effectiveAfterMs, quarterMs, quarterOf, type Rollup } from './rollups.ts'

const dayMs = 86_400_000
/** Rows of one answer; beyond it the caller wants a wider bucket. */
const mostRows = 100_000

export type Bucket = NonNullable<CityMetricsQuery['bucket']>

/** Sums of one bucket, of which lots and buckets can be added up. */
interface Sums {
  occupiedMs: number
  /** Bays in service × known time. */
  capacityMs: number
  knownMs: number
  spanMs: number
  arrivals: number
  effective: number
  ended: number
  dwellMs: number
  peak: number
  revenueFen: number
}

interface RollupRow extends Rollup {
  lot: string
  startMs: number
}

/** Answers metrics from the rollups; `docs/metrics.md` gives the formulas. */
export class LotMetricsReader {
  readonly #records: Records
  readonly #ledger: LotLedger
  readonly #zone: string

  /** @param zone IANA zone in which days begin */
  constructor(records: Records, ledger: LotLedger, zone: string) {
    this.#records = records
    this.#ledger = ledger
    this.#zone = zone
  }

  /**
   * One row per bucket, oldest first; with `each` per lot and bucket.
   *
   * @throws InputError naming `to` when the window is empty or has too many buckets
   */
  read(
    lots: readonly LotSetup[],
    query: { from: string; to: string; bucket?: Bucket },
    nowMs: number,
    shape: 'each' | 'together',
  ): LotMetrics[] {
    const edges = this.#edges(query, shape === 'each' ? lots.length : 1)
    const perLot = this.#sums(lots, edges, nowMs)
    const rows = shape === 'each' ? lots.map((lot) => [lot.id, perLot.get(lot.id) as Sums[]] as const) : []
    if (shape === 'together') rows.push(['', addUp([...perLot.values()], edges)])
    return rows.flatMap(([lot, buckets]) =>
      buckets.map((sums, i) => metricsOf(lot || null, edges[i] as number, edges[i + 1] as number, sums)),
    )
  }

  /** Arrivals since local midnight, by lot; of one lot where it is named. */
  arrivalsToday(nowMs: number, lot?: string): Map<string, number> {
    const midnight = DateTime.fromMillis(nowMs, { zone: this.#zone }).startOf('day').toMillis()
    const rows = this.#records.db
      .prepare(
        `select lot, sum(arrivals) as arrivals from lot_quarter
         where start_ms >= ?1 and lot in (select id from lot where ?2 is null or id = ?2) group by lot`,
      )
      .all(midnight, lot ?? null) as unknown as { lot: string; arrivals: number }[]
    return new Map(rows.map(({ lot, arrivals }) => [lot, arrivals]))
  }

  /** Starts of the buckets that cover the window, and the end of the last. */
  #edges({ from, to, bucket = '1h' }: { from: string; to: string; bucket?: Bucket }, lots: number): number[] {
    const fromMs = fromTimestamp(from)
    const toMs = fromTimestamp(to)
    const refuse = (message: string) => new InputError('metrics-window', `to ${message}`, [{ field: 'to', message }])
    if (toMs <= fromMs) throw refuse(`${to} must be after from ${from}`)
    const widthMs = { '15m': quarterMs, '1h': 4 * quarterMs, '1d': dayMs, all: toMs - fromMs }[bucket]
    if (((toMs - fromMs) / widthMs) * lots > mostRows) {
      throw refuse(`${to} is too far from ${from}: more than ${mostRows} rows; take a shorter window or a wider bucket`)
    }
    if (bucket === 'all') return [quarterOf(fromMs), quarterOf(toMs + quarterMs - 1)]
    const edges: number[] = []
    if (bucket === '15m') {
      for (let edge = quarterOf(fromMs); edge < toMs + quarterMs; edge += quarterMs) edges.push(edge)
      return edges
    }
    const unit = bucket === '1h' ? 'hour' : 'day'
    // Days follow the calendar of the zone: on two days of the year they have 23 and 25 hours.
    let edge = DateTime.fromMillis(fromMs, { zone: this.#zone }).startOf(unit)
    for (; edge.toMillis() < toMs; edge = edge.plus({ [unit]: 1 })) edges.push(edge.toMillis())
    return [...edges, edge.toMillis()]
  }

  #sums(lots: readonly LotSetup[], edges: readonly number[], nowMs: number): Map<string, Sums[]> {
    const fromMs = edges[0] as number
    const toMs = edges.at(-1) as number
    const only = lots.length === 1 ? (lots[0] as LotSetup).id : null
    const levels = new Map(
      (
        this.#records.db
          .prepare(
            'select lot, sum(net) as level from lot_quarter where start_ms < ?1 and (?2 is null or lot = ?2) group by lot',
          )
          .all(fromMs, only) as unknown as { lot: string; level: number }[]
      ).map(({ lot, level }) => [lot, level]),
    )
    const rows = Map.groupBy(
      this.#records.db
        .prepare(
          `select lot, start_ms as startMs, arrivals, effective, ended, dwell_ms as dwellMs, net, tail_ms as tailMs, rise,
             revenue_fen as revenueFen
           from lot_quarter where start_ms >= ?1 and start_ms < ?2 and (?3 is null or lot = ?3) order by lot, start_ms`,
        )
        .all(fromMs, toMs, only) as unknown as RollupRow[],
      ({ lot }) => lot,
    )
    const lasting = Map.groupBy(
      this.#ledger.stays.openSince(fromMs, Math.min(toMs, nowMs - effectiveAfterMs)),
      ({ lot }) => lot,
    )
    return new Map(
      lots.map((lot) => {
        const buckets = foldRollups(edges, levels.get(lot.id) ?? 0, rows.get(lot.id) ?? [])
        for (const { enteredMs } of lasting.get(lot.id) ?? []) (buckets[indexOf(edges, enteredMs)] as Sums).effective++
        this.#cutToKnown(lot.id, edges, buckets, nowMs)
        return [lot.id, buckets]
      }),
    )
  }

  /** Takes the bay-time of unknown spans out of numerator and denominator. */
  #cutToKnown(lot: string, edges: readonly number[], buckets: Sums[], nowMs: number): void {
    const fromMs = edges[0] as number
    const toMs = edges.at(-1) as number
    const known = this.#ledger.coverage
      .spans(lot, fromMs, toMs)
      .map((span) => ({ fromMs: Math.max(span.fromMs, fromMs), toMs: Math.min(span.toMs, toMs, nowMs) }))
      .filter((span) => span.toMs > span.fromMs)
    const steps = this.#ledger.lots.capacities(lot)
    for (const span of known) {
      steps.forEach(({ fromMs: stepMs, capacity }, i) => {
        const held = { fromMs: Math.max(span.fromMs, stepMs), toMs: Math.min(span.toMs, steps[i + 1]?.fromMs ?? toMs) }
        spread(edges, held, (bucket, ms) => {
          const sums = buckets[bucket] as Sums
          sums.knownMs += ms
          sums.capacityMs += ms * capacity
        })
      })
    }
    for (const span of gaps(known, fromMs, toMs)) {
      // Nobody passed in an unknown span, so the level at its start held throughout.
      const level = this.#levelAt(lot, span.fromMs)
      spread(edges, span, (bucket, ms) => {
        const sums = buckets[bucket] as Sums
        sums.occupiedMs = Math.max(0, sums.occupiedMs - ms * level)
      })
    }
    for (const sums of buckets) if (sums.knownMs === 0) Object.assign(sums, { occupiedMs: 0, peak: 0 })
  }

  /** Vehicles of known course in the lot at an instant, those passing at it included. */
  #levelAt(lot: string, atMs: number): number {
    const start = quarterOf(atMs)
    const { level } = this.#records.db
      .prepare('select coalesce(sum(net), 0) as level from lot_quarter where lot = ? and start_ms < ?')
      .get(lot, start) as { level: number }
    return this.#ledger.stays.changes(lot, start, atMs + 1).reduce((sum, { change }) => sum + change, level)
  }
}

const emptySums = (spanMs: number): Sums => ({
  occupiedMs: 0,
  capacityMs: 0,
  knownMs: 0,
  spanMs,
  arrivals: 0,
  effective: 0,
  ended: 0,
  dwellMs: 0,
  peak: 0,
  revenueFen: 0,
})

/** Bucket that holds an instant; `edges` are in order and it lies within them. */
function indexOf(edges: readonly number[], atMs: number): number {
  let low = 0
  let high = edges.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((edges[middle] as number) <= atMs) low = middle
    else high = middle
  }
  return low
}

/**
 * Levels integrated over buckets. Within a bucket the level of its start holds to its end, corrected by each quarter's
 * tail and, from the quarter's end on, by its net.
 */
function foldRollups(edges: readonly number[], levelAtStart: number, rows: readonly RollupRow[]): Sums[] {
  let level = levelAtStart
  let next = 0
  return edges.slice(0, -1).map((startMs, i) => {
    const endMs = edges[i + 1] as number
    const sums = emptySums(endMs - startMs)
    sums.occupiedMs = level * sums.spanMs
    // A rollup at the bucket's start knows whether that level still held; between rollups it does not change.
    sums.peak = rows[next]?.startMs === startMs ? 0 : level
    for (let row = rows[next]; row && row.startMs < endMs; row = rows[++next]) {
      sums.occupiedMs += row.tailMs + row.net * (endMs - row.startMs - quarterMs)
      sums.peak = Math.max(sums.peak, level + row.rise)
      level += row.net
      sums.arrivals += row.arrivals
      sums.effective += row.effective
      sums.ended += row.ended
      sums.dwellMs += row.dwellMs
      sums.revenueFen += row.revenueFen
    }
    return sums
  })
}

/** Calls `each` with every bucket that a span touches and for how long. */
function spread(edges: readonly number[], { fromMs, toMs }: Span, each: (bucket: number, ms: number) => void): void {
  if (toMs <= fromMs) return
  for (let i = indexOf(edges, fromMs); i < edges.length - 1 && (edges[i] as number) < toMs; i++) {
    each(i, Math.min(toMs, edges[i + 1] as number) - Math.max(fromMs, edges[i] as number))
  }
}

/** What the spans (in order, apart) leave of a window. */
function gaps(spans: readonly Span[], fromMs: number, toMs: number): Span[] {
  const starts = [fromMs, ...spans.map((span) => span.toMs)]
  const ends = [...spans.map((span) => span.fromMs), toMs]
  return starts.map((start, i) => ({ fromMs: start, toMs: ends[i] as number })).filter((gap) => gap.toMs > gap.fromMs)
}

function addUp(perLot: readonly (readonly Sums[])[], edges: readonly number[]): Sums[] {
  return edges.slice(0, -1).map((startMs, i) => {
    const total = emptySums(perLot.length === 0 ? (edges[i + 1] as number) - startMs : 0)
    for (const buckets of perLot) {
      const sums = buckets[i] as Sums
      for (const key of Object.keys(total) as (keyof Sums)[]) total[key] += sums[key]
    }
    return total
  })
}

function metricsOf(lot: string | null, fromMs: number, toMs: number, sums: Sums): LotMetrics {
  const occupancy = sums.capacityMs > 0 ? sums.occupiedMs / sums.capacityMs : null
  const perBayDay = (count: number) => (sums.capacityMs > 0 ? count / (sums.capacityMs / dayMs) : 0)
  return {
    lot,
    from: toTimestamp(fromMs),
    to: toTimestamp(toMs),
    occupancy,
    vacancyRate: occupancy === null ? null : Math.max(0, 1 - occupancy),
    arrivals: sums.arrivals,
    turnoverRate: perBayDay(sums.arrivals),
    effectiveTurnoverRate: perBayDay(sums.effective),
    meanDwellS: sums.ended > 0 ? sums.dwellMs / sums.ended / 1000 : null,
    peakOccupied: sums.peak,
    revenueFen: sums.revenueFen,
    coverage: sums.spanMs > 0 ? sums.knownMs / sums.spanMs : 0,
  }
}
