import { quarterMs } from '../numbers/rollups.ts'

/** One lot on the grid. Levels are free bays in percent of the capacity, 0–100; NaN where nothing is known. */
export interface LotTrack {
  lot: string
  capacity: number
  level: Float32Array
  /** Minutes from the newest reading to the slot. */
  ageMin: Float32Array
}

/** What is known of several lots at every quarter of an hour. Slot `i` is the instant `startMs + i · 15 min`. */
export interface LotGrid {
  startMs: number
  slots: number
  tracks: readonly LotTrack[]
}

/** Free bays that somebody has read, in order of time. */
export interface FreeReadings {
  lot: string
  capacity: number
  atMs: readonly number[]
  /** As many as instants; NaN where that reading was empty. */
  free: readonly number[]
}

/** A reading stands for its lot for this long; then what is in it is not known. */
const holdMs = 30 * 60_000

export const slotMs = quarterMs
export const slotsPerDay = 96
export const slotsPerWeek = 7 * slotsPerDay

/**
 * Puts readings on the grid: each slot has the newest reading that is not after it and at most 30 min old.
 *
 * @param fromMs is rounded up to a whole slot
 * @param toMs last slot, inclusive
 */
export function gridOf(readings: readonly FreeReadings[], fromMs: number, toMs: number): LotGrid {
  const startMs = Math.ceil(fromMs / slotMs) * slotMs
  const slots = Math.max(0, Math.floor((toMs - startMs) / slotMs) + 1)
  return { startMs, slots, tracks: readings.map((of) => trackOf(of, startMs, slots)) }
}

function trackOf({ lot, capacity, atMs, free }: FreeReadings, startMs: number, slots: number): LotTrack {
  const level = new Float32Array(slots).fill(Number.NaN)
  const ageMin = new Float32Array(slots).fill(Number.NaN)
  let newest = -1
  for (let slot = 0; slot < slots; slot++) {
    const nowMs = startMs + slot * slotMs
    while (newest + 1 < atMs.length && atMs[newest + 1]! <= nowMs) newest++
    const ageMs = newest < 0 ? Number.POSITIVE_INFINITY : nowMs - atMs[newest]!
    if (ageMs > holdMs) continue
    level[slot] = percentFree(free[newest]!, capacity)
    ageMin[slot] = ageMs / 60_000
  }
  return { lot, capacity, level, ageMin }
}

/** Free bays in percent of the capacity, held within 0–100: a count may be above what was published. */
export const percentFree = (free: number, capacity: number): number =>
  Math.min(100, Math.max(0, (100 * free) / capacity))
