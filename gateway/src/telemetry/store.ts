/** One reading of one thing. Fields are numbers in SI units named by their key. */
export interface Point {
  /** `detector_flow`, `lot_occupancy`, `signal_mode`, … */
  measurement: string
  /** What the series is about, for example `{ lot: 'p-7' }`; a few bounded keys. */
  tags: Record<string, string>
  atMs: number
  fields: Record<string, number>
}

export interface Sample {
  atMs: number
  value: number
}

export interface SeriesQuery {
  measurement: string
  tags: Record<string, string>
  field: string
  /** Half-open window `[fromMs, toMs)`. */
  fromMs: number
  toMs: number
}

/** A series whose quarters are added up, and by what its known time is weighed: the bays of a lot. */
export interface WeighedSeries {
  measurement: string
  tags: Record<string, string>
  field: string
  weight: number
}

/** Series added up by quarter of an hour: ∫ value dt, ∫ weight dt and known time, and the sums of lowest and highest. */
export interface QuarterSums {
  valueMs: Float64Array
  weightMs: Float64Array
  knownMs: Float64Array
  min: Float64Array
  max: Float64Array
}

/**
 * A store of time series. Promises, proved for every adapter by one suite: what `write` resolved for survives a kill;
 * a point with the same measurement, tags and time replaces the earlier one; `range` answers a half-open window in
 * time order; `means` answers one sample per bucket that has any, stamped with the bucket's start; `quarters` holds each reading until the next, at most
 * `readingHoldMs`, and answers what adding up the readings themselves would.
 */
export interface TelemetryStore {
  start(): Promise<void>
  write(points: readonly Point[]): Promise<void>
  range(query: SeriesQuery): Promise<Sample[]>
  means(query: SeriesQuery, bucketS: number): Promise<Sample[]>
  /** Over a half-open window of whole quarters (UTC). */
  quarters(series: readonly WeighedSeries[], fromMs: number, toMs: number): Promise<QuarterSums>
  stop(): Promise<void>
}
