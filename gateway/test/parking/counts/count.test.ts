import { seededRandom } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Belief, certain, quantile } from '../../../src/parking/counts/belief.ts'
import { type CountEvent, type CountState, emptyLot, fold, step } from '../../../src/parking/counts/count.ts'
import { meanRates } from '../../../src/parking/counts/miss-rates.ts'

const minuteMs = 60_000

const AnyEvent = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('passage' as const), direction: fc.constantFrom('in', 'out') }),
  },
  fc.record({ kind: fc.constant('history' as const), change: fc.integer({ min: -5, max: 30 }) }),
  fc.record({
    kind: fc.constant('evidence' as const),
    reason: fc.constantFrom('manual', 'night', 'bays'),
    mean: fc.double({ min: 0, max: 60, noNaN: true }),
    sd: fc.double({ min: 0.3, max: 8, noNaN: true }),
    doubt: fc.constantFrom(0, 1e-4, 0.01),
  }),
)
const Events = fc
  .array(AnyEvent, { minLength: 1, maxLength: 80 })
  .map((all) => all.map((event, i) => ({ ...event, atMs: i * minuteMs, id: `e${i}` }) as CountEvent))
const Limit = fc.integer({ min: 1, max: 40 })

function statesOf(events: readonly CountEvent[], limit: number): CountState[] {
  let state = emptyLot
  return events.map((event) => {
    state = step(state, event, limit).state
    return state
  })
}

/** Passages of a lot in which every vehicle is seen, or missed at the given rates. */
function traffic({ days, missed, seed }: { days: number; missed: { in: number; out: number }; seed: number }) {
  const random = seededRandom(seed)
  const events: CountEvent[] = []
  const inside: number[] = []
  let truth = 0
  for (let minute = 0; minute < days * 1440; minute += 10) {
    const busy = minute % 1440 > 420 && minute % 1440 < 1200
    const direction = random.next() < (busy ? 0.6 : 0.2) && truth < 40 ? 'in' : truth > 0 ? 'out' : undefined
    if (direction === undefined) continue
    truth += direction === 'in' ? 1 : -1
    inside.push(truth)
    if (random.next() < missed[direction]) continue
    events.push({ kind: 'passage', direction, atMs: minute * minuteMs, id: `p${minute}` })
  }
  return { events, truth, inside }
}

describe('for every sequence of events the count', () => {
  it('stays within 0 and the limit, and never shows a negative vacancy', () => {
    fc.assert(
      fc.property(Events, Limit, (events, limit) => {
        for (const { corrected } of statesOf(events, limit)) {
          expect(corrected).toBeGreaterThanOrEqual(0)
          expect(corrected).toBeLessThanOrEqual(limit)
        }
      }),
    )
  })

  it('is what was counted and the logged corrections', () => {
    fc.assert(
      fc.property(Events, Limit, (events, limit) => {
        const { state, corrections } = fold(emptyLot, events, limit)
        const corrected = corrections.reduce((sum, { before, after }) => sum + after - before, state.counted)
        expect(state.corrected).toBe(corrected)
      }),
    )
  })

  it('is believed with probabilities that sum to 1', () => {
    fc.assert(
      fc.property(Events, Limit, (events, limit) => {
        const { belief } = fold(emptyLot, events, limit).state
        expect(sum(belief)).toBeCloseTo(1, 9)
        expect(belief.from).toBeGreaterThanOrEqual(0)
        expect(belief.from + belief.weights.length - 1).toBeLessThanOrEqual(limit)
      }),
    )
  })

  it('is the same in whatever order the events are given', () => {
    fc.assert(
      fc.property(Events, Limit, fc.integer(), (events, limit, seed) => {
        const random = seededRandom(seed)
        const shuffled = events.map((event) => ({ event, key: random.next() })).toSorted((a, b) => a.key - b.key)
        const given = shuffled.map(({ event }) => event)
        expect(fold(emptyLot, given, limit)).toEqual(fold(emptyLot, events, limit))
      }),
    )
  })

  it('is the same after it has been stored', () => {
    fc.assert(
      fc.property(Events, Limit, (events, limit) => {
        const stored = (state: CountState): CountState => JSON.parse(JSON.stringify(state))
        const through = events.reduce((state, event) => stored(step(state, event, limit).state), emptyLot)
        expect(through).toEqual(fold(emptyLot, events, limit).state)
      }),
    )
  })
})

