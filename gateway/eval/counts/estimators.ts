import { likelyRange } from '../../src/parking/counts/belief.ts'
import { type CountEvent, type CountState, emptyLot, step } from '../../src/parking/counts/count.ts'
import { manualEvidence } from '../../src/parking/counts/manual-evidence.ts'
import { meanRates } from '../../src/parking/counts/miss-rates.ts'
import type { OpenStays } from './open-stays.ts'

/** Somebody or something that follows the number of vehicles in a lot. */
export interface Estimator {
  level: number
  passed(direction: 'in' | 'out', atMs: number, id: string): void
  /** The quiet hour of the lot has come. */
  night?(stays: OpenStays, atMs: number): void
  /** Another hour has come. */
  hour?(stays: OpenStays, atMs: number): void
  /** A person has counted. */
  told?(vehicles: number, atMs: number): void
  /** Bay sensors have been looked at. */
  bays?(evidence: { mean: number; sd: number; doubt: number }, atMs: number): void
}

const dayMs = 86_400_000

/** Entries less exits, held within 0…limit. */
export class Clamped implements Estimator {
  level = 0
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  passed(direction: 'in' | 'out'): void {
    this.level = Math.min(Math.max(this.level + (direction === 'in' ? 1 : -1), 0), this.#limit)
  }
}

/** The same, set to 0 at the quiet hour. */
export class ResetToZero extends Clamped {
  night(): void {
    this.level = 0
  }
}

/** The same, set to the number of open stays younger than the stay limit at the quiet hour. */
export class ResetToStays extends Clamped {
  night(stays: OpenStays, atMs: number): void {
    this.level = stays.younger(atMs, 7 * dayMs)
  }
}

/** The gateway's count with the evidence that it is given. */
export class Corrected implements Estimator {
  corrections = 0
  state: CountState = emptyLot
  readonly #limit: number
  readonly #uses: { told?: boolean; bays?: boolean }

  constructor(limit: number, uses: { told?: boolean; bays?: boolean } = {}) {
    this.#limit = limit
    this.#uses = uses
  }

  get level(): number {
    return this.state.corrected
  }

  /** The number is taken to be within these with nine chances in ten. */
  get interval(): { low: number; high: number } {
    return likelyRange(this.state.belief, this.#limit)
  }

  passed(direction: 'in' | 'out', atMs: number, id: string): void {
    this.#step({ kind: 'passage', direction, atMs, id })
  }

  night(stays: OpenStays, atMs: number): void {
    this.#look(stays, atMs, 'night')
  }

  hour(stays: OpenStays, atMs: number): void {
    this.#look(stays, atMs, 'stays')
  }

  told(vehicles: number, atMs: number): void {
    if (!this.#uses.told) return
    this.#step({ kind: 'evidence', reason: 'manual', atMs, id: 'told', ...manualEvidence(vehicles) })
  }

  bays(evidence: { mean: number; sd: number; doubt: number }, atMs: number): void {
    if (this.#uses.bays) this.#step({ kind: 'evidence', reason: 'bays', atMs, id: 'bays', ...evidence })
  }

  #look(stays: OpenStays, atMs: number, reason: 'night' | 'stays'): void {
    const evidence = stays.evidence(atMs, meanRates(this.state.rates).in, reason === 'night')
    this.#step({ kind: 'evidence', reason, atMs, id: reason, ...evidence })
  }

  #step(event: CountEvent): void {
    const { state, correction } = step(this.state, event, this.#limit)
    this.state = state
    if (correction) this.corrections++
  }
}
