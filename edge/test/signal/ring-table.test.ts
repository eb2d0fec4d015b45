import { cycleOf, type Intergreen, type JunctionTable, nominalStages, type RingPlan } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { checkRingPlan } from '../../src/signal/ring-table.ts'
import { checkTimingTable } from '../../src/signal/timing-table.ts'
import { eightPhase } from './ring-fixtures.ts'

type RingTable = JunctionTable & { rings: RingPlan }

const phase = (table: RingTable, number: number) => table.rings.phases.find((other) => other.number === number)!
const drop = (table: RingTable, a: string, b: string) => {
  const is = ({ ends, begins }: Intergreen) => [a, b].includes(ends) && [a, b].includes(begins)
  table.intergreens = table.intergreens.filter((pair) => !is(pair))
}
const conflict = (table: RingTable, a: string, b: string) => {
  const redOf = (id: string) => table.intergreens.find(({ ends }) => ends === id)!.redS
  table.intergreens.push({ ends: a, begins: b, redS: redOf(a) }, { ends: b, begins: a, redS: redOf(b) })
}

it.each(['free', 'coordinated', 'fixed-time'] as const)('finds nothing wrong with a sound table, %s', (operation) => {
  expect(checkTimingTable(eightPhase({ operation }))).toEqual([])
})

it('has nothing to say about a stage plan', () => {
  const { rings: _, ...table } = eightPhase()
  expect(checkRingPlan(table)).toEqual([])
})

