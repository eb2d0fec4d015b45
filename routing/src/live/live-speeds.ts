import { jamDensity, saturationFlow } from '../green-channel/queue.ts'
import type { RoadNetwork } from '../network/road-network.ts'
import { ArcEvidence } from './arc-evidence.ts'
import { Disruptions } from './disruptions.ts'
import { type DriveReading, type FlowReading, requireDrive, requireFlow } from './readings.ts'
import type { RoadConditions } from './road-conditions.ts'
import { arcBefore } from './road-piece.ts'
import type { UsualSpeeds } from './usual-speeds.ts'

/** A detector speaks for the road behind it, less and less with the distance. */
const STRETCH_M = 300
const STRETCH_FADES_M = 150
/** Seconds per metre of queue and lane that dissolves: so many vehicles stand in it, and they pass one after the other. */
const QUEUE_PACE = (jamDensity / 1000) * (3600 / saturationFlow)
/** Vehicles that cross a stop line more slowly than this do not only accelerate from a stand: the way on is blocked. */
const BLOCKED_MPS = 3
/** A vehicle seen over a whole arc says as much as three that pass one point of it. */
const DRIVE_WEIGHT = 3
/** What an emergency vehicle says about others is a guess: as much as one that passes a point. */
const EMERGENCY_WEIGHT = 1
/** Less sure of its way, a vehicle may have been on another road. */
const LEAST_CONFIDENCE = 0.8
/** A vehicle that stands longer is parked. */
const PARKED_MS = 180_000
/** No more than this over the road's own speed is believed; the limit says what most drive at most. */
const FASTER_THAN_LIMIT = 1.3
/** Walking pace of a jam; slower is a closure, which somebody has to enter. */
const SLOWEST_MPS = 0.5
/** Smaller changes are no news: each one costs the engine work. */
const NEWS_SHARE = 0.03

/**
 * Puts together what is known of the speed on each arc: detectors, vehicles that were followed, closures and incidents.
 * One writer. What is not heard of again fades to the usual speed of the hour, and where none is known to the road's
 * own. The same readings at the same instants give the same result.
 *
 * @see docs/live-traffic.md
 */
export class LiveSpeeds {
  readonly disruptions: Disruptions
  readonly #network: RoadNetwork
  readonly #usual: UsualSpeeds | undefined
  readonly #detectors: ArcEvidence
  readonly #drives: ArcEvidence
  readonly #emergencies: ArcEvidence
  readonly #stretches = new Map<number, readonly StretchArc[]>()

  constructor(network: RoadNetwork, usual?: UsualSpeeds) {
    this.#network = network
    this.#usual = usual
    this.disruptions = new Disruptions(network)
    this.#detectors = new ArcEvidence(network.arcCount)
    this.#drives = new ArcEvidence(network.arcCount)
    this.#emergencies = new ArcEvidence(network.arcCount)
  }