describe('the count', () => {
  it('stays within two vehicles for a day with gates that see everybody, of which it does not know that they do', () => {
    const { events, inside } = traffic({ days: 1, missed: { in: 0, out: 0 }, seed: 3 })
    const off = statesOf(events, 60).map(({ corrected }, i) => Math.abs(corrected - inside[i]!))
    expect(Math.max(...inside)).toBeGreaterThan(20)
    expect(Math.max(...off)).toBeLessThanOrEqual(2)
  })

  it('does not fall below 0 with an exit from an empty lot, and says so', () => {
    const { state, correction } = step(emptyLot, passage('out', 1), 10)
    expect(state).toMatchObject({ counted: -1, corrected: 0, edgeMs: minuteMs })
    expect(correction).toMatchObject({ before: -1, after: 0, reason: 'floor' })
  })

  it('does not rise above the limit', () => {
    const full = step(emptyLot, { kind: 'history', change: 5, atMs: 0, id: 'a' }, 5).state
    const { state, correction } = step(full, passage('in', 1), 5)
    expect(state).toMatchObject({ counted: 6, corrected: 5 })
    expect(correction).toMatchObject({ before: 6, after: 5, reason: 'ceiling' })
  })

  it('follows a count by hand at once, however far it was off', () => {
    const told = { kind: 'evidence', reason: 'manual', mean: 37, sd: 0.4, doubt: 1e-4, atMs: 1, id: 'a' } as const
    expect(step(emptyLot, told, 50)).toMatchObject({
      state: { corrected: 37, counted: 0 },
      correction: { before: 0, after: 37, reason: 'manual' },
    })
  })

  it('weighs evidence by its error: a few bays move a fresh count less than a stale one', () => {
    const told = (mean: number, sd: number, atMs: number): CountEvent => ({
      kind: 'evidence',
      reason: 'bays',
      mean,
      sd,
      doubt: 0,
      atMs,
      id: `${atMs}`,
    })
    const fresh = fold(emptyLot, [told(20, 0.4, 0)], 50).state
    let stale = fresh
    for (let i = 1; i <= 400; i++) stale = step(stale, { ...passage(i % 2 ? 'in' : 'out', i) }, 50).state
    const after = (state: CountState) => step(state, told(26, 3, 500 * minuteMs), 50).state.corrected
    expect(after(fresh)).toBe(20)
    expect(after(stale)).toBeGreaterThan(22)
  })

  it('is surer of a number the less has passed since it was told', () => {
    const told = { kind: 'evidence', reason: 'manual', mean: 20, sd: 0.4, doubt: 0, atMs: 0, id: 'a' } as const
    let state = step(emptyLot, told, 50).state
    const widths = [1, 2, 3].map((round) => {
      for (let i = 0; i < 100; i++) state = step(state, passage(i % 2 ? 'in' : 'out', round * 100 + i), 50).state
      return quantile(state.belief, 0.95) - quantile(state.belief, 0.05)
    })
    expect(widths[0]).toBeGreaterThan(0)
    expect(widths[1]).toBeGreaterThan(widths[0]!)
    expect(widths[2]).toBeGreaterThan(widths[1]!)
  })

  it('learns which gate misses vehicles from what the evidence says', () => {
    const { events, inside } = traffic({ days: 60, missed: { in: 0.01, out: 0.08 }, seed: 5 })
    let state = emptyLot
    let known = 0
    for (const [i, event] of events.entries()) {
      state = step(state, event, 60).state
      if (i % 60 !== 59) continue
      known = inside[Math.min(inside.length - 1, Math.round((i / events.length) * inside.length))]!
      const told = { kind: 'evidence', reason: 'manual', mean: known, sd: 1.5, doubt: 0.001 } as const
      state = step(state, { ...told, atMs: event.atMs + 1, id: `t${i}` }, 60).state
    }
    const { in: entries, out: exits } = meanRates(state.rates)
    expect(exits).toBeGreaterThan(0.05)
    expect(entries).toBeLessThan(0.04)
  })

  it('keeps a lot of 100,000 bays in a few numbers', () => {
    let state = step(emptyLot, { kind: 'history', change: 60_000, atMs: 0, id: 'a' }, 105_000).state
    for (let i = 1; i < 2000; i++) state = step(state, passage(i % 3 ? 'in' : 'out', i), 105_000).state
    expect(state.belief.weights.length).toBeLessThan(300)
    expect(Math.abs(state.corrected - state.counted)).toBeLessThan(30)
  })

  it('starts certain', () => {
    expect(sum(certain(3))).toBe(1)
  })
})

const passage = (direction: 'in' | 'out', minute: number): CountEvent => ({
  kind: 'passage',
  direction,
  atMs: minute * minuteMs,
  id: `m${minute}`,
})

const sum = ({ weights }: Belief): number => weights.reduce((total, weight) => total + weight, 0)
