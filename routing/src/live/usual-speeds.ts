import { crc32 } from 'node:zlib'
import { InputError } from '@clearway/contracts/errors'
import { type RoadNetwork, roadClasses } from '../network/road-network.ts'
import { LocalWeek, SLOTS } from './local-week.ts'

/** Days that count: four weeks of weekdays. An older day weighs less with every newer one. */
const MEMORY_DAYS = 20
/** An arc's own days count as much as its class once there are so many. */
const HALF_DAYS = 2
/** Spread of the ratio from day to day where nothing has been learned yet. */
const UNKNOWN_SPREAD = 0.25
const HOUR_MS = 3_600_000
/** Ratios and spreads are kept as integers of 1/4096, up to 16. */
const SCALE = 4096
const MAGIC = 'CLWYUSUL'
const VERSION = 1
const HEADER_BYTES = 32
const FIRST_ROWS = 256

/** Pace over the pace at the road's own speed: 1 is free, 2 takes twice as long. */
export interface UsualPace {
  ratio: number
  /** Standard deviation of the ratio from day to day. */
  spread: number
}

/**
 * How fast traffic usually is on each arc, by the hour of weekdays, Saturdays and Sundays: exponentially weighted means
 * over days, of the arc where it was seen and of its road class where not. Learned while running; five bytes per arc
 * seen and hour, 360 per arc.
 */
export class UsualSpeeds {
  readonly #network: RoadNetwork
  readonly #week: LocalWeek
  readonly #classes = new Means(roadClasses.length)
  #arcs = new Means(FIRST_ROWS)
  #rows = 0
  /** Row of each arc, −1: not seen yet. */
  readonly #rowOf: Int32Array
  /** What was seen in the hour that runs: sums of ratios and how many. */
  readonly #sum: Float32Array
  readonly #count: Uint16Array
  #hour = -1
  readonly #ratios: Float32Array
  #ratiosMs = Number.NaN

  /** @param timeZone IANA zone of the city */
  constructor(network: RoadNetwork, timeZone: string) {
    this.#network = network
    this.#week = new LocalWeek(timeZone)
    this.#rowOf = new Int32Array(network.arcCount).fill(-1)
    this.#sum = new Float32Array(network.arcCount)
    this.#count = new Uint16Array(network.arcCount)
    this.#ratios = new Float32Array(network.arcCount).fill(1)
  }

