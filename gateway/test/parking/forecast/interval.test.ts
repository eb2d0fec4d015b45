import { seededRandom } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { ErrorWindow } from '../../../src/parking/forecast/interval.ts'

/** Share of errors that fell within the interval that was given before each of them. */
function coverage(errors: readonly number[], hourOf: (i: number) => number = () => 0): number {
  const window = new ErrorWindow(1)
  let inside = 0
  let given = 0
  for (const [i, error] of errors.entries()) {
    const interval = window.around(hourOf(i))
    if (interval) {
      given++
      inside += Number(error >= interval.below && error <= interval.above)
    }
    window.learn(hourOf(i), error)
  }
  return inside / given
}

describe('an interval', () => {
  it('holds nine tenths of what comes, however skewed the errors are', () => {
    const random = seededRandom(5)
    expect(coverage(Array.from({ length: 5000 }, () => -Math.log(1 - random.next())))).toBeCloseTo(0.9, 1.5)
  })

  it('does so in quiet and in busy hours alike', () => {
    const random = seededRandom(6)
    const errors = Array.from({ length: 9600 }, (_, i) => (random.next() - 0.5) * (i % 96 < 48 ? 1 : 20))
    const hourOf = (i: number) => Math.floor((i % 96) / 4)
    const window = new ErrorWindow(1)
    for (const [i, error] of errors.entries()) window.learn(hourOf(i), error)
    const width = (hour: number) => window.around(hour)!.above - window.around(hour)!.below
    expect(width(20)).toBeGreaterThan(8 * width(3))
    expect(coverage(errors, hourOf)).toBeCloseTo(0.9, 1.5)
  })

  it('recovers when the lot becomes wilder', () => {
    const random = seededRandom(7)
    const errors = Array.from({ length: 8000 }, (_, i) => (random.next() - 0.5) * (i < 3000 ? 2 : 10))
    expect(coverage(errors)).toBeGreaterThan(0.87)
    expect(coverage(errors)).toBeLessThan(0.93)
  })

  it('is not given before there are errors to make it of', () => {
    const window = new ErrorWindow(1)
    for (let i = 0; i < 39; i++) window.learn(1, 1)
    expect(window.around(1)).toBeUndefined()
    window.learn(1, 1)
    expect(window.around(1)).toBeDefined()
  })
})
