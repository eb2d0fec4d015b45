import type { Uplink } from '../uplink/uplink.ts'
import type { Agent } from './agent.ts'

/** Sums since the last reading. */
export interface FlowReading {
  count: number
  /** Mean of the vehicles counted; absent when there were none. */
  speedMps?: number
  /** Share of the period in which the detector was covered, 0–1. */
  occupancy: number
  queueM?: number
  /** By signal group, where their lanes are told apart. */
  groupQueuesM?: Record<string, number>
}

export interface Detector {
  /** Hands over what was counted and begins anew. */
  read(nowMs: number): FlowReading
}

/** One `detector/flow` event a period. */
export class DetectorAgent implements Agent {
  readonly device: string
  readonly #uplink: Uplink<'detector'>
  readonly #detector: Detector
  readonly #periodMs: number
  #sinceMs: number | undefined

  /** @param periodS 1–3600 */
  constructor(uplink: Uplink<'detector'>, detector: Detector, periodS: number) {
    this.device = uplink.identity.device
    this.#uplink = uplink
    this.#detector = detector
    this.#periodMs = periodS * 1000
  }

  start(): void {
    this.#uplink.start()
  }

  step(nowMs: number): void {
    if (this.#sinceMs === undefined || nowMs < this.#sinceMs) {
      this.#detector.read(nowMs)
      this.#sinceMs = nowMs
      return
    }
    const passedMs = nowMs - this.#sinceMs
    if (passedMs < this.#periodMs) return
    this.#sinceMs = nowMs
    const periodS = Math.min(3600, passedMs / 1000)
    this.#uplink.event('flow', nowMs, { periodS, ...this.#detector.read(nowMs) })
  }

  stop(): Promise<void> {
    return this.#uplink.stop()
  }
}
