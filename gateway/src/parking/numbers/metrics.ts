import { type LotMetrics, toTimestamp } from '@clearway/contracts'
import type { Records } from '../../records/records.ts'
import type { LotLedger } from '../lot-ledger.ts'
import type { LotSetup } from '../lots/lots.ts'
import { type AnswerLimit, bucketEdges, type MetricsWindow } from './bucket-edges.ts'
import { BucketFigures } from './bucket-figures.ts'
import { DayRollups, type QuartersOfDay, type WholeDay } from './day-rollups.ts'
import { dwellBins, medianDwellMs } from './dwell-bins.ts'
import { figureLot, type LotCourse } from './lot-figures.ts'
import { openQuarters } from './opening-hours.ts'
import { effectiveAfterMs } from './rollups.ts'
import { entryAt, type TimePlan, timePlan } from './time-plan.ts'

const dayMs = 86_400_000
/** Rows of one answer; beyond it the caller wants a wider bucket. */
const mostRows = 100_000
/** CDS: a source that was offline for most of the time reports nothing. */
const leastCoverage = 0.5

/** What of the ledger the figures are made from. */
export type FigureSources = Pick<LotLedger, 'stays' | 'coverage' | 'lots'>

/** Answers metrics from the rollups; `docs/metrics.md` gives the formulas. */
export class LotMetricsReader {
  readonly rollups: DayRollups
  readonly #records: Records
  readonly #sources: FigureSources

  /** @param zone IANA zone in which days begin */
  constructor(records: Records, sources: FigureSources, zone: string) {
    this.#records = records
    this.#sources = sources
    this.rollups = new DayRollups(records, sources.stays, zone)
  }

  /**
   * One row per bucket, oldest first; with `each` per lot and bucket.
   *
   * @throws InputError naming `to` when the window is empty or has too many buckets
   */
  read(lots: readonly LotSetup[], query: MetricsWindow, nowMs: number, shape: 'each' | 'together'): LotMetrics[] {
    const edges = this.edges(query, {
      most: mostRows,
      perBucket: shape === 'each' ? lots.length : 1,
      what: 'rows',
    })
    if (shape === 'together') return rowsOf(null, edges, this.together(lots, edges, nowMs))
    const rows: LotMetrics[] = []
    this.eachLot(lots, edges, nowMs, (lot, figures) => rows.push(...rowsOf(lot.id, edges, figures)))
    return rows
  }

  /** @throws InputError as `bucketEdges` */
  edges(query: MetricsWindow, limit: AnswerLimit): number[] {
    return bucketEdges(query, this.rollups.days, limit)
  }

  /** Figures of lots added up. */
  together(lots: readonly LotSetup[], edges: readonly number[], nowMs: number): BucketFigures {
    const total = new BucketFigures(edges.length - 1)
    this.eachLot(lots, edges, nowMs, (_, figures) => {
      total.add(figures)
      // The instants of several lots' peaks are not one.
      if (lots.length === 1) total.peakAtMs.set(figures.peakAtMs)
    })
    for (let i = 0; i < total.size && lots.length === 0; i++) total.spanMs[i] = edges[i + 1]! - edges[i]!
    return total
  }

