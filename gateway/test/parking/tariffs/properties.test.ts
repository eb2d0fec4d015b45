import type { TariffDocument } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { priceStay } from '../../../src/parking/tariffs/pricing.ts'
import type { RatedStay } from '../../../src/parking/tariffs/rated-stay.ts'
import { minuteMs } from '../small-lot.ts'
import { AnyEntry, AnyMinutes, AnyTariff } from './any-tariff.ts'
import { walkedPrice } from './minute-by-minute.ts'

const Earlier = fc.array(
  fc.record({ hoursBefore: fc.integer({ min: 0, max: 40 }), amountFen: fc.integer({ min: 0, max: 3000 }) }),
  { maxLength: 4 },
)
/** Passes, a payment and discounts, in minutes from entry. */
const Rights = fc.record({
  paid: fc.option(fc.integer({ min: 0, max: 2000 }), { nil: undefined }),
  passes: fc.array(
    fc.record({
      from: fc.integer({ min: -1000, max: 3000 }),
      length: fc.integer({ min: 1, max: 3000 }),
      others: fc.array(
        fc.record({ from: fc.integer({ min: -500, max: 100 }), length: fc.integer({ min: 1, max: 2000 }) }),
        {
          maxLength: 3,
        },
      ),
    }),
    { maxLength: 3 },
  ),
  shown: fc.subarray(['amount', 'percent', 'minutes', 'amount-before', 'percent-before', 'minutes-before']),
  earlier: Earlier,
})
const More = fc.record({
  passes: fc.record({
    graceDays: fc.integer({ min: 0, max: 2 }),
    insideAtOnce: fc.integer({ min: 1, max: 2 }),
    afterwards: fc.constantFrom('restart' as const, 'restart-without-free' as const),
  }),
  afterPayment: fc.record({
    graceMin: fc.integer({ min: 0, max: 60 }),
    afterwards: fc.constantFrom('restart' as const, 'restart-without-free' as const, 'continue' as const),
  }),
  discounts: fc.shuffledSubarray(
    [
      { id: 'amount', name: { en: 'a' }, amountFen: 300 },
      { id: 'percent', name: { en: 'p' }, percent: 33 },
      { id: 'minutes', name: { en: 'm' }, minutes: 90 },
      { id: 'amount-before', name: { en: 'ab' }, amountFen: 300, apply: 'before-cap' as const },
      { id: 'percent-before', name: { en: 'pb' }, percent: 33, apply: 'before-cap' as const },
      { id: 'minutes-before', name: { en: 'mb' }, minutes: 90, apply: 'before-cap' as const },
    ],
    { minLength: 6 },
  ),
  vehicles: fc.constantFrom(undefined),
})
const FullTariff: fc.Arbitrary<TariffDocument> = fc
  .tuple(AnyTariff, More)
  .map(([document, more]) => JSON.parse(JSON.stringify({ ...document, ...more })))

type Given = typeof Rights extends fc.Arbitrary<infer T> ? T : never

function stayOf(enteredAtMs: number, minutes: number, { paid, passes, shown, earlier }: Given): RatedStay {
  const ms = (minute: number) => enteredAtMs + minute * minuteMs
  return {
    enteredAtMs,
    leftAtMs: ms(minutes),
    discounts: shown,
    // Who has left before a payment never made it.
    paidAtMs: paid !== undefined && paid <= minutes ? ms(paid) : undefined,
    passes: passes.map(({ from, length, others }) => ({
      validFromMs: ms(from),
      validUntilMs: ms(from + length),
      others: others.map((other) => ({ enteredAtMs: ms(other.from), leftAtMs: ms(other.from + other.length) })),
    })),
    earlier: earlier.map(({ hoursBefore, amountFen }) => ({ enteredAtMs: ms(-60 * hoursBefore), amountFen })),
  }
}

const runs = { numRuns: 400 }

