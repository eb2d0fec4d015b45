import type { BayNeed } from '@clearway/contracts'

/** The bays of a lot by whom they are for. */
export type Section = 'general' | 'disabled' | 'emergency'

/** A bay that is wanted or held for one vehicle during `[fromMs, untilMs)`: all that the allocator knows of it. */
export interface Hold {
  id: string
  /** The same for all holds of one vehicle; a pseudonym. */
  vehicle: string
  /** Where the driver wants to be: names the lots that serve, in `Supply.places`. */
  origin: string
  need: BayNeed
  state: 'waiting' | 'booked' | 'arrived'
  /** The appointment, or the beginning where there is none: bays are given in this order. */
  anchorMs: number
  fromMs: number
  untilMs: number
  /** Counts up; decides between holds of one instant. */
  seq: number
  /** Where it is held; of a waiting one the lot that it waits for. */
  lot: string
  bay: string | null
  /** Out of which bays it is held. */
  section: Section
  /** Names the show rate that applies; empty: comes for certain. */
  showGroup: string
}

/** What the allocator makes of a hold. */
export interface Placement {
  id: string
  state: 'waiting' | 'booked' | 'arrived' | 'refused'
  lot: string
  bay: string | null
  walkM: number
  /** More are booked than there are bays: one of them is expected not to come. */
  overbooked: boolean
  reason: string | null
}

/** Whether two half-open intervals share an instant. */
export const overlap = (a: { fromMs: number; untilMs: number }, b: { fromMs: number; untilMs: number }): boolean =>
  a.fromMs < b.untilMs && b.fromMs < a.untilMs

/** By appointment, then by who asked first. */
export const byAnchor = (a: Hold, b: Hold): number => a.anchorMs - b.anchorMs || a.seq - b.seq

/** A vehicle that is still there after its time is there now, and for the next moment at least. */
export const presentUntilMs = (hold: Hold, nowMs: number): number =>
  hold.state === 'arrived' ? Math.max(hold.untilMs, nowMs + 1) : hold.untilMs
