import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TokenBucket } from '../../src/broker/token-bucket.ts'

it('lets a burst through at once and then the rate, whoever waits as told', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 100 }),
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 1, max: 200 }),
      (takes, rate, burst) => {
        const bucket = new TokenBucket(rate, burst, 0)
        let nowMs = 0
        let taken = 0
        for (const items of takes) {
          taken += items
          nowMs += bucket.take(items, nowMs) * 1000
          expect(taken).toBeLessThanOrEqual(burst + (rate * nowMs) / 1000 + 1e-6)
        }
      },
    ),
  )
})

it('does not punish a clock that steps back', () => {
  const bucket = new TokenBucket(10, 10, 5_000)
  expect(bucket.take(10, 1_000)).toBe(0)
  expect(bucket.take(5, 2_000)).toBe(0)
})
