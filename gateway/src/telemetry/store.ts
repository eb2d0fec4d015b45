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

/**
 * A store of time series. Promises, proved for every adapter by one suite: what `write` resolved for survives a kill;
 * a point with the same measurement, tags and time replaces the earlier one; `range` answers a half-open window in
 * time order; `means` answers one sample per bucket that has any, stamped with the bucket's start.
 */
export interface TelemetryStore {
  start(): Promise<void>
  write(points: readonly Point[]): Promise<void>
  range(query: SeriesQuery): Promise<Sample[]>
  means(query: SeriesQuery, bucketS: number): Promise<Sample[]>
  stop(): Promise<void>
}
