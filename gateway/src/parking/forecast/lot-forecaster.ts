import type { Calendar } from '../tariffs/calendar/calendar.ts'
import { clockAheadSlots, Features } from './features.ts'
import { askModel, type ForecastModel, fitModel } from './forecast-model.ts'
import { frozenRuns, withoutFrozen } from './frozen-feed.ts'
import { ErrorWindow } from './interval.ts'
import { type LocalClock, localClock } from './local-clock.ts'
import { type LotGrid, slotMs, slotsPerDay, slotsPerWeek } from './lot-grid.ts'
import { fadingProfile, weeklyProfile } from './profiles.ts'

/** Horizons with a forest of their own, in slots; those between are drawn from their neighbours. */
const anchors = [1, 2, 4, 8, 16, 32, 64, 96] as const
/** The last days of what is known: their errors, of a model that has not seen them, make the intervals. */
const calibrationDays = 14
/** Of the calibration days every fifth slot is forecast: within five days every slot of the day has had its turn. */
const calibrationStride = 5
/** Rows for each forest: what a worker fits in a few seconds. */
const mostRows = 60_000

/** Where a forecast comes from: fitted forests, the profile of the lot's own weeks, or the level of now alone. */
type ForecastMethod = 'model' | 'profile' | 'level'

/** Percent free from 15 min to a day ahead, one number each 15 min; the interval is null while errors are too few. */
export interface LotOutlook {
  lot: string
  method: ForecastMethod
  median: Float32Array
  low: Float32Array | null
  high: Float32Array | null
}

export interface FitReport {
  fittedMs: number
  /** 0 when no forest could be grown. */
  rows: number
  /** Horizons with a forest, minutes. */
  horizons: number[]
  tookMs: number
}

/** What has been learnt from a grid: forests, and how wrong each lot's forecasts were at each anchor. */
interface Learnt {
  model: ForecastModel
  windows: ReadonlyMap<string, readonly ErrorWindow[]>
}

const nothing: Learnt = { model: { lots: [], forests: new Map(), rows: 0 }, windows: new Map() }

/** Fits now and then, forecasts often. Runs in a worker: neither method waits for anything. */
export class LotForecaster {
  readonly #zone: string
  readonly #calendar: Calendar
  #learnt = nothing

  constructor(zone: string, calendar: Calendar) {
    this.#zone = zone
    this.#calendar = calendar
  }

  /** @param seed of the forests: the same grid and seed fit the same */
  fit(given: LotGrid, seed: number): Omit<FitReport, 'tookMs'> {
    const grid = withoutFrozen(given, frozenRuns(given))
    const clock = this.#clockOf(grid)
    const features = new Features(grid, clock)
    const calibrating = Math.max(1, grid.slots - calibrationDays * slotsPerDay)
    const options = { from: slotsPerWeek, horizons: anchors, mostRows, seed }
    const before = fitModel(grid, features, { ...options, until: calibrating })
    const windows = new Map<string, ErrorWindow[]>()
    for (const [track, { lot }] of grid.tracks.entries()) {
      windows.set(
        lot,
        anchors.map((horizon) => calibrated(grid, clock, features, before, { track, horizon, from: calibrating })),
      )
    }
    const model = fitModel(grid, features, { ...options, until: grid.slots })
    this.#learnt = { model, windows }
    return {
      fittedMs: grid.startMs + (grid.slots - 1) * slotMs,
      rows: model.rows,
      horizons: [...model.forests.keys()].map((slots) => (slots * slotMs) / 60_000),
    }
  }

  /** One outlook for each lot whose level in the grid's last slot is known, or was within two hours. */
  forecast(grid: LotGrid): LotOutlook[] {
    const clock = this.#clockOf(grid)
    const origin = grid.slots - 1
    const features = new Features(grid, clock, origin)
    return grid.tracks.flatMap(({ lot }, track) => {
      const now = features.now(track, origin)
      return Number.isNaN(now) ? [] : [this.#outlook(features, clock, { track, lot, origin, now })]
    })
  }

  #outlook(
    features: Features,
    clock: LocalClock,
    { track, lot, origin, now }: { track: number; lot: string; origin: number; now: number },
  ): LotOutlook {
    const past = features.past(track)
    const usual = Float32Array.from({ length: slotsPerDay }, (_, i) => fadingProfile(past, now, origin, i + 1))
    const modelled = anchors.map((horizon) => askModel(this.#learnt.model, features, { track, lot, origin, horizon }))
    const median = usual.slice()
    const isModel = modelled.every((level) => level !== undefined)
    if (isModel) {
      const corrections = anchors.map((horizon, i) => modelled[i]! - usual[horizon - 1]!)
      for (let i = 0; i < slotsPerDay; i++) median[i] = held(usual[i]! + between(corrections, i + 1))
    }
    const method = isModel ? 'model' : hasProfile(past, origin) ? 'profile' : 'level'
    const windows = this.#learnt.windows.get(lot) ?? []
    const hourOf = (ahead: number) => Math.floor(clock.slotOfDay[origin + ahead]! / 4)
    const low = median.slice()
    const high = median.slice()
    for (let i = 0; i < slotsPerDay; i++) {
      const spans = windows.map((window) => window.around(hourOf(i + 1)))
      if (spans.length === 0 || spans.includes(undefined)) return { lot, method, median, low: null, high: null }
      low[i] = held(
        median[i]! +
          Math.min(
            0,
            between(
              spans.map((span) => span!.below),
              i + 1,
            ),
          ),
      )
      high[i] = held(
        median[i]! +
          Math.max(
            0,
            between(
              spans.map((span) => span!.above),
              i + 1,
            ),
          ),
      )
    }
    return { lot, method, median, low, high }
  }

  #clockOf(grid: LotGrid): LocalClock {
    return localClock(grid.startMs, grid.slots + clockAheadSlots, this.#zone, this.#calendar)
  }
}

/** The errors of one lot at one horizon over the calibration days, of a model that ends before them. */
function calibrated(
  grid: LotGrid,
  clock: LocalClock,
  features: Features,
  model: ForecastModel,
  { track, horizon, from }: { track: number; horizon: number; from: number },
): ErrorWindow {
  // Errors of every fifth slot overlap a fifth as much.
  const window = new ErrorWindow(Math.max(1, horizon / calibrationStride))
  const { level, lot } = grid.tracks[track]!
  for (let target = from; target < grid.slots; target += calibrationStride) {
    const origin = target - horizon
    const now = level[origin] ?? Number.NaN
    if (Number.isNaN(now) || Number.isNaN(level[target]!)) continue
    const median =
      askModel(model, features, { track, lot, origin, horizon }) ??
      fadingProfile(features.past(track), now, origin, horizon)
    window.learn(Math.floor(clock.slotOfDay[target]! / 4), level[target]! - median)
  }
  return window
}

const hasProfile = (past: Parameters<typeof weeklyProfile>[0], origin: number): boolean =>
  !Number.isNaN(weeklyProfile(past, origin + 1, origin, 1))

const held = (level: number): number => Math.min(100, Math.max(0, level))

/** A value at a horizon, drawn straight between those of the anchors beside it. */
function between(atAnchors: readonly number[], slotsAhead: number): number {
  const right = anchors.findIndex((anchor) => anchor >= slotsAhead)
  const left = Math.max(0, right - 1)
  const span = anchors[right]! - anchors[left]!
  if (span === 0) return atAnchors[right]!
  const share = (slotsAhead - anchors[left]!) / span
  return (1 - share) * atAnchors[left]! + share * atAnchors[right]!
}