  /**
   * Works out the lots one after another, from one state of the store.
   *
   * @param each told the figures of a lot, which are gone when it returns
   */
  eachLot(
    lots: readonly LotSetup[],
    edges: readonly number[],
    nowMs: number,
    each: (lot: LotSetup, figures: BucketFigures) => void,
  ): void {
    const figures = new BucketFigures(edges.length - 1)
    const days = timePlan(edges, this.rollups.days, false)
    const fromMs = edges[0] as number
    const toMs = edges.at(-1) as number
    let quarters: TimePlan | undefined
    this.rollups.read(() => {
      const levels = this.rollups.levels((days.days[0] as { dayMs: number }).dayMs)
      const lasting = Map.groupBy(
        this.#sources.stays.openSince(fromMs, Math.min(toMs, nowMs - effectiveAfterMs)),
        ({ lot }) => lot,
      )
      for (const lot of lots) {
        const steps = this.#sources.lots.capacities(lot.id)
        // What a whole day does not tell: which part of it was open, or before the capacity changed.
        const byQuarter =
          lot.openingHours !== undefined || steps.some((step) => step.fromMs > fromMs && step.fromMs < toMs)
        if (byQuarter) quarters ??= timePlan(edges, this.rollups.days, true)
        const plan = byQuarter && quarters ? quarters : days
        figures.clear()
        figureLot(plan, this.#course(lot, plan, { level: levels.get(lot.id) ?? 0, capacities: steps }, nowMs), figures)
        for (const { enteredMs } of lasting.get(lot.id) ?? []) figures.effective[entryAt(edges, enteredMs)]!++
        each(lot, figures)
      }
    })
  }

  /** Arrivals since local midnight, by lot; of one lot where it is named. */
  arrivalsToday(nowMs: number, lot?: string): Map<string, number> {
    const rows = this.#records.db
      .prepare(
        `select lot, sum(arrivals) as arrivals from lot_quarter
         where start_ms >= ?1 and lot in (select id from lot where ?2 is null or id = ?2) group by lot`,
      )
      .all(this.rollups.days.startOf(nowMs), lot ?? null) as unknown as { lot: string; arrivals: number }[]
    return new Map(rows.map(({ lot, arrivals }) => [lot, arrivals]))
  }

  #course(
    lot: LotSetup,
    plan: TimePlan,
    { level: levelAtMidnight, capacities }: Pick<LotCourse, 'level' | 'capacities'>,
    nowMs: number,
  ): LotCourse {
    const { starts } = plan
    const fromMs = starts[0] as number
    const toMs = starts.at(-1) as number
    const wholes: WholeDay[] = []
    const quarters: QuartersOfDay[] = []
    for (const { beginMs, endMs, whole } of stretches(plan)) {
      if (whole) wholes.push(...this.rollups.wholes(lot.id, beginMs, endMs))
      else quarters.push(...this.rollups.quarters(lot.id, beginMs, endMs))
    }
    const [firstDay] = plan.days
    let level = levelAtMidnight
    if (firstDay && !firstDay.whole && quarters[0]?.dayMs === firstDay.dayMs) {
      for (let i = 0; i < firstDay.first; i++) level += quarters[0].quarters.net[i]!
    }
    const known = this.#sources.coverage
      .spans(lot.id, fromMs, toMs)
      .map((span) => ({ fromMs: Math.max(span.fromMs, fromMs), toMs: Math.min(span.toMs, toMs, nowMs) }))
      .filter((span) => span.toMs > span.fromMs)
    return {
      level,
      wholes,
      quarters,
      known,
      capacities,
      ...(lot.openingHours && { open: openQuarters(lot.openingHours, starts, this.rollups.days) }),
      changeUntil: (startMs, atMs) =>
        this.#sources.stays.changes(lot.id, startMs, atMs + 1).reduce((sum, { change }) => sum + change, 0),
    }
  }
}

/** Days of one grain that follow each other. */
function stretches({ days }: TimePlan): { beginMs: number; endMs: number; whole: boolean }[] {
  const found: { beginMs: number; endMs: number; whole: boolean }[] = []
  for (const { dayMs: beginMs, whole } of days) {
    const last = found.at(-1)
    if (last?.whole === whole) last.endMs = beginMs + 1
    else found.push({ beginMs, endMs: beginMs + 1, whole })
  }
  return found
}

/** The metrics of a lot, or of several together (`null`), bucket by bucket. */
export function rowsOf(lot: string | null, edges: readonly number[], figures: BucketFigures): LotMetrics[] {
  return Array.from({ length: figures.size }, (_, i) => metricsOf(lot, edges, figures, i))
}

function metricsOf(lot: string | null, edges: readonly number[], sums: BucketFigures, i: number): LotMetrics {
  const capacityMs = sums.capacityMs[i]!
  const knownMs = sums.knownMs[i]!
  const share = (part: number, whole: number) => (whole > 0 ? part / whole : null)
  const perBayDay = (count: number) => (capacityMs > 0 ? count / (capacityMs / dayMs) : 0)
  const occupancy = share(sums.occupiedMs[i]!, capacityMs)
  const coverage = sums.spanMs[i]! > 0 ? knownMs / sums.spanMs[i]! : 0
  const medianMs = medianDwellMs(sums.dwells, i * dwellBins)
  return {
    lot,
    from: toTimestamp(edges[i] as number),
    to: toTimestamp(edges[i + 1] as number),
    occupancy,
    vacancyRate: occupancy === null ? null : Math.max(0, 1 - occupancy),
    utilisation: share(sums.openOccupiedMs[i]!, sums.openCapacityMs[i]!),
    arrivals: sums.arrivals[i]!,
    turnoverRate: perBayDay(sums.arrivals[i]!),
    effectiveTurnoverRate: perBayDay(sums.effective[i]!),
    meanDwellS: sums.ended[i]! > 0 ? sums.dwellMs[i]! / sums.ended[i]! / 1000 : null,
    medianDwellS: medianMs === null ? null : Math.round(medianMs / 1000),
    peakOccupied: sums.peak[i]!,
    usualPeak: sums.usualPeak[i]!,
    peakAt: sums.peakAtMs[i]! > 0 ? toTimestamp(sums.peakAtMs[i]!) : null,
    fullShare: share(sums.fullMs[i]!, knownMs),
    nearlyFullShare: share(sums.nearlyFullMs[i]!, knownMs),
    revenueFen: sums.revenueFen[i]!,
    revenuePerBayDayFen: Math.round(perBayDay(sums.revenueFen[i]!)),
    coverage,
    offline: coverage < leastCoverage,
  }
}
