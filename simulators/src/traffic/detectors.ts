import { driver } from './krauss.ts'
import { arcAfter, type TrafficState } from './traffic-state.ts'

/** What the loops of one approach saw since they were read last. */
export interface FlowReading {
  periodS: number
  count: number
  /** Mean speed at the stop line, m/s; absent when nobody crossed. */
  speedMps?: number
  /** Mean over the lanes of the share of the period in which a vehicle covered the loop, 0–1. */
  occupancy: number
  /** From the stop line to the rear of the last vehicle that waits for it. */
  queueM: number
}

/** Length of a loop along the lane, directly before the stop line. */
const LOOP_M = 2
/** Who is slower than this, and no farther than this from the stop line ahead, queues for it. */
const QUEUED_MPS = 2
const QUEUE_SIGHT_M = 300

/** Loops across all lanes of every signalled approach, counting what crosses the stop line. */
export class Detectors {
  readonly #state: TrafficState
  readonly #count: Int32Array
  readonly #speedSum: Float64Array
  readonly #coveredS: Float64Array
  readonly #sinceS: Float64Array

  constructor(state: TrafficState) {
    const approaches = state.network.approaches.length
    this.#state = state
    this.#count = new Int32Array(approaches)
    this.#speedSum = new Float64Array(approaches)
    this.#coveredS = new Float64Array(approaches)
    this.#sinceS = new Float64Array(approaches)
  }

  /** One vehicle crossed the stop line in this step. */
  crossed(approach: number, speedMps: number, lengthM: number): void {
    this.#count[approach]! += 1
    this.#speedSum[approach]! += speedMps
    this.#coveredS[approach]! += Math.min(this.#state.stepS, (lengthM + LOOP_M) / Math.max(speedMps, 1))
  }

  /** Adds the vehicles that stand on a loop at the end of a step. */
  watch(): void {
    const { network, queues, vehicles, stepS } = this.#state
    const { laneStart } = this.#state.roadway
    for (let approach = 0; approach < this.#count.length; approach++) {
      const arc = network.approaches[approach]!.arc
      for (let lane = laneStart[arc]!; lane < laneStart[arc + 1]!; lane++) {
        const first = queues.front[lane]!
        if (first >= 0 && vehicles.positionM[first]! > network.lengthM[arc]! - LOOP_M)
          this.#coveredS[approach]! += stepS
      }
    }
  }

  /** The reading since the last one, and a fresh start. `nowS` is the simulation's time. */
  read(approach: number, nowS: number): FlowReading {
    const { network, roadway } = this.#state
    const lanes = roadway.lanesOf(network.approaches[approach]!.arc)
    const periodS = nowS - this.#sinceS[approach]!
    const count = this.#count[approach]!
    const reading: FlowReading = {
      periodS,
      count,
      occupancy: periodS > 0 ? Math.min(1, this.#coveredS[approach]! / (periodS * lanes)) : 0,
      queueM: this.#queueM(approach),
    }
    if (count > 0) reading.speedMps = this.#speedSum[approach]! / count
    this.#count[approach] = 0
    this.#speedSum[approach] = 0
    this.#coveredS[approach] = 0
    this.#sinceS[approach] = nowS
    return reading
  }

  /** Walks upstream from the stop line, arc by arc, as long as somebody waits whose way leads to it. */
  #queueM(approach: number): number {
    const { network, roadway, queues, vehicles } = this.#state
    let longest = 0
    const look = (arc: number, next: number, beyondM: number): void => {
      const endM = beyondM + network.lengthM[arc]!
      let queued = false
      for (let lane = roadway.laneStart[arc]!; lane < roadway.laneStart[arc + 1]!; lane++) {
        for (let v = queues.front[lane]!; v >= 0; v = vehicles.behind[v]!) {
          if (vehicles.speedMps[v]! >= QUEUED_MPS) continue
          if (next >= 0 && arcAfter(vehicles.route[v]!, vehicles.routeStep[v]!) !== next) continue
          queued = true
          longest = Math.max(longest, endM - vehicles.positionM[v]! + driver.lengthM)
        }
      }
      const full = queued && longest > endM - 2 * (driver.lengthM + driver.minGapM)
      if (!full || endM > QUEUE_SIGHT_M) return
      for (const before of roadway.into[network.tail[arc]!]!) {
        if (network.approachOfArc[before]! < 0 && before !== network.reverse[arc]) look(before, arc, endM)
      }
    }
    look(network.approaches[approach]!.arc, -1, 0)
    return longest
  }
}
