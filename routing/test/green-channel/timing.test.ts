import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accelerationLoss,
  activationMargin,
  activationTime,
  arrivalWindow,
  compareClaims,
  compareImportance,
  parseImportance,
  queueAfter,
  queueClearance,
  queueReach,
  queueTailPasses,
  residualDelay,
  stoppingDistance,
  timesTo,
  uniformDelay,
} from '../../src/green-channel/green-channel.ts'
import { arrivalSpread } from '../../src/search/arrival-spread.ts'

describe('queue clearance', () => {
  it('is start-up loss and one headway per vehicle', () => {
    expect(queueClearance(0)).toBe(0)
    expect(queueClearance(10, 1800)).toBeCloseTo(2 + 20, 9)
    expect(queueClearance(5)).toBeCloseTo(2 + 5 * (3600 / 1900), 9)
  })

  it('refuses a saturation flow that lets nobody through', () => {
    expect(() => queueClearance(3, 0)).toThrow(/flow is 0/)
  })

  it('is the same by kinematic waves, whatever the speed', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 60, noNaN: true }),
        fc.double({ min: 5, max: 30, noNaN: true }),
        fc.double({ min: 1200, max: 1900, noNaN: true }),
        (queue, speedMps, flow) => {
          expect(queueTailPasses(queue, { arrivalFlow: 0, speedMps, flow })).toBeCloseTo(
            queue === 0 ? 0 : queueClearance(queue, flow) - 2,
            6,
          )
        },
      ),
    )
  })

  it('counts what arrives while waiting', () => expect(queueAfter(4, 600, 30)).toBeCloseTo(9, 9))
})

describe('queue growth', () => {
  // q 600 veh/h, v 50 km/h, s 1,800: k_m = 36, w_d = 1800/104 = 17.308 km/h; w_s = 600/128 = 4.6875 km/h.
  it('reaches as far as the two waves meet', () => {
    const reach = queueReach(60, { arrivalFlow: 600, speedMps: 50 / 3.6, flow: 1800 })
    expect(reach).toBeCloseTo((60 * ((4.6875 * 17.3077) / (17.3077 - 4.6875))) / 3.6, 1)
  })

  it('has no end when arrivals exceed what can leave', () => {
    expect(queueReach(60, { arrivalFlow: 1900, speedMps: 14, flow: 1800 })).toBe(Number.POSITIVE_INFINITY)
  })

  it('grows with the red and with the arrivals', () => {
    const at = (redS: number, arrivalFlow: number) => queueReach(redS, { arrivalFlow, speedMps: 14 })
    expect(at(0, 600)).toBe(0)
    expect(at(30, 600)).toBeLessThan(at(60, 600))
    expect(at(60, 300)).toBeLessThan(at(60, 600))
  })
})

describe('delay', () => {
  it('without priority follows the uniform term', () => {
    // C 90, g 30, x 0.9: 90·(2/3)² / (2·(1 − 0.3)) = 28.57
    expect(uniformDelay(90, 30, 0.9)).toBeCloseTo(28.571, 3)
    // An empty approach waits red² / (2·cycle).
    expect(uniformDelay(90, 30, 0)).toBeCloseTo(60 ** 2 / 180, 9)
    expect(uniformDelay(90, 90, 1)).toBe(0)
  })

  it('with priority is what is left of entry, queue and margin on arrival', () => {
    expect(residualDelay(13, 8, 3.4, 20)).toBeCloseTo(4.4, 9)
    expect(residualDelay(13, 8, 3.4, 30)).toBe(0)
  })

  it('is nothing when the request goes out at the activation time', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 60, noNaN: true }),
        fc.double({ min: 0, max: 60, noNaN: true }),
        fc.double({ min: 0, max: 5, noNaN: true }),
        fc.integer({ min: 0, max: 600 }),
        (entryS, queueS, commandDelayS, untilS) => {
          const marginS = activationMargin(commandDelayS)
          const onMs = activationTime(untilS * 1000, entryS, queueS, marginS)
          expect(residualDelay(entryS, queueS, marginS, untilS - onMs / 1000)).toBeCloseTo(0, 6)
        },
      ),
    )
  })
})

describe('arrival', () => {
  const milestones = [
    { offsetM: 300, ...arrivalSpread(20, 2) },
    { offsetM: 900, ...arrivalSpread(60, 4) },
    { offsetM: 1000, ...arrivalSpread(70, 4) },
  ]

  it('interpolates between the junctions of a route and stays within its ends', () => {
    expect(timesTo(milestones, -5)).toEqual({ earliestS: 0, expectedS: 0, latestS: 0 })
    expect(timesTo(milestones, 150).expectedS).toBe(10)
    expect(timesTo(milestones, 600).expectedS).toBe(40)
    expect(timesTo(milestones, 5000)).toMatchObject(arrivalSpread(70, 4))
  })

  it('keeps early, expected and late in order for any speed and place', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1000, noNaN: true }),
        fc.double({ min: 0, max: 1000, noNaN: true }),
        fc.option(fc.double({ min: 0, max: 40, noNaN: true }), { nil: undefined }),
        (progressM, offsetM, speedMps) => {
          const window = arrivalWindow(milestones, progressM, speedMps, offsetM, 1_000_000)
          expect(window.earliestMs).toBeGreaterThanOrEqual(1_000_000)
          expect(window.earliestMs).toBeLessThanOrEqual(window.expectedMs)
          expect(window.expectedMs).toBeLessThanOrEqual(window.latestMs)
        },
      ),
    )
  })

  it('is early by what a free road saves, waits at signals among it', () => {
    // (60 − 4) / 1.15 and 60 · 1.3
    const window = arrivalWindow(milestones, 0, undefined, 900, 0)
    expect(window.earliestMs).toBeCloseTo(48_696, 0)
    expect(window.expectedMs).toBe(60_000)
    expect(window.latestMs).toBeCloseTo(78_000, 6)
  })

  it('adds the time to get up to speed', () => {
    expect(accelerationLoss(0, 15)).toBeCloseTo(5, 9)
    expect(accelerationLoss(20, 15)).toBe(0)
  })

  it('stops within one second of reaction and braking at 3 m/s²', () => {
    expect(stoppingDistance(15)).toBeCloseTo(15 + 37.5, 9)
  })
})

describe('importance', () => {
  it('puts class before level and 10 after 9', () => {
    expect(compareImportance('1/4', '1/2')).toBeGreaterThan(0)
    expect(compareImportance('1/10', '2/1')).toBeLessThan(0)
    expect(compareImportance('9/1', '10/1')).toBeLessThan(0)
    expect(compareImportance('1/4', '1/4')).toBe(0)
  })

  it('refuses what is not class and level', () => {
    for (const text of ['', '0/1', '1/11', '1-4', '1/4 ']) expect(() => parseImportance(text)).toThrow(text)
  })

  it('orders claims totally: the same winner in whatever order they come', () => {
    const claim = fc.record({
      importance: fc.constantFrom('1/1', '1/4', '3/1'),
      earliestMs: fc.integer({ min: 0, max: 3 }),
      id: fc.constantFrom('a', 'b', 'c', 'd'),
    })
    fc.assert(
      fc.property(claim, claim, claim, (a, b, c) => {
        expect(Math.sign(compareClaims(a, b))).toBe(-Math.sign(compareClaims(b, a)) + 0)
        if (compareClaims(a, b) <= 0 && compareClaims(b, c) <= 0) expect(compareClaims(a, c)).toBeLessThanOrEqual(0)
      }),
    )
  })
})
