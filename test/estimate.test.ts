import { expect, it } from 'vitest'
import { estimate } from '../bin/evaluation/estimate.ts'

it('gives the mean of runs and the half width of its 95 % interval', () => {
  // Standard deviation 2, five runs: 2.776 · 2 / √5.
  const { mean, half95 } = estimate([8, 8, 10, 12, 12])
  expect(mean).toBe(10)
  expect(half95).toBeCloseTo(2.483, 3)
})

it('knows nothing of the spread of a single run', () => {
  expect(estimate([3])).toEqual({ mean: 3, half95: undefined })
})
