import { INFINITE } from '../hierarchy/graph.ts'

/** Green of one approach in the fixed cycle of its junction, milliseconds. */
export interface GreenWindow {
  /** After the start of the cycle, 0 ≤ from < cycleMs. */
  fromMs: number
  /** After the start of the cycle, from < to ≤ from + cycleMs; beyond the cycle's end it runs into the next. */
  toMs: number
}

/** When an approach is green. */
export interface ApproachPlan {
  cycleMs: number
  /** Any instant at which a cycle starts, ms since the epoch. */
  startMs: number
  /** In rising order, not touching. */
  greens: readonly GreenWindow[]
}

/** Waits at the heads of arcs as a function of the time since a search began. */
export interface TimedWaits {
  /** Milliseconds after the start of the search from which `at` gives the expected waits only. */
  horizonMs: number
  /** Milliseconds that one waits who arrives `ms` after the start of the search. */
  at(arc: number, ms: number): number
}

/**
 * Waits by the plans that are running, up to a horizon; beyond it the expected wait, since nobody knows what a controller
 * will show then. Leaving later never means arriving earlier: a wait in a cycle has that property, a cap keeps it, and
 * nobody who arrives behind the horizon leaves before one who arrived at it.
 *
 * @param planOf the plan at the head of an arc; undefined where there is no signal or none is known
 * @param waitMs expected wait at the head of each arc
 * @param capMs longest wait of a vehicle that asks for green
 */
export function timedWaits(
  planOf: (arc: number) => ApproachPlan | undefined,
  waitMs: Int32Array,
  departMs: number,
  horizonMs: number,
  capMs = INFINITE,
): TimedWaits {
  const planned = (plan: ApproachPlan, ms: number) => Math.min(capMs, waitForGreen(plan, departMs + ms))
  return {
    horizonMs,
    at(arc, ms) {
      const plan = planOf(arc)
      if (!plan) return waitMs[arc]!
      if (ms < horizonMs) return planned(plan, ms)
      return Math.max(waitMs[arc]!, horizonMs + planned(plan, horizonMs) - ms)
    },
  }
}

/** Milliseconds until the approach is green, 0 while it is; `INFINITE` when it never is. */
export function waitForGreen({ cycleMs, startMs, greens }: ApproachPlan, atMs: number): number {
  const phase = (((atMs - startMs) % cycleMs) + cycleMs) % cycleMs
  const last = greens.at(-1)
  if (!last) return INFINITE
  if (phase < last.toMs - cycleMs) return 0
  for (const { fromMs, toMs } of greens) if (phase < toMs) return Math.max(0, Math.ceil(fromMs - phase))
  return Math.ceil(cycleMs + greens[0]!.fromMs - phase)
}
