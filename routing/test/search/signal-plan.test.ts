import { seededRandom } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { type ApproachPlan, timedWaits, waitForGreen } from '../../src/search/signal-plan.ts'

const plan: ApproachPlan = { cycleMs: 60_000, startMs: 5000, greens: [{ fromMs: 10_000, toMs: 30_000 }] }

describe('the wait for green', () => {
  it('is nothing while it is green and lasts to the next start of green otherwise', () => {
    expect(waitForGreen(plan, 5000)).toBe(10_000)
    expect(waitForGreen(plan, 15_000)).toBe(0)
    expect(waitForGreen(plan, 34_999)).toBe(0)
    expect(waitForGreen(plan, 35_000)).toBe(40_000)
    expect(waitForGreen(plan, 35_000 + 7 * 60_000)).toBe(40_000)
    expect(waitForGreen(plan, -25_000 - 60_000)).toBe(40_000)
  })

  it('knows a green that runs over the end of the cycle, and several in one', () => {
    const over = { ...plan, startMs: 0, greens: [{ fromMs: 50_000, toMs: 70_000 }] }
    expect([0, 9999, 10_000, 49_999, 50_000].map((ms) => waitForGreen(over, ms))).toEqual([0, 0, 40_000, 1, 0])
    const greens = [
      { fromMs: 0, toMs: 10_000 },
      { fromMs: 30_000, toMs: 35_000 },
    ]
    expect([0, 10_000, 35_000].map((ms) => waitForGreen({ ...plan, startMs: 0, greens }, ms))).toEqual([
      0, 20_000, 25_000,
    ])
  })
})

describe('waits by plan', () => {
  it('never let one who leaves later arrive earlier, at the horizon and with a cap either', () => {
    const random = seededRandom(4)
    for (let round = 0; round < 300; round++) {
      const cycleMs = 40_000 + random.integer(60_000)
      const fromMs = random.integer(cycleMs)
      const toMs = fromMs + 1 + random.integer(cycleMs - 1)
      const drawn: ApproachPlan = { cycleMs, startMs: random.integer(100_000), greens: [{ fromMs, toMs }] }
      const waits = timedWaits(
        () => drawn,
        Int32Array.of(random.integer(20_000)),
        random.integer(10_000_000),
        120_000,
        random.integer(2) === 0 ? undefined : 3000,
      )
      let before = 0
      for (let ms = 0; ms < 240_000; ms += 1 + random.integer(900)) {
        const leaves = ms + waits.at(0, ms)
        expect(leaves).toBeGreaterThanOrEqual(before)
        before = leaves
      }
    }
  })

  it('are the expected ones where no plan is known', () => {
    expect(timedWaits(() => undefined, Int32Array.of(7000), 0, 60_000).at(0, 10)).toBe(7000)
  })
})
