import { dwellBins } from './dwell-bins.ts'

/** Sums of which lots, and buckets, can be added up; one entry a bucket. */
const summed = [
  'occupiedMs',
  'capacityMs',
  'knownMs',
  'spanMs',
  'openOccupiedMs',
  'openCapacityMs',
  'fullMs',
  'nearlyFullMs',
  'arrivals',
  'effective',
  'ended',
  'dwellMs',
  'revenueFen',
  'peak',
  'usualPeak',
] as const

type Sum = (typeof summed)[number]

/** Figures of one lot, or of several together, by bucket. */
export class BucketFigures implements Record<Sum, Float64Array> {
  readonly size: number
  /** Time of vehicles of known course while the lot was known. */
  readonly occupiedMs: Float64Array
  /** Bays in service × known time. */
  readonly capacityMs: Float64Array
  readonly knownMs: Float64Array
  readonly spanMs: Float64Array
  /** The same within opening hours. */
  readonly openOccupiedMs: Float64Array
  readonly openCapacityMs: Float64Array
  /** Known time with no free bay; with at most one in twenty. */
  readonly fullMs: Float64Array
  readonly nearlyFullMs: Float64Array
  readonly arrivals: Float64Array
  readonly effective: Float64Array
  readonly ended: Float64Array
  /** Of those that ended. */
  readonly dwellMs: Float64Array
  readonly revenueFen: Float64Array
  /** Highest level; level that held or was below for 95 % of the known time. Of several lots: the sum. */
  readonly peak: Float64Array
  readonly usualPeak: Float64Array
  /** Start of the first quarter of the highest level, 0 where there is none; of several lots it has no meaning. */
  readonly peakAtMs: Float64Array
  /** `dwellBins` entries a bucket. */
  readonly dwells: Uint32Array
  /** Entries of `dwells` that are not 0: a small part of them. */
  #touched: number[] = []

  constructor(size: number) {
    this.size = size
    const column = () => new Float64Array(size)
    this.occupiedMs = column()
    this.capacityMs = column()
    this.knownMs = column()
    this.spanMs = column()
    this.openOccupiedMs = column()
    this.openCapacityMs = column()
    this.fullMs = column()
    this.nearlyFullMs = column()
    this.arrivals = column()
    this.effective = column()
    this.ended = column()
    this.dwellMs = column()
    this.revenueFen = column()
    this.peak = column()
    this.usualPeak = column()
    this.peakAtMs = column()
    this.dwells = new Uint32Array(size * dwellBins)
  }

  clear(): void {
    for (const name of summed) this[name].fill(0)
    this.peakAtMs.fill(0)
    for (const at of this.#touched) this.dwells[at] = 0
    this.#touched = []
  }

  /** @param at entry of `dwells` */
  countDwells(at: number, count: number): void {
    if (this.dwells[at] === 0) this.#touched.push(at)
    this.dwells[at]! += count
  }

  add(other: BucketFigures): void {
    for (const name of summed) addColumn(this[name], other[name])
    for (const at of other.#touched) this.countDwells(at, other.dwells[at]!)
  }
}

function addColumn(to: Float64Array, from: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i]! += from[i]!
}
