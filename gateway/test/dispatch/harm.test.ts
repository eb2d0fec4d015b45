import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type HeardApproach, harmInSum, harmOf, type ServedCall } from '../../src/dispatch/harm.ts'
import type { DetectorSample } from '../../src/signals/detector-history.ts'

const cycleS = 60
/** Called at 300 s, back in its plan at 420 s, its own movement green from 310 to 340 s. */
const call: ServedCall = { calledMs: 300_000, endMs: 420_000, greens: [{ fromMs: 310_000, toMs: 340_000 }] }

/** A report every 10 s until 420 s, of a queue and of who crossed, by the end of its period in seconds. */
const samples = (queue: (atS: number) => number | undefined, count: (atS: number) => number = () => 1) =>
  Array.from({ length: 42 }, (_, i): DetectorSample => {
    const atS = (i + 1) * 10
    const vehicles = queue(atS)
    const queueM = vehicles === undefined ? undefined : (vehicles * 1000) / 140
    return { atMs: atS * 1000, periodS: 10, count: count(atS), queue: vehicles, queueM }
  })
const approach = (lanes: number, queue: (atS: number) => number | undefined): HeardApproach => ({
  lanes,
  samples: samples(queue),
})
const silent: HeardApproach = { lanes: 1, samples: [] }

describe('wasted green', () => {
  const wasted = (count: (atS: number) => number, greens = call.greens) =>
    harmOf({ ...call, greens }, { lanes: 1, samples: samples(() => 0, count) }, [], cycleS).wastedGreenS

  it('is the green in whose reports nobody crossed', () => {
    expect(wasted((atS) => (atS === 330 ? 0 : 2))).toBe(10)
    expect(wasted(() => 0)).toBe(30)
    expect(wasted(() => 1)).toBe(0)
  })

  it('counts of a report what lies in the green', () => {
    // The report of 310 to 320 s: 5 s of it.
    expect(wasted((atS) => (atS === 320 ? 0 : 1), [{ fromMs: 315_000, toMs: 340_000 }])).toBe(5)
  })

  it('is none without a green, and unknown without a report', () => {
    expect(wasted(() => 0, [])).toBe(0)
    expect(harmOf(call, silent, [], cycleS).wastedGreenS).toBeNull()
  })
})

describe('the delay of side streets', () => {
  const delay = (...others: HeardApproach[]) => harmOf(call, silent, others, cycleS).sideDelayVehS

  it('is what stands more than usual, on every lane, for as long as it does', () => {
    // Two vehicles a lane as ever, seven from 320 to 360 s: five more on two lanes for four reports of 10 s.
    const queue = (atS: number) => (atS > 320 && atS <= 360 ? 7 : 2)
    expect(delay(approach(2, queue))).toBe(5 * 2 * 40)
  })

  it('compares with the same time of the cycle', () => {
    const inCycle = (atS: number) => (atS % 60) / 10
    expect(delay(approach(1, inCycle))).toBe(0)
    expect(delay(approach(1, (atS) => inCycle(atS) + (atS > 400 ? 3 : 0)))).toBe(3 * 20)
  })

  it('is set off against what stands less than usual, and is never a gain', () => {
    const more = approach(1, (atS) => (atS > 300 ? 3 : 1))
    const less = approach(1, (atS) => (atS > 300 ? 0 : 1))
    expect(delay(more, less)).toBe((2 - 1) * 120)
    expect(delay(less)).toBe(0)
  })

  it('is unknown where nothing was heard before or after the call, or no queue is measured', () => {
    expect(delay()).toBeNull()
    expect(delay(silent)).toBeNull()
    expect(delay(approach(1, () => undefined))).toBeNull()
    expect(delay({ lanes: 1, samples: samples(() => 4).filter(({ atMs }) => atMs > 300_000) })).toBeNull()
    expect(delay({ lanes: 1, samples: samples(() => 4).filter(({ atMs }) => atMs <= 300_000) })).toBeNull()
    expect(
      delay(
        silent,
        approach(1, () => 4),
      ),
    ).toBe(0)
  })

  it('is never below zero, and zero when queues are as usual', () => {
    const inCycle = fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { minLength: 6, maxLength: 6 })
    fc.assert(
      fc.property(inCycle, fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { minLength: 12 }), (usual, after) => {
        const asEver = (atS: number) => usual[(atS / 10) % 6]!
        expect(delay(approach(2, asEver))).toBe(0)
        const otherwise = (atS: number) => (atS > 300 ? after[(atS / 10) % after.length]! : asEver(atS))
        expect(delay(approach(2, otherwise))).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})

it('the longest queue is the longest of any side street while the junction was called', () => {
  const others = [approach(1, (atS) => (atS === 350 ? 14 : 1)), approach(1, (atS) => (atS === 290 ? 40 : 7)), silent]
  expect(harmOf(call, silent, others, cycleS).longestSideQueueM).toBe(100)
  expect(harmOf(call, silent, [silent], cycleS).longestSideQueueM).toBeNull()
})

it('of several junctions it is the sum of what is known, and the longest queue', () => {
  const [one, two] = [
    { wastedGreenS: 4, sideDelayVehS: null, longestSideQueueM: 30 },
    { wastedGreenS: 3.5, sideDelayVehS: 120, longestSideQueueM: 20 },
  ]
  expect(harmInSum([one, two])).toEqual({ wastedGreenS: 7.5, sideDelayVehS: 120, longestSideQueueM: 30 })
  expect(harmInSum([])).toEqual({ wastedGreenS: null, sideDelayVehS: null, longestSideQueueM: null })
})
