import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plantedFaults } from './planted-faults.ts'
import { judge } from './properties.ts'
import type { Tally } from './rehearsal.ts'
import { anything, rehearsed } from './scenario.ts'
import { search } from './search.ts'

// `npm run safety` searches a hundred thousand; these keep the search itself sound.

describe('whatever is requested, cancelled, cut, set, detected and stepped', () => {
  const tally: Tally = {}

  it('nothing conflicts, nothing is shortened, and every junction finds back to its plan', () => {
    const failure = search(250, 20261123, { tally })
    expect(failure && `${failure.why}; npm run safety -- --replay ${failure.shrunk}`).toBeUndefined()
  })

  it('was played in earnest', () => {
    const happenings = [
      'cut',
      'mend',
      'lose controller',
      'find controller',
      'leap',
      'stall',
      'hand',
      'flash',
      'replayed',
    ]
    const outcomes = ['answered granted', 'answered watchOtherTraffic', 'answered maxPresence', 'mode preempted']
    for (const what of [...happenings, ...outcomes, 'bus new', 'priority calls']) {
      expect(tally[what], what).toBeGreaterThan(5)
    }
  })
})

describe('the same search finds', () => {
  it.each(plantedFaults)('$name', ({ plant, blame, trip }) => {
    const blamed = new Set<string>()
    const trips = new Set<string>()
    for (const scenario of fc.sample(anything, { seed: 7, numRuns: 200 })) {
      const table = (rehearsed[scenario.table] as (typeof rehearsed)[number])()
      for (const { rule, text } of judge(scenario, plant(table))) {
        blamed.add(rule)
        if (rule === 'trip') trips.add(text.slice(0, text.indexOf(':')))
      }
      if (blamed.has(blame) && (!trip || trips.has(trip))) break
    }
    expect([...blamed]).toContain(blame)
    if (trip) expect([...trips]).toContain(trip)
  })
})
