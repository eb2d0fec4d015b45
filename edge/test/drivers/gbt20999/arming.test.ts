import { describe, expect, it } from 'vitest'
import { Arming, armingObjects } from '../../../src/drivers/gbt20999/arming.ts'
import type { Answer } from '../../../src/drivers/gbt20999/session.ts'
import { named, site, soundProgramming, table } from './programming.ts'

/** @returns `field: message` of each fault after one value was changed */
function faultsWith(name: string, change: (data: Uint8Array) => Answer, more: object = {}): string[] {
  const read = soundProgramming()
  const sound = read.get(named(name)) as { data: Uint8Array }
  read.set(named(name), change(sound.data))
  return new Arming(table, site(more), read).faults().map(({ field, message }) => `${field}: ${message}`)
}

const set = (at: number, value: number) => (data: Uint8Array) => ({ data: data.with(at, value) })

it('cannot be held to a least walk', () => {
  const walked = { ...table, preempt: { ...table.preempt, minWalkS: 5 } }
  const faults = new Arming(walked, site(), soundProgramming()).faults()
  expect(faults.map(({ field }) => field)).toEqual(['preempt.minWalkS'])
})

describe('a controller that is programmed as the table says', () => {
  it('may be armed, and nothing more is read than is judged', () => {
    expect(new Arming(table, site(), soundProgramming()).faults()).toEqual([])
    expect(new Set(armingObjects(table, site()))).toEqual(new Set(soundProgramming().keys()))
  })
})

describe('is not armed with', () => {
  it.each([
    ['a shorter yellow', '4.2.6.1', set(0, 2), 'groups.0.yellowS: 4.2.4.1: yellow is 2 s, the table needs 3 s'],
    [
      'a shorter green flash',
      '4.2.4.1',
      set(0, 2),
      'groups.0.greenFlashS: 4.2.4.1: green flash is 2 s, the table needs 3 s',
    ],
    ['no yellow at all', '4.2.5.1', set(0, 16), 'groups.0.yellowS: 4.2.4.1: yellow is 0 s, the table needs 3 s'],
    [
      'a shorter clearance',
      '4.2.4.5',
      set(0, 11),
      'groups.4.clearanceS: 4.2.4.5: green flash is 11 s, the table needs 12 s',
    ],
    [
      'a shorter minimum green',
      '4.2.27.1',
      set(1, 6),
      'groups.0.minGreenS: 4.2.27.1: minimum green is 6 s, the table needs 7 s',
    ],
    [
      'the lamps of another phase',
      '4.2.2.1',
      set(5, 0),
      'groups.0: 4.2.2.1: "v-n": phase 1 drives lamp groups none, not 21',
    ],
    [
      'another stage of the plan',
      '6.2.2.1',
      set(7, 0b100101),
      'stages.s1: 6.2.2.1: stage 1 has phases 1, 3, 6, the table\'s "s1" needs 1, 3, 6, 8',
    ],
    [
      'a request for another stage',
      '8.5.2.2',
      set(0, 1),
      'urgent.1.stage: 8.5.2.2: asks for stage 1, the settings say 12',
    ],
    ['a masked request', '8.5.4.4', set(0, 1), 'urgent.3.number: 8.5.4.4: urgent request 4 is masked'],
    [
      'a stage that misses the approach',
      '6.2.2.11',
      set(7, 4),
      'urgent.0.stage: 6.2.2.11: does not release "v-n" of "n"',
    ],
    [
      'a stage with a conflict',
      '6.2.2.11',
      set(7, 3),
      'urgent.0.stage: 6.2.2.11: releases "v-n" and "v-e", which conflict',
    ],
    [
      'a stage with a phase that nobody knows',
      '6.2.2.11',
      set(0, 128),
      'urgent.0.stage: 6.2.2.11: releases phase 64, which is no group of the table',
    ],
    [
      'a stage that may not be reached',
      '10.1.2.11',
      set(62, 255),
      'urgent.0.stage: 10.1.2.11: 11 may not be reached from stage 2',
    ],
  ])('%s', (_what, name, change, fault) => {
    expect(faultsWith(name, change)).toContain(fault)
  })

  it('one conflict less, each of them', () => {
    table.intergreens.forEach(({ ends, begins }, index) => {
      const [from, to] = [ends, begins].map((group) => table.groups.findIndex(({ id }) => id === group) + 1) as [
        number,
        number,
      ]
      const faults = faultsWith(`7.1.2.${from}`, (data) => ({ data: data.with(7, data[7]! & ~(1 << (to - 1))) }))
      expect(faults).toEqual([expect.stringContaining(`intergreens.${index}: 7.1.2.${from}`)])
    })
  })

  it('one green interval a tenth shorter, each of them', () => {
    table.intergreens.forEach(({ ends, begins }, index) => {
      const [from, to] = [ends, begins].map((group) => table.groups.findIndex(({ id }) => id === group) + 1) as [
        number,
        number,
      ]
      const faults = faultsWith(`7.2.2.${from}`, (data) => ({ data: data.with(64 - to, data[64 - to]! - 1) }))
      expect(faults).toEqual([expect.stringContaining(`intergreens.${index}.redS: 7.2.2.${from}`)])
    })
  })

  it('a value that is refused or has another length, told once', () => {
    const refused = faultsWith('7.1.2.1', () => ({ error: 'does not exist' }))
    expect(refused).toEqual([expect.stringMatching(/^intergreens\.\d+: 7\.1\.2\.1: cannot be read: does not exist$/)])
    const short = faultsWith('7.2.2.1', () => ({ data: new Uint8Array(63) }))
    expect(short).toEqual([expect.stringMatching(/^intergreens\.\d+: 7\.2\.2\.1: has 63 bytes, not 64$/)])
  })
})

describe('what a site knows better', () => {
  it('is used: seconds and intervals without the flash', () => {
    const seconds = (data: Uint8Array) => ({ data: data.map((tenths) => Math.ceil(tenths / 10)) })
    expect(faultsWith('7.2.2.1', seconds)).not.toEqual([])
    const others = { assumptions: { greenIntervalUnitS: 1 } }
    expect(faultsWith('7.2.2.1', seconds, others)).toEqual([])
    const withoutFlash = (data: Uint8Array) => ({ data: data.map((tenths) => (tenths === 0 ? 0 : tenths - 30)) })
    expect(faultsWith('7.2.2.1', withoutFlash)).not.toEqual([])
    expect(faultsWith('7.2.2.1', withoutFlash, { assumptions: { greenIntervalHoldsFlash: false } })).toEqual([])
  })

  it('is used: the other end of a field first', () => {
    const read = soundProgramming()
    for (const [id, answer] of read)
      if ('data' in answer && answer.data.length === 64) read.set(id, { data: answer.data.toReversed() })
    expect(new Arming(table, site(), read).faults()).not.toEqual([])
    expect(new Arming(table, site({ assumptions: { sequenceDescending: false } }), read).faults()).toEqual([])
  })
})
