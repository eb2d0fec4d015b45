import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError, systemClock } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { assumptions } from '../../../src/drivers/gbt20999/assumptions.ts'
import { Gbt20999Controller } from '../../../src/index.ts'
import { settings, table } from './programming.ts'

const open = (given: unknown) => new Gbt20999Controller(table, given, { clock: systemClock, report: () => undefined })

/** @returns the fields that are refused */
function refused(given: unknown): string[] {
  try {
    open(given)
  } catch (error) {
    if (error instanceof InputError) return error.fields.map(({ field }) => field)
    throw error
  }
  return []
}

describe('settings', () => {
  it('are taken when they fit the table, opposite approaches on one request included', () => {
    expect(refused(settings())).toEqual([])
    const shared = settings().urgent.map((row) =>
      row.approach === 's' ? { approach: 's', number: 1, stage: 11 } : row,
    )
    expect(refused({ ...settings(), urgent: shared })).toEqual([])
  })

  const { 'v-n': _gone, ...fewer } = settings().groups
  const row = (change: object) => [{ ...settings().urgent[0], ...change }, ...settings().urgent.slice(1)]
  const byStage = { ...settings(), ask: 'centre-stage', release: 'local-coordinated' }
  const unnumbered = settings().urgent.map(({ number: _, ...rest }) => rest)
  it('need no request numbers where the centre designates the stage', () => {
    expect(refused({ ...byStage, urgent: unnumbered })).toEqual([])
  })

  it.each([
    ['an unknown key', { ...settings(), hots: 'x' }, ['hots']],
    ['a missing group', { ...settings(), groups: fewer }, ['groups.v-n']],
    [
      'an unknown group',
      { ...settings(), groups: { ...settings().groups, 'v-x': { phase: 9, lamp: 9 } } },
      ['groups.v-x'],
    ],
    [
      'a phase given twice',
      { ...settings(), groups: { ...settings().groups, 'v-e': { phase: 1, lamp: 2 } } },
      ['groups.v-e.phase'],
    ],
    ['a missing stage', { ...settings(), stages: { s1: 1 } }, ['stages.s2']],
    ['a number above 64', { ...settings(), stages: { s1: 1, s2: 65 } }, ['stages.s2']],
    ['an unknown approach', { ...settings(), urgent: row({ approach: 'x' }) }, ['urgent.0.approach', 'urgent']],
    ['an approach without a request', { ...settings(), urgent: settings().urgent.slice(1) }, ['urgent']],
    ['two stages for one request', { ...settings(), urgent: row({ number: 2 }) }, ['urgent.1.stage']],
    [
      'an exit that cannot be reached',
      { ...settings(), priority: [{ approach: 'n', exit: 'n', number: 1, stage: 1 }] },
      ['priority.0.exit'],
    ],
    [
      'no request number',
      { ...settings(), urgent: unnumbered.slice(0, 1) },
      ['urgent.0.number', 'urgent', 'urgent', 'urgent'],
    ],
    ['a designated stage that nothing gives back', { ...byStage, release: undefined }, ['release']],
    [
      'transit priority beside a designated stage',
      { ...byStage, priority: [{ approach: 'n', number: 1, stage: 1 }] },
      ['priority'],
    ],
    ['an unknown assumption', { ...settings(), assumptions: { crcPolynom: 1 } }, ['assumptions.crcPolynom']],
  ])('with %s are refused, naming the field', (_what, given, fields) => {
    expect(refused(given)).toEqual(fields)
  })
})

it('tells every assumption in the document as it stands in the code', () => {
  const document = readFileSync(join(import.meta.dirname, '../../../../docs/drivers/gbt-20999.md'), 'utf8')
  const rows = [...document.matchAll(/^\| `(\w+)` \| (\S+) \| (\w+) \| (.+) \|$/gm)].map(([, ...cells]) => cells)
  const shown = (key: string, value: number | boolean) =>
    /^(crc|protocolVersion)/.test(key) ? `0x${value.toString(16).padStart(4, '0')}` : `${value}`
  expect(rows).toEqual(
    Object.entries(assumptions).map(([key, { value, sure, meaning }]) => [
      key,
      shown(key, value as number),
      sure,
      meaning,
    ]),
  )
})
