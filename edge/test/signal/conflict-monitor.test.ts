import type { JunctionTable, MovementState } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { ConflictMonitor } from '../../src/index.ts'
import { crossing, midBlock } from '../fixtures.ts'

type Groups = Record<string, MovementState>
const green = 'permissive-Movement-Allowed'
const yellow = 'permissive-clearance'
const red = 'stop-And-Remain'

/** Two roads cross at the mid-block: vehicles 3 s yellow, walkers 14 s clearance, 1 s all-red either way. */
const show = (vehicles: MovementState, walkers: MovementState): Groups => ({
  'v-e': vehicles,
  'v-w': vehicles,
  'p-e': walkers,
})

/** Shows each picture for its seconds, one look a second, then returns the monitor. */
function shown(pictures: [Groups, number, string[]?][], monitor = new ConflictMonitor(midBlock())): ConflictMonitor {
  let upMs = 0
  for (const [groups, durationS, greenFlash = []] of pictures) {
    for (let k = 0; k < durationS; k++) {
      upMs += 1000
      monitor.pulse(upMs)
      monitor.watch(upMs, groups, greenFlash)
    }
  }
  return monitor
}

it('trips on a walk below the least one, where the table has it', () => {
  const table = midBlock()
  const monitor = () => new ConflictMonitor({ ...table, preempt: { ...table.preempt, minWalkS: 5 } })
  const walk = (s: number): [Groups, number][] => [
    [show(red, red), 4],
    [show(red, green), s],
    [show(red, 'protected-clearance'), 14],
  ]
  expect(shown(walk(5), monitor()).trip).toBeUndefined()
  expect(shown(walk(4), monitor()).trip?.cause).toBe('short-green')
  expect(shown(walk(4)).trip).toBeUndefined()
  expect(() => new ConflictMonitor(table, { ...table, preempt: { ...table.preempt, minWalkS: 5 } })).toThrow(
    /minWalkS the least green of "p-e" is 0, below the controller's 5/,
  )
})

describe('what is displayed', () => {
  const cases: [string, string | undefined, [Groups, number, string[]?][]][] = [
    [
      'a whole cycle',
      undefined,
      [
        [show(green, red), 7],
        [show(yellow, red), 3],
        [show(red, red), 1],
        [show(red, green), 6],
        [show(red, 'protected-clearance'), 14],
        [show(red, red), 1],
        [show(green, red), 7],
      ],
    ],
    ['conflicting greens', 'conflict', [[show(green, green), 1]]],
    [
      'a yellow one second short',
      'short-yellow',
      [
        [show(green, red), 7],
        [show(yellow, red), 2],
        [show(red, red), 1],
      ],
    ],
    [
      'a green below the safe minimum',
      'short-green',
      [
        [show(red, red), 1],
        [show(green, red), 3],
        [show(yellow, red), 1],
      ],
    ],
    [
      'walkers begun without all-red',
      'short-red',
      [
        [show(green, red), 7],
        [show(yellow, red), 3],
        [show(red, green), 1],
      ],
    ],
    [
      'a green that begins with its flash, without all-red',
      'short-red',
      [
        [show(red, 'protected-clearance'), 14],
        [show(green, red), 1, ['v-e', 'v-w']],
      ],
    ],
    [
      'a green that goes dark',
      'short-yellow',
      [
        [show(green, red), 7],
        [show('dark', red), 1],
      ],
    ],
    [
      'a clearance one second short',
      'short-clearance',
      [
        [show(red, green), 6],
        [show(red, 'protected-clearance'), 13],
        [show(red, red), 1],
      ],
    ],
    ['green flash on a red face', 'dual-indication', [[show(red, red), 1, ['v-e']]]],
    ['green flash together with yellow', 'dual-indication', [[show(yellow, red), 1, ['v-e']]]],
    ['an output of nobody', 'unknown-output', [[{ ...show(red, red), 'v-x': green }, 1]]],
    ['a face without output', 'missing-output', [[{ 'v-e': red, 'v-w': red }, 1]]],
  ]

  it.each(cases)('%s: %s', (_, cause, pictures) => {
    expect(shown(pictures).trip?.cause).toBe(cause)
  })

  it('a walk may end at once', () => {
    const monitor = shown([
      [show(red, red), 1],
      [show(red, green), 1],
      [show(red, 'protected-clearance'), 14],
      [show(red, red), 2],
    ])
    expect(monitor.trip).toBeUndefined()
  })
})

