import { dwellBinOf } from './dwell-bins.ts'
import { quarterMs, quarterOf, type Rollup } from './rollups.ts'

/**
 * Rollups of one lot in columns: one entry a quarter of an hour, or a single one for a whole day. What depends on the
 * level is noted relative to that before the entry, so that a late event changes only the entries it falls in.
 */
export interface DayColumns {
  size: number
  arrivals: Int16Array
  effective: Int16Array
  ended: Int16Array
  /** Entries less exits. */
  net: Int16Array
  /** Highest level less that before the entry. */
  rise: Int16Array
  /** Bay-time beyond the level before the entry held to its end, ms. */
  tailMs: Int32Array
  revenueFen: Int32Array
  dwellMs: Float64Array
  /** Pairs by entry: `entry << 16 | level less that before the entry (16 bit)`, ms spent there. Level 0 is the rest. */
  levels: Int32Array
  /** By entry: `entry << 24 | bin << 16 | stays that ended with such a dwell`. */
  dwells: Int32Array
}

export interface QuarterRow extends Rollup {
  startMs: number
}

/** What the stays of a day tell beyond the rollups of its quarters. */
export interface DayPassages {
  changes: readonly { atMs: number; change: number }[]
  ended: readonly { atMs: number; dwellMs: number }[]
}

/** Columns of a day's quarters from their rollups and passages, all of one lot and within the day. */
export function quarterColumns(
  dayMs: number,
  endMs: number,
  rows: readonly QuarterRow[],
  { changes, ended }: DayPassages,
): DayColumns {
  const columns = emptyColumns((endMs - dayMs) / quarterMs)
  const entryOf = (atMs: number) => (quarterOf(atMs) - dayMs) / quarterMs
  for (const row of rows) {
    const entry = entryOf(row.startMs)
    columns.arrivals[entry] = row.arrivals
    columns.effective[entry] = row.effective
    columns.ended[entry] = row.ended
    columns.net[entry] = row.net
    columns.rise[entry] = row.rise
    columns.tailMs[entry] = row.tailMs
    columns.revenueFen[entry] = row.revenueFen
    columns.dwellMs[entry] = row.dwellMs
  }
  columns.levels = timeAtLevels(changes, entryOf, (entry) => dayMs + entry * quarterMs)
  columns.dwells = binned(ended, entryOf)
  return columns
}

/** Time spent at each level other than that before the entry, by entry. */
function timeAtLevels(
  changes: DayPassages['changes'],
  entryOf: (atMs: number) => number,
  startOf: (entry: number) => number,
): Int32Array {
  const pairs: number[] = []
  const sorted = changes.toSorted((a, b) => a.atMs - b.atMs)
  for (let i = 0; i < sorted.length; ) {
    const entry = entryOf(sorted[i]!.atMs)
    const endMs = startOf(entry) + quarterMs
    const spent = new Map<number, number>()
    let level = 0
    for (; i < sorted.length && sorted[i]!.atMs < endMs; i++) {
      level += sorted[i]!.change
      const untilMs = Math.min(endMs, sorted[i + 1]?.atMs ?? endMs)
      if (level !== 0) spent.set(level, (spent.get(level) ?? 0) + untilMs - sorted[i]!.atMs)
    }
    for (const [at, ms] of spent) if (ms > 0) pairs.push((entry << 16) | (at & 0xffff), ms)
  }
  return Int32Array.from(pairs)
}

