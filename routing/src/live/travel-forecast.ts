import { InputError } from '@clearway/contracts/errors'
import type { RoadNetwork } from '../network/road-network.ts'
import type { RoadConditions } from './road-conditions.ts'
import type { UsualSpeeds } from './usual-speeds.ts'

/** What differs from the usual now has halved in about twenty minutes: a jam dissolves. */
const FADES_MS = 1_800_000
/** Speeds are taken to be even for so long. */
const PIECE_MS = 300_000
/** Correlation of two arcs' deviations from the usual on one day: a rainy day is slow everywhere. */
const COMMON = 0.5
/** Eight of ten drives are between the earliest and the latest (normal distribution). */
const INTERVAL_SIGMAS = 1.2816
/** A drive of the usual spread may not come out at nothing. */
const LEAST_RATIO = 0.5

export interface ForecastOptions {
  usual: UsualSpeeds
  /** What the roads are like now; counts the less the later a part is driven. */
  now?: RoadConditions
  /** Metres after the tail of the first arc; 0 where not given. */
  fromOffsetM?: number
  /** Metres after the tail of the last arc; its end where not given. */
  toOffsetM?: number
  /** Expected wait at each stop line, seconds, in the order of `network.approaches`; none where not given. */
  waitS?: ArrayLike<number>
  /** Over the speed of ordinary traffic. */
  speedFactor?: number
}

/** Milliseconds since the epoch. */
export interface ForecastArrival {
  earliestMs: number
  expectedMs: number
  latestMs: number
}

/**
 * When the end of each arc is reached by who departs then: by the usual speeds of the hours in which each part is
 * driven, and by the present ones as far as they still hold. Leaving later never means arriving earlier, neither in the
 * expected case nor at the bounds: speeds depend on time alone and are followed within an arc (Ichoua, Gendreau and
 * Potvin 2003), not frozen at its beginning.
 *
 * @throws InputError `forecast` when there is no arc or the departure is no instant
 */
export function forecastAlong(
  network: RoadNetwork,
  arcs: ArrayLike<number>,
  departMs: number,
  options: ForecastOptions,
): ForecastArrival[] {
  if (arcs.length === 0) throw refused('arcs', 'is empty; give at least one arc')
  if (!Number.isFinite(departMs)) throw refused('departMs', `${departMs} is no instant in milliseconds`)
  const width = INTERVAL_SIGMAS * Math.sqrt(COMMON + (1 - COMMON) / independentArcs(network, arcs))
  const expected = arrivals(network, arcs, departMs, options, 0)
  const earliest = arrivals(network, arcs, departMs, options, -width)
  const latest = arrivals(network, arcs, departMs, options, width)
  return Array.from(expected, (expectedMs, i) => ({
    earliestMs: earliest[i]!,
    expectedMs,
    latestMs: latest[i]!,
  }))
}

/** Arrivals when every arc is so many standard deviations slower than usual. */
function arrivals(
  network: RoadNetwork,
  arcs: ArrayLike<number>,
  departMs: number,
  options: ForecastOptions,
  sigmas: number,
): Float64Array {
  const { fromOffsetM = 0, waitS, speedFactor = 1 } = options
  const last = arcs.length - 1
  const toOffsetM = options.toOffsetM ?? network.lengthM[arcs[last]!]!
  const ends = new Float64Array(arcs.length)
  let atMs = departMs
  for (let i = 0; i <= last; i++) {
    const arc = arcs[i]!
    const lengthM = (i === last ? toOffsetM : network.lengthM[arc]!) - (i === 0 ? fromOffsetM : 0)
    atMs = driven(lengthM, atMs, (ms) => speedFactor / pace(network, arc, ms, options, sigmas))
    ends[i] = atMs
    const approach = network.approachOfArc[arc]!
    if (waitS && approach >= 0) atMs += waitS[approach]! * 1000
  }
  return ends
}

/** When so many metres are driven, at a speed that changes from piece to piece of time. */
function driven(lengthM: number, departMs: number, speedMps: (ms: number) => number): number {
  let restM = lengthM
  let atMs = departMs
  for (;;) {
    const piece = Math.floor(atMs / PIECE_MS)
    const endMs = (piece + 1) * PIECE_MS
    const mps = speedMps((piece + 0.5) * PIECE_MS)
    const reachM = (mps * (endMs - atMs)) / 1000
    if (reachM >= restM) return atMs + (restM / mps) * 1000
    restM -= reachM
    atMs = endMs
  }
}

/** Seconds per metre of ordinary traffic on an arc at an instant. */
function pace(network: RoadNetwork, arc: number, ms: number, { usual, now }: ForecastOptions, sigmas: number): number {
  const ownPace = 1 / network.speedMps[arc]!
  const { ratio, spread } = usual.at(arc, ms)
  let expected = ratio
  let doubt = spread
  if (now) {
    const left = Math.exp(-Math.max(0, ms - now.atMs) / FADES_MS)
    const isNow = 1 / (now.speedMps[arc]! * ownPace)
    // In proportion: a road at twice its usual time is at twice its usual time in the next hour, too, as far as it lasts.
    expected = ratio * (1 + (isNow / usual.at(arc, now.atMs).ratio - 1) * left)
    doubt = spread * Math.sqrt(1 - (now.confidence[arc]! * left) ** 2)
  }
  return ownPace * Math.max(LEAST_RATIO, expected + sigmas * doubt)
}

/** As many arcs of equal length as would vary together like these. */
function independentArcs({ lengthM }: RoadNetwork, arcs: ArrayLike<number>): number {
  let sum = 0
  let squares = 0
  for (let i = 0; i < arcs.length; i++) {
    const metres = lengthM[arcs[i]!]!
    sum += metres
    squares += metres * metres
  }
  return (sum * sum) / squares
}

const refused = (field: string, message: string): InputError =>
  new InputError('forecast', `${field} ${message}`, [{ field, message }])