  /** Takes one measured speed, m/s > 0. The hour counts as one observation, once it is over. */
  learn(arc: number, speedMps: number, atMs: number): void {
    const hour = Math.floor(atMs / HOUR_MS)
    if (hour < this.#hour) return
    if (hour > this.#hour) this.#closeHour(hour)
    const ratio = this.#network.speedMps[arc]! / speedMps
    if (!(ratio > 0 && ratio < Number.POSITIVE_INFINITY) || this.#count[arc] === 65_535) return
    this.#sum[arc]! += ratio
    this.#count[arc]!++
  }

  /** At an instant, between the middles of the hours around it. */
  at(arc: number, atMs: number): UsualPace {
    const { from, to, share } = this.#week.between(atMs)
    const a = this.#inSlot(arc, from)
    const b = this.#inSlot(arc, to)
    return { ratio: a.ratio + share * (b.ratio - a.ratio), spread: a.spread + share * (b.spread - a.spread) }
  }

  /** The ratios of all arcs at an instant, to the minute. The same array again and again. */
  ratios(atMs: number): Float32Array {
    const minuteMs = Math.floor(atMs / 60_000) * 60_000
    if (minuteMs === this.#ratiosMs) return this.#ratios
    this.#ratiosMs = minuteMs
    const { from, to, share } = this.#week.between(minuteMs)
    for (let arc = 0; arc < this.#ratios.length; arc++) {
      const ratio = this.#inSlot(arc, from).ratio
      this.#ratios[arc] = ratio + share * (this.#inSlot(arc, to).ratio - ratio)
    }
    return this.#ratios
  }

  #inSlot(arc: number, slot: number): UsualPace {
    const roadClass = this.#network.roadClass[arc]!
    const days = this.#classes.days(roadClass, slot)
    const classShare = days / (days + HALF_DAYS)
    const classRatio = 1 + classShare * (this.#classes.ratio(roadClass, slot) - 1)
    const classSpread = UNKNOWN_SPREAD + classShare * (this.#classes.spread(roadClass, slot) - UNKNOWN_SPREAD)
    const row = this.#rowOf[arc]!
    const ownDays = row < 0 ? 0 : this.#arcs.days(row, slot)
    if (ownDays === 0) return { ratio: classRatio, spread: classSpread }
    const own = ownDays / (ownDays + HALF_DAYS)
    return {
      ratio: classRatio + own * (this.#arcs.ratio(row, slot) - classRatio),
      spread: classSpread + own * (this.#arcs.spread(row, slot) - classSpread),
    }
  }

  #closeHour(next: number): void {
    const slot = this.#week.slot(this.#hour * HOUR_MS)
    const sums = new Float64Array(roadClasses.length)
    const squares = new Float64Array(roadClasses.length)
    const counts = new Int32Array(roadClasses.length)
    for (let arc = 0; this.#hour >= 0 && arc < this.#count.length; arc++) {
      if (this.#count[arc] === 0) continue
      const ratio = this.#sum[arc]! / this.#count[arc]!
      this.#sum[arc] = 0
      this.#count[arc] = 0
      this.#arcs.add(this.#ownRow(arc), slot, ratio)
      const roadClass = this.#network.roadClass[arc]!
      sums[roadClass]! += ratio
      squares[roadClass]! += ratio * ratio
      counts[roadClass]!++
    }
    for (const [roadClass, count] of counts.entries()) {
      if (count === 0) continue
      const mean = sums[roadClass]! / count
      // Of an arc that was never seen nothing is known but its class: the spread is also that between its arcs.
      this.#classes.add(roadClass, slot, mean, Math.max(0, squares[roadClass]! / count - mean * mean))
    }
    this.#hour = next
    this.#ratiosMs = Number.NaN
  }

  #ownRow(arc: number): number {
    if (this.#rowOf[arc]! >= 0) return this.#rowOf[arc]!
    if (this.#rows === this.#arcs.rows) this.#arcs = this.#arcs.grown(2 * this.#rows)
    this.#rowOf[arc] = this.#rows
    return this.#rows++
  }

  /** For a file: what has been learned, without the hour that runs. */
  save(): Uint8Array {
    const own = this.#arcs.grown(this.#rows)
    const arcs = new Int32Array(this.#rows)
    for (const [arc, row] of this.#rowOf.entries()) if (row >= 0) arcs[row] = arc
    const body = Buffer.concat([bytesOf(arcs), this.#classes.bytes(), own.bytes()])
    const header = Buffer.alloc(HEADER_BYTES)
    header.write(MAGIC, 'latin1')
    header.writeUInt32LE(VERSION, 8)
    header.writeUInt32LE(crc32(body), 12)
    header.writeUInt32LE(fingerprint(this.#network), 16)
    header.writeUInt32LE(this.#rows, 20)
    return Buffer.concat([header, body])
  }

  /**
   * Takes up what `save` gave.
   *
   * @param name of the file, for the message
   * @throws InputError `usual-speeds` when it is damaged, of another version or of another network; nothing has changed then
   */
  restore(bytes: Uint8Array, name: string): void {
    const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const refuse = (message: string) =>
      new InputError('usual-speeds', `${name} ${message}; delete it and the speeds are learned anew`, [
        { field: name, message },
      ])
    if (file.length < HEADER_BYTES || file.toString('latin1', 0, 8) !== MAGIC)
      throw refuse('is no file of usual speeds')
    const version = file.readUInt32LE(8)
    if (version !== VERSION) throw refuse(`has version ${version}, this program reads ${VERSION}`)
    const rows = file.readUInt32LE(20)
    const body = file.subarray(HEADER_BYTES)
    const wanted = 4 * rows + Means.sizeOf(roadClasses.length) + Means.sizeOf(rows)
    if (body.length !== wanted || crc32(body) !== file.readUInt32LE(12)) throw refuse('is damaged')
    if (file.readUInt32LE(16) !== fingerprint(this.#network)) throw refuse('belongs to another road network')
    this.#rowOf.fill(-1)
    for (let row = 0; row < rows; row++) this.#rowOf[body.readInt32LE(4 * row)] = row
    this.#rows = rows
    const classBytes = Means.sizeOf(roadClasses.length)
    this.#classes.load(body.subarray(4 * rows, 4 * rows + classBytes))
    this.#arcs = new Means(rows)
    this.#arcs.load(body.subarray(4 * rows + classBytes))
    this.#arcs = this.#arcs.grown(Math.max(FIRST_ROWS, rows))
    this.#ratiosMs = Number.NaN
  }
}

/** Weighted means and spreads over days, one per row and slot. */
class Means {
  readonly rows: number
  readonly #ratio: Uint16Array
  readonly #spread: Uint16Array
  readonly #days: Uint8Array

  constructor(rows: number) {
    this.rows = rows
    this.#ratio = new Uint16Array(rows * SLOTS)
    this.#spread = new Uint16Array(rows * SLOTS)
    this.#days = new Uint8Array(rows * SLOTS)
  }

  /** Bytes of so many rows. */
  static sizeOf = (rows: number): number => rows * SLOTS * 5

  days = (row: number, slot: number): number => this.#days[row * SLOTS + slot]!
  ratio = (row: number, slot: number): number => this.#ratio[row * SLOTS + slot]! / SCALE
  spread = (row: number, slot: number): number => this.#spread[row * SLOTS + slot]! / SCALE

  /** @param variance beside that from day to day */
  add(row: number, slot: number, ratio: number, variance = 0): void {
    const at = row * SLOTS + slot
    const days = Math.min(MEMORY_DAYS, this.#days[at]! + 1)
    const mean = this.#ratio[at]! / SCALE
    const off = days === 1 ? 0 : ratio - mean
    const next = days === 1 ? ratio : mean + off / days
    // West's update of an exponentially weighted variance; of one day the usual guess.
    const before = days === 1 ? UNKNOWN_SPREAD ** 2 : (this.#spread[at]! / SCALE) ** 2
    const after = days === 1 ? before : before + (off * (ratio - next) + variance - before) / days
    this.#days[at] = days
    this.#ratio[at] = Math.min(65_535, Math.round(next * SCALE))
    this.#spread[at] = Math.min(65_535, Math.round(Math.sqrt(Math.max(0, after)) * SCALE))
  }

  /** A copy with so many rows. */
  grown(rows: number): Means {
    const more = new Means(rows)
    const slots = Math.min(rows, this.rows) * SLOTS
    more.#ratio.set(this.#ratio.subarray(0, slots))
    more.#spread.set(this.#spread.subarray(0, slots))
    more.#days.set(this.#days.subarray(0, slots))
    return more
  }

  bytes(): Buffer {
    return Buffer.concat([bytesOf(this.#ratio), bytesOf(this.#spread), bytesOf(this.#days)])
  }

  /** @param bytes as many as `sizeOf` says */
  load(bytes: Uint8Array): void {
    const slots = this.rows * SLOTS
    bytesOf(this.#ratio).set(bytes.subarray(0, 2 * slots))
    bytesOf(this.#spread).set(bytes.subarray(2 * slots, 4 * slots))
    bytesOf(this.#days).set(bytes.subarray(4 * slots))
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** Two networks with the same arcs have the same one. */
const fingerprint = ({ tail, head, lengthM }: RoadNetwork): number =>
  crc32(bytesOf(lengthM), crc32(bytesOf(head), crc32(bytesOf(tail))))