function binned(ended: DayPassages['ended'], entryOf: (atMs: number) => number): Int32Array {
  const counts = new Map<number, number>()
  for (const { atMs, dwellMs } of ended) {
    const key = (entryOf(atMs) << 24) | (dwellBinOf(dwellMs) << 16)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return Int32Array.from([...counts].sort(([a], [b]) => a - b).map(([key, count]) => key | count))
}

/** The same day as one entry, its bay-time (ms beyond the level before it), and the first quarter of its highest level. */
export function wholeDay(quarters: DayColumns): { day: DayColumns; tailMs: number; riseQuarter: number } {
  const day = emptyColumns(1)
  const spent = new Map<number, number>()
  let level = 0
  let pair = 0
  let highest = Number.NEGATIVE_INFINITY
  let riseQuarter = 0
  for (let entry = 0; entry < quarters.size; entry++) {
    day.arrivals[0]! += quarters.arrivals[entry]!
    day.effective[0]! += quarters.effective[entry]!
    day.ended[0]! += quarters.ended[entry]!
    day.dwellMs[0]! += quarters.dwellMs[entry]!
    day.revenueFen[0]! += quarters.revenueFen[entry]!
    if (level + quarters.rise[entry]! > highest) {
      highest = level + quarters.rise[entry]!
      riseQuarter = entry
    }
    let restMs = quarterMs
    for (; pair < quarters.levels.length && quarters.levels[pair]! >> 16 === entry; pair += 2) {
      const at = level + ((quarters.levels[pair]! << 16) >> 16)
      const ms = quarters.levels[pair + 1]!
      spent.set(at, (spent.get(at) ?? 0) + ms)
      restMs -= ms
    }
    spent.set(level, (spent.get(level) ?? 0) + restMs)
    level += quarters.net[entry]!
  }
  day.net[0] = level
  day.rise[0] = highest
  const apart = [...spent].filter(([at, ms]) => at !== 0 && ms > 0)
  day.levels = Int32Array.from(apart.flatMap(([at, ms]) => [at & 0xffff, ms]))
  const bins = new Map<number, number>()
  for (const packed of quarters.dwells) {
    const bin = (packed >> 16) & 0xff
    bins.set(bin, (bins.get(bin) ?? 0) + (packed & 0xffff))
  }
  day.dwells = Int32Array.from([...bins].map(([bin, count]) => (bin << 16) | count))
  // The bay-time of a day is too long for its column, so it stands apart.
  return { day, tailMs: apart.reduce((sum, [at, ms]) => sum + at * ms, 0), riseQuarter }
}

function emptyColumns(size: number): DayColumns {
  const small = () => new Int16Array(size)
  return {
    size,
    arrivals: small(),
    effective: small(),
    ended: small(),
    net: small(),
    rise: small(),
    tailMs: new Int32Array(size),
    revenueFen: new Int32Array(size),
    dwellMs: new Float64Array(size),
    levels: new Int32Array(0),
    dwells: new Int32Array(0),
  }
}

const smallColumns = ['arrivals', 'effective', 'ended', 'net', 'rise'] as const
const wideColumns = ['tailMs', 'revenueFen'] as const
/** Bytes of an entry: 8 for the dwell time, 4 for each wide column, 2 for each small one. */
const entryBytes = 8 + 4 * wideColumns.length + 2 * smallColumns.length
/** Before them: how many entries, levels and dwells there are. */
const headBytes = 16

/** One blob, in the machine's byte order; columns begin at multiples of their width. */
export function packColumns(columns: DayColumns): Uint8Array {
  const { size, levels, dwells, dwellMs } = columns
  const levelsAt = Math.ceil((headBytes + size * entryBytes) / 4) * 4
  const bytes = new Uint8Array(levelsAt + levels.byteLength + dwells.byteLength)
  new Int32Array(bytes.buffer, 0, 3).set([size, levels.length, dwells.length])
  let at = headBytes
  const put = (column: ArrayBufferView) => {
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at)
    at += column.byteLength
  }
  put(dwellMs)
  for (const name of wideColumns) put(columns[name])
  for (const name of smallColumns) put(columns[name])
  at = levelsAt
  put(levels)
  put(dwells)
  return bytes
}

/** Views into the blob: nothing is copied where it lies aligned. */
export function unpackColumns(blob: Uint8Array): DayColumns {
  const bytes = blob.byteOffset % 8 === 0 ? blob : blob.slice()
  const { buffer, byteOffset } = bytes
  const [size, levelCount, dwellCount] = new Int32Array(buffer, byteOffset, 3) as unknown as [number, number, number]
  let at = byteOffset + headBytes
  const dwellMs = new Float64Array(buffer, at, size)
  at += 8 * size
  const wide = () => {
    const column = new Int32Array(buffer, at, size)
    at += 4 * size
    return column
  }
  const small = () => {
    const column = new Int16Array(buffer, at, size)
    at += 2 * size
    return column
  }
  const [tailMs, revenueFen] = [wide(), wide()]
  const [arrivals, effective, ended, net, rise] = [small(), small(), small(), small(), small()]
  at = byteOffset + Math.ceil((headBytes + size * entryBytes) / 4) * 4
  const levels = new Int32Array(buffer, at, levelCount)
  const dwells = new Int32Array(buffer, at + 4 * levelCount, dwellCount)
  return { size, dwellMs, tailMs, revenueFen, arrivals, effective, ended, net, rise, levels, dwells }
}
