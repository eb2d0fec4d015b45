import { WorldError } from '@clearway/contracts'
import { HttpError, InfluxDB, Point as Line, setLogger, type WriteApi } from '@influxdata/influxdb-client'
import { quarterReadings, readingHoldMs } from './quarter-readings.ts'
import { addQuarters, emptySums } from './quarter-sums.ts'
import { requirePoint } from './series-outbox.ts'
import type { Point, QuarterSums, Sample, SeriesQuery, TelemetryStore, WeighedSeries } from './store.ts'

export interface InfluxOptions {
  /** `http://host:8086` */
  url: string
  /** Database of a 1.x server, bucket of a later one. */
  database: string
  /** Of a 2.x server. */
  organisation?: string | undefined
  token?: string | undefined
  /** Told of a point that the server will never take, for example one whose field has another type there. */
  refuse: (point: Point, reason: string) => void
}

/** Far above what one `write` brings: the client must never send by itself, since it hides how that went. */
const clientBatch = 1_000_000
/** Answers that blame the data. Others (who are you, not found, slow down) concern all points alike: try again later. */
const blamesData = new Set([400, 413, 422])

// The client prints failures; here they become errors of the caller.
setLogger({ error() {}, warn() {} })

/**
 * Time series in an InfluxDB-compatible server. Writes line protocol through the official client, one batch at a time
 * and without its retries: they drop what they cannot keep. Reads InfluxQL, which 1.x speaks and later ones map.
 */
export class InfluxStore implements TelemetryStore {
  readonly #options: InfluxOptions
  readonly #client: InfluxDB
  /** Where this server takes writes; undefined until it has answered, null for the client's own place. */
  #writePath: string | null | undefined

  constructor(options: InfluxOptions) {
    this.#options = options
    const { url, token } = options
    this.#client = new InfluxDB({ url, ...(token === undefined ? {} : { token }), timeout: 10_000 })
  }

  /** Does not need the server yet: the gateway starts without it, and points wait in the outbox. */
  async start(): Promise<void> {
    await this.#connect().catch(() => {
      // The first write tries again and says why.
    })
  }

  async write(points: readonly Point[]): Promise<void> {
    for (const point of points) requirePoint(point)
    if (points.length === 0) return
    if (this.#writePath === undefined) await this.#connect()
    await this.#send(points)
  }

  async range(query: SeriesQuery): Promise<Sample[]> {
    return this.#query(`select ${name(query.field)} from ${name(query.measurement)} where ${where(query)}`)
  }

  async means(query: SeriesQuery, bucketS: number): Promise<Sample[]> {
    const bucketMs = Math.round(bucketS * 1000)
    return this.#query(
      `select mean(${name(query.field)}) from ${name(query.measurement)} where ${where(query)} ` +
        `group by time(${bucketMs}ms) fill(none)`,
    )
  }

  /** From single readings: InfluxQL cannot say how long a value holds. */
  async quarters(series: readonly WeighedSeries[], fromMs: number, toMs: number): Promise<QuarterSums> {
    const sums = emptySums(fromMs, toMs)
    for (const { weight, ...one } of series) {
      const samples = await this.range({ ...one, fromMs: fromMs - readingHoldMs, toMs })
      addQuarters(sums, 0, quarterReadings(fromMs, toMs, samples), weight)
    }
    return sums
  }

  async stop(): Promise<void> {
    this.#writePath = undefined
  }

  /** Finds out what speaks there: 1.x takes writes at `/write`, anything else at `/api/v2/write`. */
  async #connect(): Promise<void> {
    const { database } = this.#options
    const ping = await this.#fetch('/ping')
    if (/^v?1\./.test(ping.headers.get('x-influxdb-version') ?? '')) {
      await this.#query(`create database ${name(database)}`)
      this.#writePath = `/write?db=${encodeURIComponent(database)}&precision=ms`
    } else this.#writePath = null
  }

  /** A writer for one batch: a shared one would send the points of two callers together and tell only one of them. */
  #writer(): WriteApi {
    const { database, organisation = '' } = this.#options
    const options = { batchSize: clientBatch, flushInterval: 0, maxRetries: 0 }
    const writer = this.#client.getWriteApi(organisation, database, 'ms', options)
    if (this.#writePath) writer.path = this.#writePath
    return writer
  }

  /** Halves a refused batch until the culprits stand alone. */
  async #send(points: readonly Point[]): Promise<void> {
    const writer = this.#writer()
    try {
      writer.writePoints(points.map(toLine))
      await writer.flush()
    } catch (cause) {
      if (!(cause instanceof HttpError) || !blamesData.has(cause.statusCode)) {
        // It may be another server next time, or one that has lost its database.
        this.#writePath = undefined
        throw new WorldError('influxdb', `${this.#options.url} did not take ${points.length} points: ${cause}`, cause)
      }
      const [only] = points
      if (points.length === 1 && only) {
        this.#options.refuse(only, `${cause.statusCode} ${cause.body ?? cause.message}`.slice(0, 500))
        return
      }
      const middle = points.length >> 1
      await this.#send(points.slice(0, middle))
      await this.#send(points.slice(middle))
    }
  }

  async #query(influxQl: string): Promise<Sample[]> {
    const parameters = new URLSearchParams({ db: this.#options.database, epoch: 'ms', q: influxQl })
    const response = await this.#fetch('/query', { method: 'POST', body: parameters })
    const answer = (await response.json()) as InfluxAnswer
    const error = answer.error ?? answer.results?.[0]?.error
    if (!response.ok || error) throw new WorldError('influxdb', `${influxQl}: ${error ?? response.statusText}`)
    const values = answer.results?.[0]?.series?.[0]?.values ?? []
    return values.map(([atMs, value]) => ({ atMs, value }))
  }

  async #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const { url, token } = this.#options
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Token ${token}` }
    try {
      return await fetch(url.replace(/\/$/, '') + path, { ...init, headers, signal: AbortSignal.timeout(30_000) })
    } catch (cause) {
      throw new WorldError('influxdb', `${url} does not answer: ${(cause as Error).message}`, cause)
    }
  }
}

interface InfluxAnswer {
  error?: string
  results?: { error?: string; series?: { values: [number, number][] }[] }[]
}

function toLine({ measurement, tags, atMs, fields }: Point): Line {
  const line = new Line(measurement).timestamp(atMs)
  for (const [tag, value] of Object.entries(tags)) line.tag(tag, value)
  for (const [field, value] of Object.entries(fields)) line.floatField(field, value)
  return line
}

const name = (identifier: string): string => `"${identifier.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
const text = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

const where = ({ tags, fromMs, toMs }: SeriesQuery): string =>
  [
    ...Object.entries(tags).map(([tag, value]) => `${name(tag)} = ${text(value)}`),
    `time >= ${fromMs}ms`,
    `time < ${toMs}ms`,
  ].join(' and ')
