import type { PriceLine } from './price-line.ts'
import type { Rules, Tier } from './vehicle-rules.ts'
import type { WindowClock } from './window-clock.ts'

/** Blocks of one price, one behind the other. Minutes count from entry. */
export interface Run {
  tier: Tier
  fromMin: number
  /** Where the time ends that is charged, which may be within the last block. */
  untilMin: number
  /** −1: none. */
  window: number
  /** End of the visit to the window, minutes from entry: tells visits apart. */
  visitUntilMin: number
}

/** Where the blocks of a stay go as they are laid out, in order of their beginnings. */
export interface RunSink {
  run(run: Run): void
  line(line: PriceLine): void
  /** Another span begins that is capped by itself, `[fromMin, untilMin)`. */
  span(fromMin: number, untilMin: number): void
}

/** A part of a stay that is charged like a stay of its own. */
export interface ChargedPart {
  fromMin: number
  untilMin: number
  /** Whether it has free time. */
  free: boolean
  /** Minutes at its beginning that a discount makes free, as an allowance. */
  allowanceMin: number
}

/** Wall clock of a stay in minutes from entry. */
export interface StayClock {
  windows: WindowClock | undefined
  enteredMs: number
  untilMin: number
}

const spanMin = 1440
const minuteMs = 60_000

/** Lays out the blocks of one part, 24 h by 24 h unless the tariff ignores that mark. */
export function layOut(rules: Rules, part: ChargedPart, clock: StayClock, sink: RunSink): void {
  const { after24h } = rules
  const lengthMin = after24h === 'ignore' ? Number.POSITIVE_INFINITY : spanMin
  for (let from = part.fromMin; from === part.fromMin || from < part.untilMin; from += lengthMin) {
    const until = Math.min(part.untilMin, from + lengthMin)
    sink.span(from, until)
    const begins = from === part.fromMin
    const fresh = begins || after24h === 'restart' || after24h === 'restart-without-free'
    const free = begins ? part.free : after24h === 'restart'
    layOutSpan(rules, part, { from, until, fresh, free }, clock, sink)
  }
}

/** Minutes `[from, until)` of a stay within one span. */
interface Span {
  from: number
  until: number
  /** Whether it is charged like the beginning of a stay. */
  fresh: boolean
  /** Whether it has free time. */
  free: boolean
}

function layOutSpan(rules: Rules, part: ChargedPart, span: Span, clock: StayClock, sink: RunSink): void {
  const { from, until, fresh } = span
  const freeUntil = endOfFreeTime(rules, span)
  if (freeUntil > from || (fresh && from === until)) {
    const { source } = rules.free
    sink.line({ rule: 'free', fromMin: from, untilMin: freeUntil, quantity: 1, amountFen: 0, source })
  }
  const charged = Math.max(freeUntil, part.fromMin + part.allowanceMin)
  if (charged >= until) return
  const tiers = fresh ? rules.tiers : rules.tiers.filter(({ rule }) => rule === 'further')
  const rest = layOutTiers(tiers, { fromMin: charged, untilMin: until, window: -1, visitUntilMin: 0 }, sink)
  if (rest < until && clock.windows) layOutWindows(rules, rest, until, clock, clock.windows, sink)
}

/** Where the free time of a span ends: at its end when all of it is free, at its beginning when nothing is. */
function endOfFreeTime({ free: { kind, withinMin, inclusive } }: Rules, { from, until, free }: Span): number {
  if (!free) return from
  const stayed = until - from
  if (kind === 'allowance') return Math.min(until, from + withinMin)
  return stayed < withinMin || (inclusive && stayed === withinMin) ? until : from
}

/** One tier behind the other from the run's start on. @returns where the last one ends */
function layOutTiers(tiers: readonly Tier[], run: Omit<Run, 'tier'>, sink: RunSink): number {
  let fromMin = run.fromMin
  for (const tier of tiers) {
    if (fromMin >= run.untilMin) break
    const endMin = run.fromMin + tier.untilMin
    sink.run({ ...run, tier, fromMin, untilMin: Math.min(run.untilMin, endMin) })
    fromMin = endMin
  }
  return fromMin
}

/** Blocks of the minutes `[from, until)` by the windows in which they lie. */
function layOutWindows(
  rules: Rules,
  from: number,
  until: number,
  clock: StayClock,
  windowClock: WindowClock,
  sink: RunSink,
): void {
  const stopMs = clock.enteredMs + clock.untilMin * minuteMs
  // Of each window: minutes of its last block that are paid and not yet used up; only where it is rounded once.
  const paid = rules.windows.map(() => 0)
  for (let at = from; at < until; ) {
    const { window, untilMs } = windowClock.visit(clock.enteredMs + at * minuteMs, stopMs)
    // A minute belongs to the window in which it begins.
    const visitUntilMin = Math.ceil((untilMs - clock.enteredMs) / minuteMs)
    const end = Math.min(visitUntilMin, until)
    const { tiers } = rules.windows[window] as Rules['windows'][number]
    const run = { fromMin: at, untilMin: end, window, visitUntilMin }
    if (rules.blockClock === 'entry') {
      const tier = tiers.at(-1) as Tier
      const blocksEnd = at + Math.ceil((end - at) / tier.everyMin) * tier.everyMin
      sink.run({ ...run, tier, untilMin: Math.min(blocksEnd, until) })
      at = blocksEnd
      continue
    }
    if (rules.roundOnce) {
      const tier = tiers.at(-1) as Tier
      const before = paid[window] as number
      const unpaid = end - at - before
      if (unpaid > 0) sink.run({ ...run, tier, fromMin: at + before })
      paid[window] = unpaid > 0 ? Math.ceil(unpaid / tier.everyMin) * tier.everyMin - unpaid : -unpaid
    } else layOutTiers(tiers, run, sink)
    at = end
  }
}

/** Blocks of a run that are begun. */
export const blocksOf = ({ tier: { everyMin }, fromMin, untilMin }: Run): number =>
  everyMin === 0 ? 1 : Math.ceil((untilMin - fromMin) / everyMin)
