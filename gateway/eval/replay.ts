import { clockAheadSlots, Features } from '../src/parking/forecast/features.ts'
import { askModel, type FitOptions, type ForecastModel, fitModel } from '../src/parking/forecast/forecast-model.ts'
import { type FrozenRun, frozenRuns, withoutFrozen } from '../src/parking/forecast/frozen-feed.ts'
import { ErrorWindow } from '../src/parking/forecast/interval.ts'
import { type LocalClock, localClock } from '../src/parking/forecast/local-clock.ts'
import {
  type FreeReadings,
  gridOf,
  type LotGrid,
  slotMs,
  slotsPerDay,
  slotsPerWeek,
} from '../src/parking/forecast/lot-grid.ts'
import { lastWeek, weeklyProfile } from '../src/parking/forecast/profiles.ts'
import type { Calendar } from '../src/parking/tariffs/calendar/calendar.ts'

export interface ReplayOptions {
  zone: string
  calendar: Calendar
  /** What is fitted is fitted on targets before this instant; what is scored are targets from it on. */
  splitMs: number
  seed: number
  tell(line: string): void
}

/** Mean absolute errors in percent of capacity; everything in a row is scored on the same points. */
interface HorizonScore {
  minutes: number
  maePercent: number
  persistence: number
  lastWeek: number
  rollingProfile: number
  interval90Coverage: number
  interval90WidthPercent: number
  points: number
  lots: { lot: string; maePercent: number; persistence: number; interval90Coverage: number; points: number }[]
}

export interface Replay {
  horizons: HorizonScore[]
  frozen: { from: string; to: string; noticedAfterMin: number }[]
  /** Slots from the split on that a frozen feed took out of the scores. */
  frozenSlotsScored: number
  fittedRows: number
}

const horizonsInSlots = [1, 2, 4, 8, 96] as const
/** The intervals begin with the errors of these days before the split, of a model fitted on what was before them. */
const calibrationDays = 28
/** A forest is shown profiles of one week at least. */
const firstOrigin = slotsPerWeek
const mostRows = 200_000

/** Fits before the split and forecasts after it, slot by slot, as the gateway would have done. */
export function replay(
  readings: readonly FreeReadings[],
  fromMs: number,
  toMs: number,
  options: ReplayOptions,
): Replay {
  const whole = gridOf(readings, fromMs, toMs)
  const frozen = frozenRuns(whole)
  const grid = withoutFrozen(whole, frozen)
  const split = Math.ceil((options.splitMs - grid.startMs) / slotMs)
  const clock = localClock(grid.startMs, grid.slots + clockAheadSlots, options.zone, options.calendar)
  const features = new Features(grid, clock)
  const fit = (until: number, horizon: number): ForecastModel => {
    const fitting: FitOptions = { from: firstOrigin, until, horizons: [horizon], mostRows, seed: options.seed }
    return fitModel(grid, features, fitting)
  }
  let fittedRows = 0
  const horizons = horizonsInSlots.map((horizon) => {
    const calibrating = split - calibrationDays * slotsPerDay
    const windows = grid.tracks.map(() => new ErrorWindow(horizon))
    const before = fit(calibrating, horizon)
    run(grid, clock, features, before, { horizon, from: calibrating, until: split, windows })
    const model = fit(split, horizon)
    fittedRows += model.rows
    const score = run(grid, clock, features, model, { horizon, from: split, until: grid.slots, windows })
    options.tell(`${score.minutes} min: ${score.maePercent.toFixed(2)} % (persistence ${score.persistence.toFixed(2)})`)
    return score
  })
  const shown = ({ from, to, noticed }: FrozenRun) => ({
    from: new Date(grid.startMs + from * slotMs).toISOString(),
    to: new Date(grid.startMs + to * slotMs).toISOString(),
    noticedAfterMin: ((noticed - from) * slotMs) / 60_000,
  })
  return {
    horizons,
    frozen: frozen.map(shown),
    frozenSlotsScored: frozen.reduce((sum, { from, to }) => sum + Math.max(0, to - Math.max(from, split)), 0),
    fittedRows,
  }
}

interface Tally {
  points: number
  model: number
  persistence: number
  lastWeek: number
  profile: number
  inside: number
  width: number
}

/** Forecasts every target of `[from, until)` whose lot is known then and at its origin; the windows learn on the way. */
function run(
  grid: LotGrid,
  clock: LocalClock,
  features: Features,
  model: ForecastModel,
  { horizon, from, until, windows }: { horizon: number; from: number; until: number; windows: readonly ErrorWindow[] },
): HorizonScore {
  const tallies = grid.tracks.map(({ lot, level }, track) => {
    const window = windows[track]!
    const past = features.past(track)
    const tally: Tally = { points: 0, model: 0, persistence: 0, lastWeek: 0, profile: 0, inside: 0, width: 0 }
    // What has been forecast and not yet come to pass, in order of the target.
    const due: { target: number; hour: number; error: number }[] = []
    for (let target = from; target < until; target++) {
      const origin = target - horizon
      const truth = level[target]!
      const now = level[origin] ?? Number.NaN
      while (due.length > 0 && due[0]!.target <= origin) {
        const { hour, error } = due.shift()!
        window.learn(hour, error)
      }
      if (Number.isNaN(truth) || Number.isNaN(now)) continue
      const median = askModel(model, features, { track, lot, origin, horizon }) ?? now
      const hour = Math.floor(clock.slotOfDay[target]! / 4)
      const { below, above } = window.around(hour) ?? { below: -100, above: 100 }
      const low = Math.max(0, median + below)
      const high = Math.min(100, median + above)
      tally.points++
      tally.model += Math.abs(median - truth)
      tally.persistence += Math.abs(now - truth)
      tally.lastWeek += Math.abs(orElse(lastWeek(past, target, origin), now) - truth)
      tally.profile += Math.abs(orElse(weeklyProfile(past, target, origin, 0.9), now) - truth)
      // A hair's breadth for numbers held in single precision.
      tally.inside += Number(truth >= low - 1e-4 && truth <= high + 1e-4)
      tally.width += high - low
      due.push({ target, hour, error: truth - median })
    }
    for (const { hour, error } of due) window.learn(hour, error)
    return { lot, tally }
  })
  return scoreOf(horizon, tallies)
}

function scoreOf(horizon: number, tallies: readonly { lot: string; tally: Tally }[]): HorizonScore {
  const points = tallies.reduce((sum, { tally }) => sum + tally.points, 0)
  const mean = (key: keyof Tally) => tallies.reduce((sum, { tally }) => sum + tally[key], 0) / points
  return {
    minutes: (horizon * slotMs) / 60_000,
    maePercent: mean('model'),
    persistence: mean('persistence'),
    lastWeek: mean('lastWeek'),
    rollingProfile: mean('profile'),
    interval90Coverage: mean('inside'),
    interval90WidthPercent: mean('width'),
    points,
    lots: tallies.map(({ lot, tally }) => ({
      lot,
      maePercent: tally.model / tally.points,
      persistence: tally.persistence / tally.points,
      interval90Coverage: tally.inside / tally.points,
      points: tally.points,
    })),
  }
}

const orElse = (value: number, other: number): number => (Number.isNaN(value) ? other : value)
