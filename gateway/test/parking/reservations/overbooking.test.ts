import { type Random, seededRandom } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { allocate } from '../../../src/parking/reservations/allocate.ts'
import { riskOfMoreThan, type ShowRate } from '../../../src/parking/reservations/overbooking.ts'
import { appointment, hourMs, morningMs, somePool, supplyOf } from './some-holds.ts'

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k)
/** The binomial tail by its definition. */
const binomialTail = (n: number, p: number, above: number): number => {
  let sum = 0
  for (let k = above + 1; k <= n; k++) sum += choose(n, k) * p ** k * (1 - p) ** (n - k)
  return sum
}
const surely = (p: number): ShowRate => ({ shown: p * 1e9, missed: (1 - p) * 1e9 })

describe('the chance that more come than there are bays', () => {
  it('is the tail of the binomial where the rate is known', () => {
    for (const [n, p, bays] of [
      [12, 0.8, 10],
      [40, 0.9, 38],
      [5, 0.5, 0],
    ] as const) {
      expect(riskOfMoreThan(bays, 0, [{ holds: n, rate: surely(p) }])).toBeCloseTo(binomialTail(n, p, bays), 6)
    }
  })

  it('is higher where the rate is known less', () => {
    const risk = (weight: number) =>
      riskOfMoreThan(10, 0, [{ holds: 13, rate: { shown: 0.7 * weight, missed: 0.3 * weight } }])
    expect(risk(10)).toBeGreaterThan(risk(100))
    expect(risk(100)).toBeGreaterThan(risk(1e9))
  })

  it('is 0 where there are enough bays and 1 where those who are there are too many', () => {
    expect(riskOfMoreThan(10, 4, [{ holds: 6, rate: surely(0.9) }])).toBe(0)
    expect(riskOfMoreThan(3, 4, [])).toBe(1)
  })

  it('adds up groups of different rates: all ways for two to come', () => {
    const groups = [0.5, 0.2].map((p) => ({ holds: 1, rate: surely(p) }))
    expect(riskOfMoreThan(1, 0, groups)).toBeCloseTo(0.1, 6)
    expect(riskOfMoreThan(0, 0, groups)).toBeCloseTo(1 - 0.5 * 0.8, 6)
  })

  it('stays exact for a thousand holds', () => {
    const risk = riskOfMoreThan(850, 0, [{ holds: 1000, rate: { shown: 850, missed: 150 } }])
    expect(risk).toBeGreaterThan(0.45)
    expect(risk).toBeLessThan(0.5)
  })
})

/** Marsaglia and Tsang's gamma draws; a Beta draw is the share of one of two. */
function gamma(shape: number, random: Random): number {
  const d = shape - 1 / 3
  for (;;) {
    const x = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
    const v = (1 + x / Math.sqrt(9 * d)) ** 3
    if (v > 0 && Math.log(1 - random.next()) < x * x * 0.5 + d - d * v + d * Math.log(v)) return d * v
  }
}
const beta = (a: number, b: number, random: Random) => {
  const x = gamma(a, random)
  return x / (x + gamma(b, random))
}

/** How many of twenty rush hours had more arrivals than bays, where as many were booked as the allocator allows. */
function overflowShare(risk: number, seed: number, trueRate: (random: Random) => number, seen: number): number {
  const random = seededRandom(seed)
  const atMs = morningMs + 6 * hourMs
  let overflows = 0
  const hours = 1500
  for (let hour = 0; hour < hours; hour++) {
    const p = trueRate(random)
    const prior = { shown: 16, missed: 4 }
    for (let i = 0; i < seen; i++) random.next() < p ? prior.shown++ : prior.missed++
    const pool = somePool({
      capacity: 22,
      protectedBays: { emergency: 1, disabled: 1 },
      advanceBays: 20,
      risk,
      showRate: () => prior,
    })
    const holds = Array.from({ length: 40 }, () => appointment(atMs, { showGroup: 'group' }))
    const booked = allocate(holds, supplyOf(pool), morningMs).filter(({ state }) => state === 'booked').length
    expect(booked).toBeGreaterThanOrEqual(20)
    let come = 0
    for (let i = 0; i < booked; i++) if (random.next() < p) come++
    if (come > 20) overflows++
  }
  return overflows / hours
}

describe('the stated risk holds when the days are lived through', () => {
  // Three standard errors of 1500 hours above the stated risk.
  const allowed = (risk: number) => risk + 3 * Math.sqrt((risk * (1 - risk)) / 1500)

  it.each([0.01, 0.05, 0.1])('at %f, whatever the true rate is, as often as it is so', (risk) => {
    expect(overflowShare(risk, 7, (random) => beta(16, 4, random), 60)).toBeLessThanOrEqual(allowed(risk))
  })

  it.each([0.6, 0.75, 0.9])('of one in twenty, for a hospital whose true rate is %f', (rate) => {
    expect(overflowShare(0.05, 11, () => rate, 300)).toBeLessThanOrEqual(allowed(0.05))
  })

  it('and without it nobody comes to no bay', () => {
    expect(overflowShare(0, 3, () => 0.5, 300)).toBe(0)
  })

  it('overbooking is worth it: more are booked than there are bays', () => {
    const book = (risk: number) => {
      const pool = somePool({ advanceBays: 8, risk, showRate: () => ({ shown: 140, missed: 60 }) })
      const holds = Array.from({ length: 20 }, () => appointment(morningMs + 6 * hourMs, { showGroup: 'group' }))
      return allocate(holds, supplyOf(pool), morningMs).filter(({ state }) => state === 'booked')
    }
    expect(book(0)).toHaveLength(8)
    expect(book(0.05)).toHaveLength(9)
    expect(book(0.05).filter(({ overbooked }) => overbooked)).toHaveLength(1)
  })

  it('protected bays are never overbooked', () => {
    const pool = somePool({ advanceBays: 0, risk: 0.2, showRate: () => ({ shown: 10, missed: 90 }) })
    const holds = Array.from({ length: 3 }, () =>
      appointment(morningMs + 6 * hourMs, { need: 'disabled', showGroup: 'g' }),
    )
    expect(allocate(holds, supplyOf(pool), morningMs).map(({ bay }) => bay)).toEqual(['D1', null, null])
  })
})
