import type { JunctionTable } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { Controller, checkTimingTable } from '../../src/index.ts'
import { crossing, tables } from '../fixtures.ts'

const group = (table: JunctionTable, id: string) => table.groups.find((other) => other.id === id)!

it.each(tables)('finds nothing wrong with a sound table', (make) => {
  expect(checkTimingTable(make())).toEqual([])
})

describe('refuses, naming the field,', () => {
  const cases: [string, string, RegExp, (table: JunctionTable) => void][] = [
    ['a yellow below 3 s', 'groups.0.yellowS', /2.5 is below 3/, (t) => (group(t, 'v-n').yellowS = 2.5)],
    ['a yellow for walkers', 'groups.4.yellowS', /no yellow/, (t) => (group(t, 'p-n').yellowS = 3)],
    ['a walk without clearance', 'groups.4.clearanceS', /above 0/, (t) => (group(t, 'p-n').clearanceS = 0)],
    ['a pair listed one way', 'intergreens', /"v-e" → "v-n" is missing/, (t) => t.intergreens.splice(1, 1)],
    [
      'walkers unprotected from their own arm',
      'intergreens',
      /"v-n" → "p-n" is missing/,
      (t) => (t.intergreens = t.intergreens.filter(({ ends, begins }) => ![ends, begins].includes('p-n'))),
    ],
    ['a pair listed twice', 'intergreens.24', /listed twice/, (t) => t.intergreens.push(t.intergreens[0]!)],
    ['a pair of strangers', 'intergreens.0.ends', /"v-x" is not a group/, (t) => (t.intergreens[0]!.ends = 'v-x')],
    [
      'conflicting groups in a stage',
      'stages.0.groups',
      /"v-n" and "v-e" conflict/,
      (t) => t.stages[0]!.groups.push('v-e'),
    ],
    ['an unknown group in a stage', 'stages.0.groups.0', /"v-x"/, (t) => (t.stages[0]!.groups[0] = 'v-x')],
    ['a green below a minimum', 'stages.1.greenS', /6 is below the minimum 7/, (t) => (t.stages[1]!.greenS = 6)],
    ['a cycle that is not its parts', 'cycleS', /70 is not the sum.* 69/, (t) => (t.cycleS = 70)],
    ['an offset beyond the cycle', 'offsetS', /69 must be below/, (t) => (t.offsetS = 69)],
    ['an approach without its group', 'approaches.0.group', /"v-x"/, (t) => (t.approaches[0]!.group = 'v-x')],
    ['the group of another approach', 'approaches.0.group', /"v-s"/, (t) => (t.approaches[0]!.group = 'v-s')],
    ['an unknown exit', 'approaches.0.exits.1', /"x" is not an exit/, (t) => (t.approaches[0]!.exits[1] = 'x')],
    ['a group on an unknown arm', 'groups.7.approach', /"x"/, (t) => (group(t, 'p-w').approach = 'x')],
    ['a group that is never green', 'groups.7', /"p-w" is green in no stage/, (t) => t.stages[0]!.groups.pop()],
    ['a safe minimum above the minimum', 'preempt.minGreenS', /8 is above/, (t) => (t.preempt.minGreenS = 8)],
    ['a dwell longer than the presence', 'preempt.minDwellS', /61 is above/, (t) => (t.preempt.minDwellS = 61)],
    ['two groups of one name', 'groups.1.id', /"v-n" is taken/, (t) => (t.groups[1]!.id = 'v-n')],
    ['a field of the wrong type', 'cycleS', /must be number/, (t) => ((t.cycleS as unknown) = 'long')],
  ]

  it.each(cases)('%s', (_, field, message, spoil) => {
    const table = crossing()
    spoil(table)
    const faults = checkTimingTable(table)
    expect(faults).toContainEqual({ field, message: expect.stringMatching(message) })
    expect(() => new Controller(table)).toThrowError(expect.objectContaining({ code: 'timing-table' }))
  })
})