  /**
   * Takes the reading of a detector. At a stop line its queue counts, not the speed: everyone who starts from red is
   * slow there, and the wait for green is the signal's.
   *
   * @throws InputError `flow-reading` naming the field that is absurd
   */
  flow(reading: FlowReading): void {
    requireFlow(this.#network, reading)
    if (this.#network.approachOfArc[reading.arc]! >= 0) this.#stopLine(reading)
    else this.#passing(reading)
  }

  /**
   * Takes the time that a vehicle took for an arc. One that stood so long that it was parked, or drove a part only, or
   * whose way is in doubt, says nothing.
   *
   * @throws InputError `drive-reading` naming the field that is absurd
   */
  drive(reading: DriveReading): void {
    requireDrive(this.#network, reading)
    const { arc, fromM, toM, entryMs, exitMs, standingMs, confidence, speedFactor } = reading
    const lengthM = this.#network.lengthM[arc]!
    if (fromM > 0 || toM < lengthM - 0.01 || confidence < LEAST_CONFIDENCE || standingMs > PARKED_MS) return
    // The time before a stop line is the signal's, which the route counts by itself.
    const atStopLine = this.#network.approachOfArc[arc]! >= 0
    const seconds = (exitMs - entryMs - (atStopLine ? standingMs : 0)) / 1000
    if (seconds <= 0) return
    const pace = this.#bounded(arc, (seconds / lengthM) * speedFactor)
    const source = speedFactor === 1 ? this.#drives : this.#emergencies
    source.add(arc, pace, (speedFactor === 1 ? DRIVE_WEIGHT : EMERGENCY_WEIGHT) * confidence, exitMs)
  }

  /**
   * The conditions at an instant.
   *
   * @param before the last that were used: arcs on which little has changed keep its speed
   */
  conditions(nowMs: number, before?: RoadConditions): RoadConditions {
    const { effects, turned } = this.disruptions.at(nowMs)
    for (const arc of turned) {
      for (const source of [this.#detectors, this.#drives, this.#emergencies]) source.forget(arc)
    }
    const { arcCount, speedMps: ownMps } = this.#network
    const usual = this.#usual?.ratios(nowMs)
    const speedMps = new Float32Array(arcCount)
    const confidence = new Float32Array(arcCount)
    for (let arc = 0; arc < arcCount; arc++) {
      const expectedPace = (usual ? usual[arc]! : 1) / (ownMps[arc]! * effects.speedFactor[arc]!)
      const { pace, trust } = this.#measured(arc, expectedPace, nowMs)
      const mps = 1 / (expectedPace + trust * (pace - expectedPace))
      confidence[arc] = trust
      const shown = before?.speedMps[arc]
      const moves = trust > 0 || usual !== undefined
      const isOld = shown !== undefined && moves && Math.abs(mps - shown) < NEWS_SHARE * shown
      speedMps[arc] = isOld ? shown : mps
    }
    return { atMs: nowMs, speedMps, confidence, closed: effects.closed, delayS: effects.delayS }
  }

  /** What the sources say together. An emergency vehicle counts only where it was slower than others are thought to be. */
  #measured(arc: number, expectedPace: number, nowMs: number): { pace: number; trust: number } {
    const byDetector = this.#detectors.confidence(arc, nowMs)
    const byDrive = this.#drives.confidence(arc, nowMs)
    let trust = 1 - (1 - byDetector) * (1 - byDrive)
    let pace = expectedPace
    if (trust > 0) {
      pace = (byDetector * this.#detectors.pace(arc) + byDrive * this.#drives.pace(arc)) / (byDetector + byDrive)
    }
    const byEmergency = this.#emergencies.confidence(arc, nowMs)
    if (byEmergency === 0) return { pace, trust }
    const slowerPace = this.#emergencies.pace(arc)
    if (slowerPace <= expectedPace + trust * (pace - expectedPace)) return { pace, trust }
    const share = byEmergency / (byEmergency + trust)
    pace += share * (slowerPace - pace)
    trust = 1 - (1 - trust) * (1 - byEmergency)
    return { pace, trust }
  }

  #bounded(arc: number, pace: number): number {
    return Math.min(1 / SLOWEST_MPS, Math.max(pace, 1 / (this.#network.speedMps[arc]! * FASTER_THAN_LIMIT)))
  }

  /**
   * Where a queue stands, vehicles move on as fast as it dissolves; that is what it costs beyond the wait for green,
   * which the route counts by itself.
   */
  #stopLine({ arc, atMs, count, speedMps, queueM }: FlowReading): void {
    if (queueM === undefined) return
    for (const { arc: behind, fromM, toM } of this.#stretch(arc)) {
      const ownMps = this.#network.speedMps[behind]!
      const queuedShare = Math.min(1, Math.max(0, (queueM - fromM) / (toM - fromM)))
      const blocked = count > 0 && speedMps !== undefined && speedMps < BLOCKED_MPS
      const queuePace = Math.max(1 / ownMps, blocked ? 1 / Math.max(SLOWEST_MPS, speedMps) : QUEUE_PACE)
      const pace = this.#bounded(behind, (1 - queuedShare) / ownMps + queuedShare * queuePace)
      // Where the queue stands is seen; beyond it the road is only likely to be as it is here.
      const near = queuedShare > 0 ? 1 : Math.exp(-(fromM - queueM) / STRETCH_FADES_M)
      this.#detectors.add(behind, pace, Math.max(1, count) * near, atMs)
    }
  }

  /** Away from stop lines the vehicles that cross drive at the speed of the road. */
  #passing({ arc, atMs, count, speedMps }: FlowReading): void {
    // Nobody there, or the loop covered by one that stands: neither tells how fast others drive.
    if (count === 0 || speedMps === undefined) return
    for (const { arc: behind, fromM } of this.#stretch(arc)) {
      const pace = this.#bounded(behind, 1 / Math.max(SLOWEST_MPS, speedMps))
      this.#detectors.add(behind, pace, count * Math.exp(-fromM / STRETCH_FADES_M), atMs)
    }
  }

  #stretch(arc: number): readonly StretchArc[] {
    const known = this.#stretches.get(arc)
    if (known) return known
    const stretch: StretchArc[] = []
    let behindM = 0
    for (let at: number | undefined = arc; at !== undefined && behindM < STRETCH_M; at = arcBefore(this.#network, at)) {
      if (stretch.some((one) => one.arc === at)) break
      const toM = behindM + this.#network.lengthM[at]!
      stretch.push({ arc: at, fromM: behindM, toM })
      behindM = toM
    }
    this.#stretches.set(arc, stretch)
    return stretch
  }
}

/** An arc behind a detector, and how far behind it begins and ends. */
interface StretchArc {
  arc: number
  fromM: number
  toM: number
}

/** Whether the engine has something to do. Both are of the same network. */
export function conditionsDiffer(before: RoadConditions, after: RoadConditions): boolean {
  if (before.avoided !== after.avoided) return true
  for (let arc = 0; arc < after.speedMps.length; arc++) {
    if (before.closed[arc] !== after.closed[arc] || before.delayS[arc] !== after.delayS[arc]) return true
    if (Math.abs(after.speedMps[arc]! - before.speedMps[arc]!) > NEWS_SHARE * before.speedMps[arc]!) return true
  }
  return false
}
