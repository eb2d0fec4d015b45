import type { QuoteRule } from '@clearway/contracts'
import type { PriceLine } from './price-line.ts'
import { blocksOf, type Run, type RunSink } from './runs.ts'
import type { CapRule, Rules, WindowRules } from './vehicle-rules.ts'

/** What one cap has let through of the span, day, visit or set of entries that it now looks at. */
interface Bucket {
  rule: QuoteRule
  /** Which one it looks at; NaN: none yet. */
  key: number
  roomFen: number
  cutFen: number
  fromMin: number
  untilMin: number
  source: string
}

const bucket = (rule: QuoteRule): Bucket => ({
  rule,
  key: Number.NaN,
  roomFen: Number.POSITIVE_INFINITY,
  cutFen: 0,
  fromMin: 0,
  untilMin: 0,
  source: '',
})

/** Takes discounts off before the caps: what is charged of a sum of block prices. It grows with the sum, but never faster. */
export type BeforeCaps = (sumFen: number) => number

/** When days end, minutes from entry. */
export type DayEnd = (minute: number) => number

const minutesOfFirst24h = 1440

/**
 * Adds up the blocks of a stay under all its caps, in order of time. A block counts in the span, the day, the visit and
 * the 24 h in which it begins; it costs what the fullest of them still has room for. So no cap is ever exceeded, and a
 * longer stay never costs less.
 */
export class CappedSum implements RunSink {
  readonly lines: PriceLine[] = []
  amountFen = 0
  readonly #rules: Rules
  readonly #dayEnd: DayEnd
  readonly #beforeCaps: BeforeCaps | undefined
  readonly #window = bucket('cap-window')
  readonly #day = bucket('cap-day')
  readonly #span = bucket('cap')
  readonly #entries = bucket('cap-entries')
  readonly #capsAfter = [this.#day, this.#span]
  readonly #capsOfFirst24h = [...this.#capsAfter, this.#entries]
  readonly #splits: boolean
  /** Sum of the blocks, before discounts and caps. */
  blocksFen = 0

  /**
   * @param earlierFen what stays of the same plate cost that were entered in the 24 h before
   * @param dayEnd asked only where the tariff caps calendar days
   */
  constructor(rules: Rules, earlierFen: number, dayEnd: DayEnd, beforeCaps?: BeforeCaps) {
    this.#rules = rules
    this.#dayEnd = dayEnd
    this.#beforeCaps = beforeCaps
    this.#entries.roomFen = Math.max(0, rules.capEntries.fen - earlierFen)
    this.#entries.source = rules.capEntries.source
    this.#splits = rules.capDay.fen !== Number.POSITIVE_INFINITY || rules.capEntries.fen !== Number.POSITIVE_INFINITY
  }

  line(line: PriceLine): void {
    this.lines.push(line)
  }

  span(fromMin: number, untilMin: number): void {
    this.#flush(this.#span)
    this.#open(this.#span, fromMin, this.#rules.cap24h, fromMin, untilMin)
  }

  run(run: Run): void {
    if (!this.#splits) {
      this.#charge(run, blocksOf(run), 0)
      return
    }
    const { everyMin } = run.tier
    let blocks = blocksOf(run)
    for (let { fromMin } = run; blocks > 0; ) {
      const dayEnd = this.#rules.capDay.fen === Number.POSITIVE_INFINITY ? dayEndNever : this.#dayEnd(fromMin)
      const edge = fromMin < minutesOfFirst24h ? Math.min(dayEnd, minutesOfFirst24h) : dayEnd
      const count = everyMin === 0 ? 1 : Math.min(blocks, Math.ceil((edge - fromMin) / everyMin))
      const untilMin = count === blocks ? run.untilMin : fromMin + count * everyMin
      this.#charge({ ...run, fromMin, untilMin }, count, dayEnd)
      fromMin = untilMin
      blocks -= count
    }
  }

  /** Tells of the caps that have cut something; the sum is done. */
  finish(): void {
    for (const each of [this.#window, ...this.#capsOfFirst24h]) this.#flush(each)
  }

  /** Blocks that all begin in the same span, day, visit and 24 h. */
  #charge(run: Run, quantity: number, dayEnd: number): void {
    const { tier, fromMin, untilMin } = run
    this.#enter(run, dayEnd)
    const blocksFen = quantity * tier.amountFen
    this.line({ rule: tier.rule, fromMin, untilMin, quantity, amountFen: blocksFen, source: tier.source })
    const before = this.#beforeCaps
    let net = before ? before(this.blocksFen + blocksFen) - before(this.blocksFen) : blocksFen
    this.blocksFen += blocksFen
    const caps = fromMin < minutesOfFirst24h ? this.#capsOfFirst24h : this.#capsAfter
    // The first block of a stay is in no window; the visit in which it lies goes on behind it.
    const visit = run.window < 0 ? undefined : this.#window
    if (visit) net = cut(visit, net)
    for (const each of caps) net = cut(each, net)
    if (visit) take(visit, net, untilMin)
    for (const each of caps) {
      // Where its span ends is known beforehand.
      take(each, net, each === this.#span ? each.untilMin : untilMin)
    }
    this.amountFen += net
  }

  /** Turns each cap to the visit, day and 24 h in which a run begins. */
  #enter({ window, visitUntilMin, fromMin, untilMin }: Run, dayEnd: number): void {
    if (window >= 0 && this.#window.key !== visitUntilMin) {
      this.#flush(this.#window)
      const { capFen: fen, capSource: source } = this.#rules.windows[window] as WindowRules
      this.#open(this.#window, visitUntilMin, { fen, source }, fromMin, untilMin)
    }
    if (this.#day.key !== dayEnd) {
      this.#flush(this.#day)
      this.#open(this.#day, dayEnd, this.#rules.capDay, fromMin, untilMin)
    }
    if (fromMin >= minutesOfFirst24h) this.#flush(this.#entries)
  }

  #open(each: Bucket, key: number, { fen, source }: CapRule, fromMin: number, untilMin: number): void {
    Object.assign(each, { key, roomFen: fen, cutFen: 0, fromMin, untilMin, source })
  }

  #flush(each: Bucket): void {
    const { rule, cutFen, fromMin, untilMin, source } = each
    if (cutFen > 0) this.lines.push({ rule, fromMin, untilMin, quantity: 1, amountFen: -cutFen, source })
    each.cutFen = 0
  }
}

const dayEndNever = Number.POSITIVE_INFINITY

/** What fits under the cap; the cap remembers what does not. */
function cut(each: Bucket, fen: number): number {
  if (fen <= each.roomFen) return fen
  each.cutFen += fen - each.roomFen
  return each.roomFen
}

function take(each: Bucket, fen: number, untilMin: number): void {
  each.roomFen -= fen
  each.untilMin = untilMin
}