describe('any tariff', () => {
  it('prices a stay as walking through it minute by minute does', () => {
    fc.assert(
      fc.property(
        AnyTariff,
        AnyEntry,
        AnyMinutes,
        fc.integer({ min: 0, max: 3000 }),
        (document, entered, minutes, before) => {
          const stay = { enteredAtMs: entered, leftAtMs: entered + minutes * minuteMs }
          const earlier = [{ enteredAtMs: entered - 5 * minuteMs, amountFen: before }]
          expect(priceStay(document, { ...stay, earlier }).amountFen).toBe(
            walkedPrice(document, entered, minutes, before),
          )
        },
      ),
      { numRuns: 1500 },
    )
  })

  it('never asks less of who stays longer, whatever passes, payments and discounts', () => {
    fc.assert(
      fc.property(FullTariff, AnyEntry, AnyMinutes, AnyMinutes, Rights, (document, entered, a, b, rights) => {
        const price = (minutes: number) => priceStay(document, stayOf(entered, minutes, rights)).amountFen
        expect(price(Math.max(a, b))).toBeGreaterThanOrEqual(price(Math.min(a, b)))
      }),
      runs,
    )
  })

  it('is never negative, and the sum of its lines', () => {
    fc.assert(
      fc.property(FullTariff, AnyEntry, AnyMinutes, Rights, (document, entered, minutes, rights) => {
        const { amountFen, lines } = priceStay(document, stayOf(entered, minutes, rights))
        expect(amountFen).toBeGreaterThanOrEqual(0)
        expect(Number.isInteger(amountFen)).toBe(true)
        expect(lines.reduce((sum, line) => sum + line.amountFen, 0)).toBe(amountFen)
        expect(lines.length).toBeGreaterThan(0)
        for (const { fromMin, untilMin } of lines) {
          expect(fromMin).toBeGreaterThanOrEqual(0)
          expect(untilMin).toBeLessThanOrEqual(minutes)
          expect(untilMin).toBeGreaterThanOrEqual(fromMin)
        }
      }),
      runs,
    )
  })

  it('says the same again, and of a copy; passes and earlier entries in any order', () => {
    fc.assert(
      fc.property(FullTariff, AnyEntry, AnyMinutes, Rights, (document, entered, minutes, rights) => {
        const stay = stayOf(entered, minutes, rights)
        const first = priceStay(document, stay)
        expect(priceStay(document, stay)).toEqual(first)
        expect(priceStay(structuredClone(document), structuredClone(stay))).toEqual(first)
        const turned = { ...stay, passes: stay.passes?.toReversed(), earlier: stay.earlier?.toReversed() }
        expect(priceStay(document, turned)).toEqual(first)
      }),
      runs,
    )
  })

  it('counts completed minutes: the instant of leaving is not charged', () => {
    fc.assert(
      fc.property(
        FullTariff,
        AnyEntry,
        AnyMinutes,
        Rights,
        fc.integer({ min: 0, max: 59_999 }),
        (document, entered, minutes, rights, ms) => {
          const stay = stayOf(entered, minutes, { ...rights, paid: undefined, passes: [] })
          const later = { ...stay, leftAtMs: stay.leftAtMs + ms }
          expect(priceStay(document, later)).toEqual(priceStay(document, stay))
        },
      ),
      runs,
    )
  })

  it('never asks more with one pass or one discount more', () => {
    fc.assert(
      fc.property(AnyTariff, AnyEntry, AnyMinutes, Rights, (document, entered, minutes, rights) => {
        // Where covered time parts a stay, caps of 24 h and blocks begin anew: so the pass covers from the entry on.
        const without = stayOf(entered, minutes, { ...rights, passes: [], paid: undefined, shown: [] })
        const whole = [{ validFromMs: entered, validUntilMs: without.leftAtMs + minuteMs }]
        expect(priceStay(document, { ...without, passes: whole }).amountFen).toBe(0)
        const discounts = [{ id: 'some', name: { en: 's' }, amountFen: 123 }]
        const less = priceStay({ ...document, discounts }, { ...without, discounts: ['some'] }).amountFen
        expect(less).toBe(Math.max(0, priceStay(document, without).amountFen - 123))
      }),
      runs,
    )
  })
})

describe('a cap', () => {
  it('of 24 h, of a day and of a plate is never exceeded', () => {
    fc.assert(
      fc.property(AnyTariff, AnyEntry, AnyMinutes, (document, entered, minutes) => {
        const { amountFen } = priceStay(document, { enteredAtMs: entered, leftAtMs: entered + minutes * minuteMs })
        const { capPer24hFen, capPerDayFen, capAcrossEntriesFen } = document
        const spans = Math.max(1, Math.ceil(minutes / 1440))
        const localDay = (ms: number) => Math.floor((ms + 8 * 3_600_000) / 86_400_000)
        const days = localDay(entered + Math.max(0, minutes - 1) * minuteMs) - localDay(entered) + 1
        if (capPer24hFen != null) expect(amountFen).toBeLessThanOrEqual(capPer24hFen * spans)
        if (capPerDayFen !== undefined) expect(amountFen).toBeLessThanOrEqual(capPerDayFen * days)
        if (capAcrossEntriesFen !== undefined && minutes <= 1440)
          expect(amountFen).toBeLessThanOrEqual(capAcrossEntriesFen)
      }),
      runs,
    )
  })

  it('across entries holds for any 24 h of a plate that comes and goes', () => {
    const Visits = fc.array(
      fc.record({ away: fc.integer({ min: 0, max: 900 }), stay: fc.integer({ min: 0, max: 700 }) }),
      {
        minLength: 1,
        maxLength: 12,
      },
    )
    fc.assert(
      fc.property(AnyTariff, AnyEntry, Visits, fc.integer({ min: 1000, max: 5000 }), (any, entered, visits, capFen) => {
        const document: TariffDocument = { ...any, capAcrossEntriesFen: capFen }
        const earlier: { enteredAtMs: number; amountFen: number }[] = []
        let at = entered
        for (const { away, stay } of visits) {
          const enteredAtMs = at + away * minuteMs
          at = enteredAtMs + stay * minuteMs
          const { amountFen } = priceStay(document, { enteredAtMs, leftAtMs: at, earlier })
          earlier.push({ enteredAtMs, amountFen })
        }
        for (const { enteredAtMs: fromMs } of earlier) {
          const within = earlier.filter(
            ({ enteredAtMs }) => enteredAtMs >= fromMs && enteredAtMs < fromMs + 1440 * minuteMs,
          )
          expect(within.reduce((sum, { amountFen }) => sum + amountFen, 0)).toBeLessThanOrEqual(capFen)
        }
      }),
      runs,
    )
  })
})
