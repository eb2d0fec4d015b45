import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '@clearway/contracts'
import { expect, it } from 'vitest'
import { NtcipController } from '../../../src/index.ts'
import { crossing } from '../../fixtures.ts'
import { crossingSettings } from './settings-of.ts'

type Settings = ReturnType<typeof crossingSettings> & Record<string, unknown>

/** Changes one entry of a part of the settings; undefined takes it away. */
function put<T>(part: Record<string, T>, key: string, value: T | undefined): void {
  if (value === undefined) delete part[key]
  else part[key] = value
}

/** The refusal of settings that `change` has spoilt. */
function refusal(change: (settings: Settings) => unknown): InputError {
  const settings = crossingSettings() as Settings
  const changed = change(settings)
  try {
    new NtcipController(crossing(), changed === undefined ? settings : changed, () => undefined)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
  throw new Error('was not refused')
}

it('takes settings that fit the junction', () => {
  expect(() => new NtcipController(crossing(), crossingSettings(), () => undefined)).not.toThrow()
})

it('takes the example of the documentation', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/drivers/ntcip-1202.md'), 'utf8')
  const example = JSON.parse(/```json\n([^`]+)```/.exec(page)?.[1] ?? '')
  expect(() => new NtcipController(crossing(), example, () => undefined)).not.toThrow()
})

it.each<[string, (settings: Settings) => unknown, string, RegExp]>([
  ['an unknown key', (s) => ({ ...s, hots: '10.0.0.1' }), 'hots', /not known/],
  ['no host', ({ host: _, ...s }) => s, 'host', /missing/],
  ['nothing at all', () => null, '(body)', /object/],
  ['an unknown SNMP version', (s) => ({ ...s, snmp: { version: '2', community: 'x' } }), 'snmp.version', /"2"/],
  ['no community', (s) => ({ ...s, snmp: { version: '1' } }), 'snmp.community', /missing/],
  ['v3 without a password', (s) => ({ ...s, snmp: { version: '3', user: 'u' } }), 'snmp.authKey', /level authPriv/],
  [
    'v3 without a password of privacy',
    (s) => ({ ...s, snmp: { version: '3', user: 'u', authKey: 'long enough' } }),
    'snmp.privKey',
    /level authPriv/,
  ],
  [
    'a short password, which is not shown',
    (s) => ({ ...s, snmp: { version: '3', user: 'u', authKey: 'hunter2', privKey: 'long enough' } }),
    'snmp.authKey',
    /^(?!.*hunter2)/,
  ],
  ['an unknown group', (s) => put(s.groups, 'v-x', { phase: 1 }), 'groups.v-x', /"v-x" is not a signal group/],
  ['a group without a phase', (s) => put(s.groups, 'v-w', undefined), 'groups.v-w', /is missing/],
  ['a vehicle group on walk outputs', (s) => put(s.groups, 'v-n', { ped: 1 }), 'groups.v-n', /"ped":1.*"phase"/],
  ['a walk on a phase', (s) => put(s.groups, 'p-n', { phase: 1 }), 'groups.p-n', /give "ped"/],
  ['two groups on one phase', (s) => put(s.groups, 'v-s', { phase: 2 }), 'groups.v-s', /given to "v-n"/],
  ['phase 0', (s) => put(s.groups, 'v-s', { phase: 0 }), 'groups.v-s.phase', /got 0/],
  ['an unknown approach', (s) => put(s.preempts, 'x', 9), 'preempts.x', /"x" is not an approach/],
  ['an approach without a preempt', (s) => put(s.preempts, 'n', undefined), 'preempts.n', /is missing/],
  ['two approaches with one preempt', (s) => put(s.preempts, 's', 4), 'preempts.s', /4 is the preempt of approach "e"/],
  ['preempt 256', (s) => put(s.preempts, 's', 256), 'preempts.s', /got 256/],
  ['a poll every minute', (s) => ({ ...s, pollS: 60 }), 'pollS', /got 60/],
])('refuses %s', (_, change, field, message) => {
  const error = refusal(change)
  const fault = error.fields.find((each) => each.field === field)
  expect(fault, JSON.stringify(error.fields)).toBeDefined()
  expect(fault?.message).toMatch(message)
  expect(error.message).not.toContain('secret-of-the-cabinet')
})

it('allows SNMP v3 without authentication only when it is asked for by name', () => {
  const open = { ...crossingSettings(), snmp: { version: '3', user: 'u', level: 'noAuthNoPriv' } }
  expect(() => new NtcipController(crossing(), open, () => undefined)).not.toThrow()
})
