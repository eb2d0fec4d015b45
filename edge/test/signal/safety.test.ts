import type { JunctionTable } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SimulatedController } from '../../src/index.ts'
import { plantedFaults } from './planted-faults.ts'
import { judge } from './properties.ts'
import { Rehearsal, type Tally } from './rehearsal.ts'
import { anything, rehearsed } from './scenario.ts'
import { search } from './search.ts'

// `npm run safety` searches a hundred thousand; these keep the search itself sound.

describe('whatever is requested, cancelled, cut, set, detected and stepped', () => {
  const tally: Tally = {}

  it('nothing conflicts, nothing is shortened, and every junction finds back to its plan', () => {
    const failure = search(150, 20261123, { tally })
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
      expect(tally[what], what).toBeGreaterThan(2)
    }
  })
})

it('a tripped monitor is switched off by nothing that is asked, cancelled, cut, set or detected', () => {
  let tripped = 0
  for (const scenario of fc.sample(anything, { seed: 3, numRuns: 40 })) {
    // It asks for more yellow than the controller has, so the first yellow trips it.
    const cabinet = (table: JunctionTable) => {
      const groups = table.groups.map((group) => ({ ...group, yellowS: group.yellowS * 1.1 }))
      return new SimulatedController(table, { ...table, groups })
    }
    const rehearsal = new Rehearsal(scenario, { cabinet })
    rehearsal.until(() => rehearsal.cabinet.trip !== undefined, 300)
    const { trip } = rehearsal.cabinet
    tripped += trip ? 1 : 0
    for (const happening of trip ? scenario.happenings : []) {
      rehearsal.happen(happening)
      expect(rehearsal.cabinet.trip).toBe(trip)
      expect(rehearsal.cabinet.display.mode).toBe('flash')
    }
  }
  expect(tripped).toBeGreaterThan(30)
})

describe('found by the search, once:', () => {
  // An update that made a bus of an ambulance kept the call while another ambulance was served.
  it('a request that turns from an ambulance into a bus loses its pre-emption', () => {
    const way = { approach: 1, exit: 0, importance: '1/1', arrivalS: 0, cancels: false }
    const ambulance = { ...way, afterTicks: 0, what: 'mission', request: 3, role: 'ambulance', durationS: 1 } as const
    const bus = { ...ambulance, role: 'bus', durationS: 30 } as const
    const other = { ...bus, request: 0, role: 'ambulance', approach: 3, exit: 1 } as const
    const table = rehearsed.findIndex((make) => make().id === 'j-crossing-coordinated')
    const later = { afterTicks: 30, what: 'mend' } as const
    expect(judge({ table, tickMs: 1000, happenings: [ambulance, bus, other, later], replays: [] })).toEqual([])
  })
})

describe('the same search finds', () => {
  it.each(plantedFaults)('$name', ({ plant, blame, trip }) => {
    const blamed = new Set<string>()
    const trips = new Set<string>()
    for (const scenario of fc.sample(anything, { seed: 7, numRuns: 400 })) {
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
