import type { TariffDocument } from '@clearway/contracts'
import fc from 'fast-check'
import { tariffFaults } from '../../../src/parking/tariffs/tariff-faults.ts'
import { at } from './some-tariffs.ts'

type Window = NonNullable<TariffDocument['windows']>[number]

const Fen = fc.integer({ min: 0, max: 1000 })
const Block = fc.record({ everyMin: fc.integer({ min: 1, max: 300 }), amountFen: Fen })
const First = fc.option(fc.record({ untilMin: fc.integer({ min: 1, max: 300 }), amountFen: Fen }), { nil: undefined })
const Cap = fc.option(fc.integer({ min: 1000, max: 8000 }), { nil: undefined })
const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

const Rate = fc.record({ first: First, further: Block, capFen: Cap })

/** Windows from cuts of the day; the last passes midnight where the first cut is not there. */
const dayOf = (days: Window['days']) =>
  fc
    .uniqueArray(fc.integer({ min: 0, max: 95 }), { minLength: 1, maxLength: 4 })
    .chain((cuts) =>
      fc.tuple(fc.constant(cuts.toSorted((a, b) => a - b)), fc.array(Rate, { minLength: 4, maxLength: 4 })),
    )
    .map(([cuts, rates]): Window[] =>
      cuts.map((cut, i) => {
        const times = cuts.length === 1 ? {} : { from: clock(cut * 15), until: clock((cuts[i + 1] ?? cuts[0]!) * 15) }
        return { ...(days && { days }), ...times, ...rates[i]! }
      }),
    )

const Windows = fc.oneof(
  dayOf(undefined),
  fc
    .tuple(dayOf(['workday', 'swapped-workday']), dayOf(['weekend', 'public-holiday']))
    .map(([worked, off]) => [...worked, ...off]),
)

const plain = (window: Window): Window => ({ ...window, first: undefined, steps: undefined }) as Window

/** Any tariff without vehicles, passes, discounts and rounding. */
export const AnyTariff: fc.Arbitrary<TariffDocument> = fc
  .record({
    free: fc.option(
      fc.record({
        withinMin: fc.integer({ min: 0, max: 180 }),
        kind: fc.constantFrom('threshold' as const, 'allowance' as const),
        inclusive: fc.boolean(),
      }),
      { nil: undefined },
    ),
    first: First,
    stepBlocks: fc.integer({ min: 0, max: 3 }),
    step: Block,
    further: Block,
    windows: fc.option(Windows, { nil: undefined }),
    blocks: fc.constantFrom(
      undefined,
      { clock: 'window' as const },
      { clock: 'window' as const, rounding: 'once' as const },
      { clock: 'entry' as const },
    ),
    capPer24hFen: Cap,
    capPerDayFen: Cap,
    capAcrossEntriesFen: Cap,
    after24h: fc.constantFrom(undefined, 'continue', 'restart', 'restart-without-free', 'ignore'),
  })
  .map(({ stepBlocks, step, further, windows, blocks, ...rest }): TariffDocument => {
    const untilMin = (rest.first?.untilMin ?? 0) + stepBlocks * step.everyMin
    const prices = windows
      ? { windows: blocks && (blocks.clock === 'entry' || 'rounding' in blocks) ? windows.map(plain) : windows, blocks }
      : { steps: stepBlocks > 0 && untilMin <= 1440 ? [{ ...step, untilMin }] : undefined, further }
    return JSON.parse(JSON.stringify({ name: { en: 'any' }, ...rest, ...prices }))
  })
  .filter((document) => tariffFaults(document).length === 0)

/** A minute of 2026 in Shanghai, around National Day as often as not. */
export const AnyEntry = fc
  .oneof(fc.integer({ min: 0, max: 360 * 1440 }), fc.integer({ min: 268 * 1440, max: 284 * 1440 }))
  .map((minute) => at('2026-01-01 00:00') + minute * 60_000)
export const AnyMinutes = fc.oneof(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 0, max: 4 * 1440 }))
