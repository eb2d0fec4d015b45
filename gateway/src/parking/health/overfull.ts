import { quarterMs } from '../numbers/rollups.ts'

/** What stays say of a lot in which more were inside than fit. */
export interface Overfull {
  /** Share of the time with more stays inside than bays, 0–1. */
  share: number
  /** Most stays at one instant. */
  peak: number
}

/**
 * How often the stays say that more are inside than there are bays. A short overlap is a bay that two used after each
 * other by a wrong minute; a share of the time is a wrong capacity, or exits that were lost.
 *
 * @param level stays inside at `fromMs`
 * @param quarters in order of time, within the window: net change, and how far the level rose above that at the start
 */
export function overfullOf(
  { level, fromMs, toMs, capacity }: { level: number; fromMs: number; toMs: number; capacity: number },
  quarters: readonly { startMs: number; net: number; rise: number }[],
): Overfull {
  let inside = level
  let sinceMs = fromMs
  let overMs = 0
  let peak = level
  const upTo = (untilMs: number) => {
    if (inside > capacity) overMs += untilMs - sinceMs
    sinceMs = untilMs
  }
  for (const { startMs, net, rise } of quarters) {
    // Within a quarter the level of its start stands for all of it.
    upTo(startMs + quarterMs)
    peak = Math.max(peak, inside + Math.max(0, rise))
    inside += net
  }
  upTo(Math.max(sinceMs, toMs))
  return { share: toMs > fromMs ? overMs / (toMs - fromMs) : 0, peak }
}
