import { type Random, seededRandom } from '@clearway/contracts'
import { bayEvidence } from '../../src/parking/counts/bay-evidence.ts'
import { quietHour } from '../../src/parking/counts/quiet-hour.ts'
import type { RecordedStay } from '../tariffs/recorded-stays.ts'
import { type CameraErrors, drawErrors, passagesOf, type SeenPassage } from './camera.ts'
import { Clamped, Corrected, type Estimator, ResetToStays, ResetToZero } from './estimators.ts'
import { hourOf, OpenStays } from './open-stays.ts'
import { Parked } from './parked.ts'

/** Ways of counting that are held against each other. */
export const methods = [
  'clamped',
  'resetToZero',
  'resetToStays',
  'corrected',
  'correctedWithManual',
  'correctedWithBays',
] as const
type Method = (typeof methods)[number]

export interface LotScore extends CameraErrors {
  lot: string
  /** Vehicles. */
  stays: number
  days: number
  /** Declared. */
  bays: number
  /** Most that were inside at once. */
  peak: number
  /** Mean absolute errors, weighted by time. */
  maeVehicles: Record<Method, number>
  /** Share of the time in which the truth lay in the 90 % range of `corrected`. */
  interval90Coverage: number
  /** Corrections of `corrected`. */
  corrections: number
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const bayEveryMs = 900_000
/** Who passed within this may not stand on a bay. */
const movingMs = 180_000
/** A person counts once a week at ten, and is off by one in ten times. */
const manualEveryDays = 7
const manualHour = 10
const miscounts = 0.1
/** Vehicles that fit in beside the bays, of the bays. */
const overflowShare = 0.05

/** One recorded lot, watched by cameras that miss vehicles, and everybody who follows what is inside. */
export class LotReplay {
  readonly #lot: string
  readonly #bays: number
  readonly #vehicles: readonly RecordedStay[]
  readonly #errors: CameraErrors
  readonly #passages: readonly SeenPassage[]
  readonly #peak: number
  readonly #room: number
  readonly #person: Random
  readonly #parked: Parked
  readonly #openStays = new OpenStays()
  readonly #byHour = new Array<number>(24).fill(0)
  readonly #estimators: Record<Method, Estimator>
  readonly #corrected: Corrected
  /** Vehicles × milliseconds. */
  readonly #wrong = Object.fromEntries(methods.map((method) => [method, 0])) as Record<Method, number>
  #insideMs = 0
  #moving: number[] = []
  #truth = 0
  #nowMs: number

  /**
   * @param stays of one lot; those of no length are tests of a bay lock and no vehicles
   * @param bays declared; where more were inside at once, that many are taken
   */
  constructor(lot: string, stays: readonly RecordedStay[], bays: number, seed: number) {
    const random = seededRandom(seed).fork(lot)
    this.#lot = lot
    this.#bays = bays
    this.#vehicles = stays.filter(({ arrivalMs, departureMs }) => departureMs > arrivalMs)
    this.#errors = drawErrors(random.fork('errors'))
    this.#passages = passagesOf(this.#vehicles, this.#errors, random.fork('camera'))
    this.#peak = peakOf(this.#passages)
    this.#room = Math.max(bays, this.#peak)
    this.#person = random.fork('person')
    this.#parked = new Parked(this.#room, random.fork('bays'))
    const limit = this.#room + Math.ceil(this.#room * overflowShare)
    this.#corrected = new Corrected(limit)
    this.#estimators = {
      clamped: new Clamped(limit),
      resetToZero: new ResetToZero(limit),
      resetToStays: new ResetToStays(limit),
      corrected: this.#corrected,
      correctedWithManual: new Corrected(limit, { told: true }),
      correctedWithBays: new Corrected(limit, { bays: true }),
    }
    this.#nowMs = this.#passages[0]?.atMs ?? 0
  }

  score(): LotScore {
    const startMs = this.#nowMs
    let lookMs = Math.ceil(startMs / bayEveryMs) * bayEveryMs
    for (const passage of this.#passages) {
      for (; lookMs <= passage.atMs; lookMs += bayEveryMs) this.#look(lookMs)
      this.#pass(passage)
    }
    const spanMs = Math.max(1, this.#nowMs - startMs)
    return {
      lot: this.#lot,
      stays: this.#vehicles.length,
      days: Math.round(spanMs / dayMs),
      bays: this.#bays,
      peak: this.#peak,
      ...this.#errors,
      maeVehicles: Object.fromEntries(methods.map((of) => [of, this.#wrong[of] / spanMs])) as Record<Method, number>,
      interval90Coverage: this.#insideMs / spanMs,
      corrections: this.#corrected.corrections,
    }
  }

  #pass(passage: SeenPassage): void {
    const { atMs, direction, id, seen } = passage
    this.#weigh(atMs)
    this.#truth += direction === 'in' ? 1 : -1
    this.#parked.pass(passage)
    if (!seen) return
    this.#openStays.see(passage)
    this.#moving.push(atMs)
    const hour = hourOf(atMs)
    this.#byHour[hour] = (this.#byHour[hour] as number) + 1
    for (const each of this.#everybody) each.passed(direction, atMs, id)
  }

  /** Every quarter of an hour: bays; every hour: stays; once a week: somebody. */
  #look(atMs: number): void {
    this.#weigh(atMs)
    this.#moving = this.#moving.filter((passedMs) => passedMs >= atMs - movingMs)
    const { sensed: read, sensedOccupied: occupied } = this.#parked
    const evidence = bayEvidence({ read, occupied, capacity: this.#room, moving: this.#moving.length })
    for (const each of this.#everybody) each.bays?.(evidence, atMs)
    if (atMs % hourMs !== 0) return
    const hour = hourOf(atMs)
    for (const each of this.#everybody) {
      if (hour === quietHour(this.#byHour)) each.night?.(this.#openStays, atMs)
      else each.hour?.(this.#openStays, atMs)
    }
    if (hour === manualHour && Math.floor(atMs / dayMs) % manualEveryDays === 0) this.#walk(atMs)
  }

  #walk(atMs: number): void {
    const wrong = this.#person.next() < miscounts ? this.#person.pick([-1, 1]) : 0
    for (const each of this.#everybody) each.told?.(Math.max(0, this.#truth + wrong), atMs)
  }

  /** Adds what everybody was off by since the last change. */
  #weigh(untilMs: number): void {
    const spanMs = untilMs - this.#nowMs
    for (const method of methods) {
      this.#wrong[method] += spanMs * Math.abs(this.#estimators[method].level - this.#truth)
    }
    const { low, high } = this.#corrected.interval
    if (this.#truth >= low && this.#truth <= high) this.#insideMs += spanMs
    this.#nowMs = untilMs
  }

  get #everybody(): Estimator[] {
    return Object.values(this.#estimators)
  }
}

function peakOf(passages: readonly SeenPassage[]): number {
  let level = 0
  let peak = 0
  for (const { direction } of passages) {
    level += direction === 'in' ? 1 : -1
    peak = Math.max(peak, level)
  }
  return peak
}
