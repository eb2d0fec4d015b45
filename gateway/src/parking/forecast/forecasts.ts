import type { Core } from '../../core.ts'
import { Lifetime } from '../../lifetime.ts'
import type { LotWatch } from '../health/lot-watch.ts'
import type { LotLedger } from '../lot-ledger.ts'
import { lotBody } from '../lots/lot-view.ts'
import type { LotSetup } from '../lots/lots.ts'
import { forecastGauges } from './forecast-gauges.ts'
import { ForecastScores } from './forecast-scores.ts'
import { ForecastThread } from './forecast-thread.ts'
import { LevelHistory } from './level-history.ts'
import type { FitReport, LotOutlook } from './lot-forecaster.ts'
import { percentFree, slotMs } from './lot-grid.ts'

/** How often it is looked whether a new quarter of an hour has begun. */
const lookEveryS = 60
/** Forests follow the season: they are fitted anew each day. */
const fitEveryMs = 86_400_000
/** A gateway that starts has better things to do; profiles serve until then. */
const firstFitAfterMs = 300_000
/** Fixed, so that the same history gives the same forecast. */
const seed = 7

/** What is forecast of one lot, and from when. */
export interface LatestForecast {
  madeMs: number
  outlook: LotOutlook
}

/** A quarter of an hour as it began: the lots, and percent free of those whose count can be believed. */
interface Quarter {
  slot: number
  lots: readonly LotSetup[]
  now: ReadonlyMap<string, number>
}

/** Forecasts of free bays: made every quarter of an hour, fitted every day, held against what happened. */
export class Forecasts {
  readonly scores: ForecastScores
  readonly #core: Core
  readonly #ledger: LotLedger
  readonly #watch: Pick<LotWatch, 'alarms'>
  readonly #history: LevelHistory
  readonly #thread: ForecastThread
  readonly #lifetime = new Lifetime()
  readonly #latest = new Map<string, LatestForecast>()
  #quarter: Quarter = { slot: 0, lots: [], now: new Map() }
  #startedMs = 0
  #stopping = false
  #fit: FitReport | undefined
  #working: Promise<void> | undefined

  /** @param zone IANA zone of the lots */
  constructor(core: Core, ledger: LotLedger, watch: Pick<LotWatch, 'alarms'>, zone: string) {
    this.#core = core
    this.#ledger = ledger
    this.#watch = watch
    this.scores = new ForecastScores(core.records)
    this.#history = new LevelHistory(core.records, ledger)
    this.#thread = new ForecastThread({ zone, calendarFile: core.config.city.calendarFile })
    forecastGauges(core.metrics, this.scores, () => this.#fit)
  }

  start(): void {
    this.#startedMs = this.#core.clock.now()
    this.#look()
    this.#lifetime.repeat(this.#core.clock, lookEveryS, () => this.#look())
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await this.#lifetime.close()
    await this.#thread.stop()
    await this.#working
  }

  get fit(): FitReport | undefined {
    return this.#fit
  }

  /** Undefined until one could be made. */
  latest(lot: string): LatestForecast | undefined {
    return this.#latest.get(lot)
  }

  /** Notes and scores a new quarter, and has it forecast. */
  #look(): void {
    const slot = Math.floor(this.#core.clock.now() / slotMs) * slotMs
    if (slot <= this.#quarter.slot) return
    const lots = this.#ledger.lots.list()
    const levels = this.#known(lots)
    const now = new Map(levels.map(({ lot, occupied, capacity }) => [lot, percentFree(capacity - occupied, capacity)]))
    this.#quarter = { slot, lots, now }
    this.#core.records.transaction(() => {
      this.#history.note(levels, slot)
      this.scores.settle(now, slot)
    })
    this.#working ??= this.#work()
  }

  /** Works until the newest quarter has its forecast: one that begins during a fit is not left out. */
  async #work(): Promise<void> {
    for (let done = 0; done < this.#quarter.slot && !this.#stopping; ) {
      const quarter = this.#quarter
      done = quarter.slot
      await this.#forecast(quarter).catch((error: unknown) => {
        // A quarter without a forecast is no reason to stop parking: it is tried again in the next.
        if (!this.#stopping) this.#core.log.error({ err: error }, 'no forecast could be made')
      })
    }
    this.#working = undefined
  }

  /** Forecasts, and fits when it is time. */
  async #forecast({ slot, lots, now }: Quarter): Promise<void> {
    if (lots.length === 0) return
    const grid = await this.#history.grid(lots, slot)
    this.#publish(await this.#thread.forecast(grid), now, slot)
    if (!this.#isFitDue(slot)) return
    this.#fit = await this.#thread.fit(grid, seed)
    this.#core.log.info({ ...this.#fit }, 'the forecast of free bays has been fitted')
    this.#publish(await this.#thread.forecast(grid), now, slot)
  }

  #isFitDue(slot: number): boolean {
    if (this.#fit) return slot - this.#fit.fittedMs >= fitEveryMs
    return this.#core.clock.now() - this.#startedMs >= firstFitAfterMs
  }

  #publish(outlooks: readonly LotOutlook[], now: ReadonlyMap<string, number>, slot: number): void {
    this.#latest.clear()
    for (const outlook of outlooks) this.#latest.set(outlook.lot, { madeMs: slot, outlook })
    this.#core.records.transaction(() => this.scores.expect(outlooks, now, slot))
  }

  /** Lots whose count can be believed. */
  #known(lots: readonly LotSetup[]) {
    const nowMs = this.#core.clock.now()
    return lots
      .map((lot) => lotBody(lot, this.#ledger.counts.of(lot), 0, nowMs, this.#watch.alarms(lot.id)))
      .filter(({ quality }) => quality === 'good')
      .map(({ id, occupied, capacity }) => ({ lot: id, occupied, capacity }))
  }
}
