import type { CorrectionReason } from '@clearway/contracts'
import {
  afterEvidence,
  afterPassage,
  type Belief,
  certain,
  type Evidence,
  momentsOf,
  quantile,
  shifted,
} from './belief.ts'
import { type Leg, learnt, type MissRates, meanRates, priorMissRates, tellsRates } from './miss-rates.ts'

/** What tells of the number of vehicles in a lot. `id` orders what happens at one instant and is unique in its lot. */
export type CountEvent = { atMs: number; id: string } & (
  | { kind: 'passage'; direction: 'in' | 'out' }
  /** Vehicles that imported history leaves in the lot. */
  | { kind: 'history'; change: number }
  | ({ kind: 'evidence'; reason: EvidenceReason } & Evidence)
)
type EvidenceReason = Extract<CorrectionReason, 'night' | 'expiry' | 'stays' | 'bays' | 'manual'>

/** A step of the corrected count that no passage explains. */
export interface Correction {
  atMs: number
  before: number
  after: number
  reason: CorrectionReason
}

/** All that is known of one lot's count at one instant. */
export interface CountState {
  /** Entries less exits, never corrected. */
  counted: number
  /** What is shown: within 0…limit. */
  corrected: number
  belief: Belief
  rates: MissRates
  /** Since the evidence from which the rates are learnt next. */
  leg: Leg
  /** The newest event. */
  atMs: number
  order: string
  /** The newest evidence; null: none yet. */
  evidenceMs: number | null
  /** When counting last left 0…limit, which it cannot have. */
  edgeMs: number | null
}

/** A lot is taken to be empty until something else is told. */
export const emptyLot: CountState = {
  counted: 0,
  corrected: 0,
  belief: certain(0),
  rates: priorMissRates,
  leg: { mean: 0, variance: 0, entries: 0, exits: 0 },
  atMs: 0,
  order: '',
  evidenceMs: null,
  edgeMs: null,
}

/** Order of events of one instant: who looks sees what has passed; the rest by id. */
const orderOf = ({ kind, id }: CountEvent): string => `${kind === 'evidence' ? 1 : 0} ${id}`

/** Whether an event comes after all that the state knows: by time, then by order. */
export const follows = (event: CountEvent, { atMs, order }: Pick<CountState, 'atMs' | 'order'>): boolean =>
  event.atMs > atMs || (event.atMs === atMs && orderOf(event) > order)

/**
 * The state after one more event, and the correction that it brought, if any: a Bayesian count (docs/counts.md). For
 * every sequence of events `corrected` is within 0…limit, and is `counted` plus the sum of the corrections.
 *
 * @param event follows the state's newest
 * @param limit most vehicles that can be inside: bays and overflow
 */
export function step(
  state: CountState,
  event: CountEvent,
  limit: number,
): { state: CountState; correction?: Correction } {
  const change = changeOf(event)
  const next: CountState = { ...state, counted: state.counted + change, atMs: event.atMs, order: orderOf(event) }
  if (event.kind === 'evidence') {
    next.belief = afterEvidence(state.belief, event, limit)
    next.evidenceMs = event.atMs
    // Before the first evidence nothing is known of where the leg began.
    const isFirst = state.evidenceMs === null
    if (!isFirst && tellsRates(state.leg)) next.rates = learnt(state.rates, state.leg, event, limit)
    if (isFirst || tellsRates(state.leg)) next.leg = { ...momentsOf(next.belief), entries: 0, exits: 0 }
    next.corrected = quantile(next.belief, 0.5)
    return logged(state, next, 0, event.reason)
  }
  if (event.kind === 'history') {
    next.belief = shifted(state.belief, change, limit)
    next.leg = { ...state.leg, mean: state.leg.mean + change }
  } else {
    const missed = meanRates(state.rates)
    const [same, opposite] = event.direction === 'in' ? [missed.in, missed.out] : [missed.out, missed.in]
    next.belief = afterPassage(state.belief, event.direction, { missed: same, missedOpposite: opposite }, limit)
    const { entries, exits } = state.leg
    next.leg = {
      ...state.leg,
      entries: entries + Number(event.direction === 'in'),
      exits: exits + Number(event.direction === 'out'),
    }
  }
  const plain = state.corrected + change
  // Within the middle half of what is likely the count goes by whole vehicles as drivers and guards see them pass.
  const isLikely = plain >= quantile(next.belief, 0.25) && plain <= quantile(next.belief, 0.75)
  next.corrected = isLikely ? plain : quantile(next.belief, 0.5)
  const reason = plain < 0 ? 'floor' : plain > limit ? 'ceiling' : 'drift'
  if (reason !== 'drift') next.edgeMs = event.atMs
  return logged(state, next, change, reason)
}

/** All events in order. */
export function fold(
  from: CountState,
  events: readonly CountEvent[],
  limit: number,
): { state: CountState; corrections: Correction[] } {
  let state = from
  const corrections: Correction[] = []
  const inOrder = events.toSorted((a, b) => (follows(a, { atMs: b.atMs, order: orderOf(b) }) ? 1 : -1))
  for (const event of inOrder) {
    const after = step(state, event, limit)
    state = after.state
    if (after.correction) corrections.push(after.correction)
  }
  return { state, corrections }
}

/** By how much an event changes what is counted. */
export function changeOf(event: CountEvent): number {
  if (event.kind === 'evidence') return 0
  if (event.kind === 'history') return event.change
  return event.direction === 'in' ? 1 : -1
}

function logged(before: CountState, state: CountState, change: number, reason: CorrectionReason) {
  const plain = before.corrected + change
  if (state.corrected === plain) return { state }
  return { state, correction: { atMs: state.atMs, before: plain, after: state.corrected, reason } }
}