describe('silence', () => {
  it('trips after three seconds of the monitor’s own time, whatever was shown last', () => {
    const monitor = shown([[show(green, red), 5]])
    for (let upMs = 5250; upMs < 8000; upMs += 250) expect(monitor.pulse(upMs)).toBeUndefined()
    expect(monitor.pulse(8000)).toEqual({ cause: 'silence', detail: 'no output for 3000 ms' })
  })

  it('from the first beat on trips too: a controller that never starts', () => {
    const monitor = new ConflictMonitor(midBlock())
    for (let upMs = 0; upMs < 3000; upMs += 500) expect(monitor.pulse(upMs)).toBeUndefined()
    expect(monitor.pulse(3000)?.cause).toBe('silence')
  })

  it('is not a stall of the host, in which the monitor slept too', () => {
    const monitor = shown([[show(red, red), 5]])
    for (let upMs = 65_000; upMs < 600_000; upMs += 60_000) {
      expect(monitor.pulse(upMs)).toBeUndefined()
      expect(monitor.watch(upMs, show(red, red), [])).toBeUndefined()
    }
  })

  it('is not ended by outputs that come too late', () => {
    const monitor = shown([[show(red, red), 1]])
    for (let upMs = 1000; upMs <= 4000; upMs += 500) monitor.pulse(upMs)
    expect(monitor.watch(4500, show(red, red), [])?.cause).toBe('silence')
  })
})

describe('the monitor’s own table', () => {
  const changed = (change: (table: JunctionTable) => void): JunctionTable => {
    const table = crossing()
    change(table)
    return table
  }
  const weaker: [string, string, RegExp, JunctionTable][] = [
    [
      'lacks a pair',
      'intergreens',
      /v-n → v-e is missing/,
      changed((t) => {
        t.intergreens = t.intergreens.filter(({ ends, begins }) => ends !== 'v-n' || begins !== 'v-e')
      }),
    ],
    ['asks for less red', 'intergreens', /v-n → v-e: 1.5 is below.* 2/, changed((t) => (t.intergreens[0]!.redS = 1.5))],
    ['asks for less yellow', 'groups.0.yellowS', /2.9 of "v-n"/, changed((t) => (t.groups[0]!.yellowS = 2.9))],
    ['asks for less flash', 'groups.1.greenFlashS', /2 of "v-e"/, changed((t) => (t.groups[1]!.greenFlashS = 2))],
    ['asks for less clearance', 'groups.4.clearanceS', /11 of "p-n"/, changed((t) => (t.groups[4]!.clearanceS = 11))],
    [
      'asks for less green',
      'preempt.minGreenS',
      /least green of "v-n" is 3, below .* 4/,
      changed((t) => (t.preempt.minGreenS = 3)),
    ],
    ['lacks a group', 'groups', /no pedestrian group "p-w"/, changed((t) => t.groups.pop())],
  ]

  it.each(weaker)('is refused when it %s', (_, field, message, table) => {
    expect(() => new ConflictMonitor(table, crossing())).toThrowError(
      expect.objectContaining({
        code: 'weak-monitor',
        fields: expect.arrayContaining([{ field, message: expect.stringMatching(message) }]),
      }),
    )
  })

  it('may ask for more', () => {
    const stricter = changed((t) => (t.groups[0]!.yellowS = 4))
    expect(() => new ConflictMonitor(stricter, crossing())).not.toThrow()
  })
})

describe('a tripped monitor', () => {
  it('stays tripped with its first cause, however sound the display becomes', () => {
    const monitor = shown([
      [show(green, green), 1],
      [show(red, red), 60],
      [show(green, red), 60],
    ])
    expect(monitor.trip).toEqual({ cause: 'conflict', detail: expect.stringContaining('v-e') })
  })

  it('has no other way out than the reset at the cabinet', () => {
    const ways = Object.getOwnPropertyNames(ConflictMonitor.prototype).filter((name) => name !== 'constructor')
    expect(ways.sort()).toEqual(['pulse', 'reset', 'trip', 'watch'])
    const monitor = shown([[show(green, green), 1]])
    expect(Object.keys(monitor)).toEqual([])
    expect(() => Object.assign(monitor, { trip: undefined })).toThrow(TypeError)
    expect(monitor.trip).toBeDefined()
    monitor.reset()
    expect(monitor.trip).toBeUndefined()
  })
})
