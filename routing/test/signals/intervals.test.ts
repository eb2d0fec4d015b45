import { describe, expect, it } from 'vitest'
import { allRedS, pedestrianClearanceS, yellowS } from '../../src/signals/intervals.ts'

describe('intervals', () => {
  it('yellow follows the approach speed, between 3 and 6 s in half seconds', () => {
    expect(yellowS(30 / 3.6)).toBe(3)
    expect(yellowS(50 / 3.6)).toBe(3.5)
    expect(yellowS(70 / 3.6)).toBe(4.5)
    expect(yellowS(130 / 3.6)).toBe(6)
  })

  it('yellow is longer downhill', () => {
    expect(yellowS(70 / 3.6, -0.06)).toBe(5.5)
  })

  it('all-red lets the last vehicle clear the conflict: (20 + 6) / 13.9 = 1.9 → 2 s', () => {
    expect(allRedS(20, 50 / 3.6)).toBe(2)
  })

  it('all-red counts no crossing slower than 20 km/h and fits the message', () => {
    expect(allRedS(27, 1)).toBe(6)
    expect(allRedS(500, 1)).toBe(20)
  })

  it('pedestrian clearance is a second per metre', () => {
    expect(pedestrianClearanceS(6.5)).toBe(7)
  })
})
