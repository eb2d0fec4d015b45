import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeptDays } from '../../../src/parking/numbers/kept-days.ts'

interface Day {
  dayMs: number
  version: number
}

describe('days kept in memory', () => {
  it('are always those of the store, whatever is asked and changed', () => {
    const Step = fc.record({
      lot: fc.constantFrom('a', 'b', 'c'),
      from: fc.integer({ min: 0, max: 20 }),
      days: fc.integer({ min: 1, max: 12 }),
      changes: fc.array(fc.record({ lot: fc.constantFrom('a', 'b', 'c'), day: fc.integer({ min: 0, max: 20 }) })),
    })
    fc.assert(
      fc.property(fc.array(Step, { maxLength: 30 }), fc.integer({ min: 1, max: 30 }), (steps, most) => {
        const store = new Map<string, Map<number, Day>>()
        const kept = new KeptDays<Day>(most)
        let version = 0
        const stored = (lot: string, from: number, to: number) =>
          [...(store.get(lot) ?? new Map<number, Day>()).values()]
            .filter(({ dayMs }) => dayMs >= from && dayMs < to)
            .sort((a, b) => a.dayMs - b.dayMs)
        for (const { lot, from, days, changes } of steps) {
          for (const { lot: changed, day } of changes) {
            const ofLot = store.get(changed) ?? new Map<number, Day>()
            store.set(changed, ofLot.set(day, { dayMs: day, version: ++version }))
            kept.drop(changed, day)
          }
          const given = kept.days(lot, from, from + days, (begin, end) => stored(lot, begin, end))
          expect(given).toEqual(stored(lot, from, from + days))
        }
      }),
    )
  })

  it('are read once', () => {
    const kept = new KeptDays<Day>(10)
    let reads = 0
    const load = () => {
      reads++
      return [{ dayMs: 3, version: 1 }]
    }
    kept.days('a', 0, 5, load)
    expect(kept.days('a', 2, 4, load)).toEqual([{ dayMs: 3, version: 1 }])
    expect(reads).toBe(1)
    kept.drop('a', 3)
    kept.days('a', 2, 4, load)
    expect(reads).toBe(2)
  })
})
