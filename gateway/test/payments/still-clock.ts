import type { Clock } from '@clearway/contracts'

/** A clock that stands until it is set; waits end at once. */
export class StillClock implements Clock {
  nowMs: number
  /** What was waited for, s. */
  readonly waits: number[] = []

  constructor(nowMs = Date.UTC(2026, 10, 23, 8)) {
    this.nowMs = nowMs
  }

  now = () => this.nowMs

  wait = async (durationS: number) => {
    this.waits.push(durationS)
  }
}
