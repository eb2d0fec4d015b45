import type { JunctionTable } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { Controller, checkTimingTable } from '../../src/index.ts'
import { actuated, crossing, tables, tee, teeWithLeft } from '../fixtures.ts'
import { eightPhase } from './ring-fixtures.ts'

const group = (table: JunctionTable, id: string) => table.groups.find((other) => other.id === id)!

const sound = [
  ...tables,
  teeWithLeft,
  ...tables.flatMap((make) => [() => actuated(make(), 'coordinated'), () => actuated(make(), 'free')]),
  eightPhase,
]
it.each(sound)('finds nothing wrong with a sound table', (make) => {
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
    [
      'two roads that cross and are not listed',
      'intergreens',
      /"v-n" → "v-e" is missing: straight on they cross/,
      (t) =>
        (t.intergreens = t.intergreens.filter(
          ({ ends, begins }) => !['v-n v-e', 'v-e v-n'].includes(`${ends} ${begins}`),
        )),
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

describe('refuses, of turns, actuation and pre-emption, naming the field,', () => {
  type Case = [string, () => JunctionTable, string, RegExp, (table: JunctionTable) => void]
  const left = (t: JunctionTable) => t.approaches[0]!.connections![0]!
  const free = () => actuated(tee(), 'free')
  const bus = (): JunctionTable => ({ ...tee(), priority: { maxExtensionS: 8, earlyGreen: true, reserviceS: 60 } })
  const cases: Case[] = [
    [
      'a turn by an unknown group',
      teeWithLeft,
      'approaches.0.connections.0.group',
      /"x" is/,
      (t) => (left(t).group = 'x'),
    ],
    [
      'a turn by the group of another approach',
      teeWithLeft,
      'approaches.0.connections.0.group',
      /"v-w" is not a vehicle group of approach "e"/,
      (t) => (left(t).group = 'v-w'),
    ],
    [
      'a turn by a group for walkers',
      teeWithLeft,
      'approaches.0.connections.0.group',
      /"p-e" is not a vehicle group/,
      (t) => (left(t).group = 'p-e'),
    ],
    [
      'a turn to an exit that is not listed',
      teeWithLeft,
      'approaches.0.connections.0.exit',
      /"e" is not an exit of approach "e"/,
      (t) => (left(t).exit = 'e'),
    ],
    [
      'two groups for one turn',
      teeWithLeft,
      'approaches.0.connections.1.exit',
      /"s" has a group already/,
      (t) => t.approaches[0]!.connections!.push({ exit: 's', group: 'v-e' }),
    ],
    [
      'conflicting groups of one approach',
      teeWithLeft,
      'approaches.0.connections',
      /"v-e" and "l-e" conflict/,
      (t) => t.intergreens.push({ ends: 'v-e', begins: 'l-e', redS: 1 }, { ends: 'l-e', begins: 'v-e', redS: 1 }),
    ],
    [
      'a vehicle group that no approach names',
      teeWithLeft,
      'groups.4',
      /"l-e" releases nothing/,
      (t) => (t.approaches[0]!.connections = undefined),
    ],
    ['an unknown group at a detector', free, 'detectors.0.groups.0', /"x"/, (t) => (t.detectors![0]!.groups = ['x'])],
    [
      'a loop wired to walkers',
      free,
      'detectors.0.groups.0',
      /"p-e" is a pedestrian group, not vehicle/,
      (t) => (t.detectors![0]!.groups = ['p-e']),
    ],
    [
      'a detector wired twice',
      free,
      'detectors.0.groups.1',
      /"v-e" is listed twice/,
      (t) => (t.detectors![0]!.groups = ['v-e', 'v-e']),
    ],
    ['two detectors of one name', free, 'detectors.1.id', /"d-v-e" is taken/, (t) => (t.detectors![1]!.id = 'd-v-e')],
    ['an unknown operation', free, 'operation', /./, (t) => ((t.operation as string) = 'clever')],
    [
      'no maximum green',
      free,
      'groups.0.maxGreenS',
      /missing: operation is free/,
      (t) => delete t.groups[0]!.maxGreenS,
    ],
    ['a maximum below the minimum', free, 'groups.0.maxGreenS', /6 is below/, (t) => (t.groups[0]!.maxGreenS = 6)],
    [
      'a maximum below the minimum where it is not used',
      tee,
      'groups.0.maxGreenS',
      /6 is below/,
      (t) => (t.groups[0]!.maxGreenS = 6),
    ],
    ['no passage time', free, 'groups.0.passageS', /missing: a detector/, (t) => delete t.groups[0]!.passageS],
    ['a group that nothing calls', free, 'groups.0.recall', /no detector calls "v-e"/, (t) => t.detectors!.shift()],
    [
      'walkers that nothing calls',
      () => actuated(tee(), 'coordinated'),
      'groups.3.recall',
      /no detector calls "p-e"/,
      (t) => t.detectors!.pop(),
    ],
    [
      'priority that gives nothing',
      bus,
      'priority',
      /neither early green nor an extension/,
      (t) => (t.priority = { maxExtensionS: 0, earlyGreen: false, reserviceS: 0 }),
    ],
    ['an extension beyond a minute', bus, 'priority.maxExtensionS', /60/, (t) => (t.priority!.maxExtensionS = 61)],
    [
      'an unknown exit group',
      tee,
      'preempt.exit.0',
      /"x" is not a group/,
      (t) => (t.preempt = { ...t.preempt, exit: ['x'] }),
    ],
    [
      'conflicting exit groups',
      tee,
      'preempt.exit',
      /"v-e" and "v-s" conflict/,
      (t) => (t.preempt = { ...t.preempt, exit: ['v-e', 'v-s'] }),
    ],
    [
      'exit groups of different stages',
      teeWithLeft,
      'preempt.exit',
      /v-s, p-e, l-e|green together in no stage/,
      (t) => {
        t.intergreens = t.intergreens.filter(
          ({ ends, begins }) => ![ends, begins].includes('l-e') || [ends, begins].includes('v-w'),
        )
        t.preempt = { ...t.preempt, exit: ['l-e', 'v-s'] }
      },
    ],
    [
      'a delay that leaves no dwell',
      tee,
      'preempt.minDwellS',
      /5 with delayS 56 is above maxPresenceS 60/,
      (t) => (t.preempt = { ...t.preempt, delayS: 56 }),
    ],
    [
      'a duration beyond the presence',
      tee,
      'preempt.minDurationS',
      /61 is above maxPresenceS 60/,
      (t) => (t.preempt = { ...t.preempt, minDurationS: 61 }),
    ],
    [
      'phases of one ring that do not conflict',
      eightPhase,
      'intergreens',
      /"l-e" → "v-w" is missing: phases 1 and 2 are in ring 0/,
      (t) =>
        (t.intergreens = t.intergreens.filter(
          ({ ends, begins }) => !(ends === 'l-e' && begins === 'v-w') && !(ends === 'v-w' && begins === 'l-e'),
        )),
    ],
  ]

  it.each(cases)('%s', (_, make, field, message, spoil) => {
    const table = structuredClone(make())
    spoil(table)
    expect(checkTimingTable(table)).toContainEqual({ field, message: expect.stringMatching(message) })
    expect(() => new Controller(table)).toThrowError(expect.objectContaining({ code: 'timing-table' }))
  })
})