describe('refuses, naming the field,', () => {
  const cases: [string, string, RegExp, (table: RingTable) => void][] = [
    [
      'rings with different numbers of barriers',
      'rings.rings.1',
      /has 1 barriers, ring 0 has 2/,
      (t) => (t.rings.rings[1] = [[5, 6, 7, 8]]),
    ],
    ['an unknown phase in a ring', 'rings.rings.0', /9 is not a phase/, (t) => t.rings.rings[0]![1]!.push(9)],
    [
      'a phase that is in the rings twice',
      'rings.rings.1',
      /phase 4 is in the rings twice/,
      (t) => t.rings.rings[1]![0]!.push(4),
    ],
    ['a phase in no ring', 'rings.phases.7.number', /phase 8 is in no ring/, (t) => t.rings.rings[1]![1]!.pop()],
    ['two phases of one number', 'rings.phases.1.number', /1 is taken/, (t) => (t.rings.phases[1]!.number = 1)],
    [
      'a side without any phase',
      'rings.rings.0.2',
      /no ring has a phase/,
      (t) => {
        for (const ring of t.rings.rings) ring.push([])
      },
    ],
    [
      'an unknown group in a phase',
      'rings.phases.0.groups.0',
      /"l-x" is not a group/,
      (t) => (phase(t, 1).groups[0] = 'l-x'),
    ],
    [
      'a group in two phases',
      'rings.phases.1.groups.2',
      /"l-e" is already in rings.phases.0/,
      (t) => phase(t, 2).groups.push('l-e'),
    ],
    ['a phase for walkers alone', 'rings.phases.1.groups', /has 0 vehicle groups/, (t) => phase(t, 2).groups.shift()],
    ['a group in no phase', 'groups.12', /"p-e" is in no phase/, (t) => phase(t, 8).groups.pop()],
    [
      'an unknown phase in an overlap',
      'rings.overlaps.0.phases.2',
      /9 is not a phase/,
      (t) => t.rings.overlaps[0]!.phases.push(9),
    ],
    [
      'an overlap that conflicts with a phase it includes',
      'rings.overlaps.0.phases.2',
      /"v-e" of phase 6 conflicts with "r-n"/,
      (t) => t.rings.overlaps[0]!.phases.push(6),
    ],
    [
      'an unknown overlap',
      'rings.overlaps.0.group',
      /"r-x" is not a group/,
      (t) => (t.rings.overlaps[0]!.group = 'r-x'),
    ],
    [
      'a walk that conflicts with its own phase',
      'rings.phases.1.groups',
      /"v-w" and "p-s" of phase 2 conflict/,
      (t) => conflict(t, 'v-w', 'p-s'),
    ],
    [
      'phases of one ring that could be green together',
      'intergreens',
      /"l-e" → "v-w" is missing: phases 1 and 2 are in ring 0/,
      (t) => drop(t, 'l-e', 'v-w'),
    ],
    [
      'a red clearance that is not that of the pairs',
      'rings.phases.1.redS',
      /1 is not that of intergreens.* "v-w" → ".*", 2/,
      (t) => (phase(t, 2).redS = 1),
    ],
    [
      'the same of an overlap',
      'rings.overlaps.0.redS',
      /1 is not that of intergreens.* "r-n" → ".*", 2/,
      (t) => (t.rings.overlaps[0]!.redS = 1),
    ],
    [
      'walkers who are not clear when their phase is',
      'intergreens.14.redS',
      /7 of "p-w" → "v-w" is above yellow and red of phase 4, 5/,
      (t) => {
        t.intergreens[14] = { ends: 'p-w', begins: 'v-w', redS: 7 }
      },
    ],
    [
      'a split below minimum green and change',
      'rings.phases.0.splitS',
      /8 is below 9/,
      (t) => (phase(t, 1).splitS = 8),
    ],
    ['a split below walk and clearance', 'rings.phases.3.splitS', /26 is below 27/, (t) => (phase(t, 4).splitS = 26)],
    [
      'a barrier that rings reach at different times',
      'rings.rings.1.1',
      /7, 8 are 46 s together, another ring has 47/,
      (t) => {
        phase(t, 4).splitS = 32
        phase(t, 8).splitS = 31
      },
    ],
    [
      'a cycle that is not the splits',
      'cycleS',
      /90 is not the sum of the splits of a ring, 100/,
      (t) => (t.cycleS = 90),
    ],
    [
      'two coordinated phases in a ring',
      'rings.phases.1.coordinated',
      /phase 1 of ring 0 is coordinated already/,
      (t) => (phase(t, 1).coordinated = true),
    ],
    [
      'coordinated phases on both sides',
      'rings.phases.7.coordinated',
      /phase 8 is not on the side of phase 2/,
      (t) => {
        phase(t, 6).coordinated = false
        phase(t, 8).coordinated = true
      },
    ],
    [
      'coordination of nothing',
      'rings.phases',
      /no phase is coordinated/,
      (t) => {
        for (const each of t.rings.phases) each.coordinated = false
      },
    ],
    [
      'splits in which conflicting phases meet',
      'rings.phases.4.splitS',
      /phases 1 and 5 overlap by their splits, but "l-e" and "l-w" conflict/,
      (t) => conflict(t, 'l-e', 'l-w'),
    ],
    [
      'an approach whose pre-emption needs both sides',
      'approaches.0',
      /phases 2, 3 are wanted together, with a barrier/,
      (t) => {
        t.approaches[0]!.connections = [{ exit: 'n', group: 'l-s' }]
        drop(t, 'v-w', 'l-s')
      },
    ],
    [
      'an approach whose pre-emption needs two phases of one ring',
      'approaches.0',
      /phases 1, 2 are wanted together, two of them in one ring/,
      (t) => {
        t.approaches[0]!.connections = [{ exit: 'n', group: 'l-e' }]
        drop(t, 'v-w', 'l-e')
      },
    ],
    [
      'an approach whose groups conflict',
      'approaches.1',
      /"v-e" and "l-w" are wanted together and conflict/,
      (t) => (t.approaches[1]!.connections = [{ exit: 's', group: 'l-w' }]),
    ],
    [
      'an exit on both sides of a barrier',
      'preempt.exit',
      /phases 6, 7 are wanted together, with a barrier/,
      (t) => {
        t.preempt.exit = ['v-e', 'l-n']
        drop(t, 'v-e', 'l-n')
      },
    ],
    [
      'a stage on both sides of a barrier',
      'stages.1.groups',
      /phases 2, 3, 6 are wanted together, with a barrier/,
      (t) => {
        t.stages[1]!.groups.push('l-s')
        for (const id of ['v-w', 'v-e', 'p-s', 'p-n']) drop(t, id, 'l-s')
      },
    ],
  ]

  it.each(cases)('%s', (_, field, message, spoil) => {
    const table = eightPhase() as RingTable
    spoil(table)
    expect(checkRingPlan(table)).toContainEqual({ field, message: expect.stringMatching(message) })
    expect(checkTimingTable(table).length).toBeGreaterThan(0)
  })
})

describe('the nominal stages of a ring plan', () => {
  it('are its phase pairs, through one cycle exactly, without a pair too short to be green', () => {
    const table = eightPhase()
    // Phases 2 and 5 would be together for the 6 s by which phase 5 is longer than phase 1.
    expect(table.stages.map(({ id, greenS }) => `${id} ${greenS}`)).toEqual(['1+5 9', '2+6 28', '3+7 11', '4+8 14'])
    expect(cycleOf(table)).toBe(table.cycleS)
  })

  it('let walkers clear in a pair that is too short for their green', () => {
    const table = eightPhase() as RingTable
    table.rings.rings = [
      [
        [2, 1],
        [3, 4],
      ],
      [
        [5, 6],
        [8, 7],
      ],
    ]
    table.stages = nominalStages(table)
    const last = table.stages.at(-1)!
    expect(table.stages.map(({ id }) => id)).toEqual(['2+5', '2+6', '1+6', '3+8', '4+8', '4+7'])
    expect(last.groups).not.toContain('p-w')
    expect(checkTimingTable(table)).toEqual([])
  })
})
