import { seededRandom } from '@clearway/contracts'
import { askForest, type Forest, type GrowOptions, growForest } from './boosted-trees.ts'
import { type Features, featureNames } from './features.ts'
import type { LotGrid } from './lot-grid.ts'

/** Settled by hand, not searched: the errors of docs/forecast.md hardly depend on them. */
const growing: GrowOptions = {
  trees: 250,
  rate: 0.06,
  leaves: 31,
  leastRows: 200,
  rowShare: 0.5,
  columnShare: 0.5,
  clip: 4,
}

/** Fewer rows than this do not make a forest. */
const leastRowsForForest = 2_000

export interface FitOptions {
  /** First slot of the grid that may be an origin, and the first that no target may lie at. */
  from: number
  until: number
  /** Horizons, in slots. */
  horizons: readonly number[]
  /** Rows for each horizon at most; an even part of them is taken when there are more. */
  mostRows: number
  seed: number
}

/** One forest for each horizon, of all lots together. Plain data: it is fitted in a worker. */
export interface ForecastModel {
  /** Position is the lot's number among the features. */
  lots: readonly string[]
  /** Horizon in slots. */
  forests: ReadonlyMap<number, Forest>
  /** Rows that the smallest forest was grown on. */
  rows: number
}

/**
 * Fits forests to how the level changes from an origin to a horizon. Only rows whose target lies before `until` are
 * looked at, and each row holds only what was known at its origin.
 *
 * @returns without the horizons for which too little is known
 */
export function fitModel(grid: LotGrid, features: Features, options: FitOptions): ForecastModel {
  const forests = new Map<number, Forest>()
  let rows = Number.POSITIVE_INFINITY
  for (const horizon of options.horizons) {
    const { columns, target } = rowsOf(grid, features, horizon, options)
    if (target.length < leastRowsForForest) continue
    forests.set(horizon, growForest(columns, target, growing, seededRandom(options.seed).fork(`${horizon}`)))
    rows = Math.min(rows, target.length)
  }
  return { lots: grid.tracks.map(({ lot }) => lot), forests, rows: forests.size === 0 ? 0 : rows }
}

/** The known pairs of origin and target, as columns of features and the change between them. */
function rowsOf({ tracks }: LotGrid, features: Features, horizon: number, { from, until, mostRows }: FitOptions) {
  const pairs: { track: number; origin: number }[] = []
  for (const [track, { level }] of tracks.entries()) {
    for (let origin = from; origin + horizon < until; origin++) {
      if (!Number.isNaN(level[origin]!) && !Number.isNaN(level[origin + horizon]!)) pairs.push({ track, origin })
    }
  }
  // Not every n-th: a step that divides the day would leave hours out.
  const stride = Math.max(1, pairs.length / mostRows)
  const count = Math.floor(pairs.length / stride)
  const columns = featureNames.map(() => new Float32Array(count))
  const target = new Float32Array(count)
  const row = new Float32Array(featureNames.length)
  for (let i = 0; i < count; i++) {
    const { track, origin } = pairs[Math.floor(i * stride)]!
    features.row(track, origin, horizon, track, row)
    for (let column = 0; column < row.length; column++) columns[column]![i] = row[column]!
    const { level } = tracks[track]!
    target[i] = level[origin + horizon]! - level[origin]!
  }
  return { columns, target }
}

/**
 * Percent free at a horizon that has a forest.
 *
 * @returns 0–100; undefined when the level of now is not known or the model has no such horizon
 */
export function askModel(
  { lots, forests }: ForecastModel,
  features: Features,
  { track, lot, origin, horizon }: { track: number; lot: string; origin: number; horizon: number },
): number | undefined {
  const forest = forests.get(horizon)
  const now = features.now(track, origin)
  if (!forest || Number.isNaN(now)) return undefined
  const row = new Float32Array(featureNames.length)
  const number = lots.indexOf(lot)
  features.row(track, origin, horizon, number < 0 ? Number.NaN : number, row)
  return Math.min(100, Math.max(0, now + askForest(forest, row)))
}
