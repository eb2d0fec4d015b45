import { seededRandom } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { askForest, growForest } from '../../../src/parking/forecast/boosted-trees.ts'

const options = { trees: 60, rate: 0.2, leaves: 8, leastRows: 20, rowShare: 0.7, columnShare: 1, clip: 10 }

/** The target follows the first column unless the second is above a half; the third is noise, or not known. */
function world(rows: number, seed = 1) {
  const random = seededRandom(seed)
  const columns = [0, 1, 2].map(() => Float32Array.from({ length: rows }, () => random.next()))
  columns[2]!.fill(Number.NaN, 0, rows / 2)
  const target = Float32Array.from({ length: rows }, (_, i) => (columns[1]![i]! > 0.5 ? 5 : 2 * columns[0]![i]!))
  return { columns, target }
}

describe('a forest', () => {
  it('learns what the rows follow, also where columns act together', () => {
    const { columns, target } = world(4000)
    const forest = growForest(columns, target, options, seededRandom(7))
    for (const [a, b, said] of [
      [0.1, 0.2, 0.2],
      [0.9, 0.2, 1.8],
      [0.1, 0.8, 5],
    ] as const) {
      expect(Math.abs(askForest(forest, [a, b, Number.NaN]) - said)).toBeLessThan(0.25)
    }
  })

  it('is drawn to the median, not to a few wild rows', () => {
    const target = Float32Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 ? 1000 : 1))
    const forest = growForest([new Float32Array(1000)], target, options, seededRandom(7))
    expect(askForest(forest, [0])).toBeCloseTo(1, 2)
  })

  it('is the same for the same seed, another for another', () => {
    const { columns, target } = world(2000)
    const grow = (seed: number) => growForest(columns, target, options, seededRandom(seed))
    expect(grow(7)).toEqual(grow(7))
    expect(grow(8)).not.toEqual(grow(7))
  })

  it('says of a row of its own what it was fitted to, also at the edges of bins', () => {
    const values = Float32Array.from({ length: 640 }, (_, i) => Math.floor(i / 10) / 10)
    const target = values.map((value) => (value >= 3.2 ? 10 : 0))
    const forest = growForest([values], target, { ...options, rowShare: 1 }, seededRandom(7))
    for (const value of values) expect(askForest(forest, [value])).toBeCloseTo(value >= 3.2 ? 10 : 0, 3)
  })
})
