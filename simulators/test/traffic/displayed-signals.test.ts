import type { JunctionTable, MovementState } from '@clearway/contracts'
import { expect, it } from 'vitest'
import { DisplayedSignals } from '../../src/traffic/displayed-signals.ts'
import { drawNetwork } from '../drawn-network.ts'

const { network, find } = drawNetwork({ A: [0, 0], B: [500, 0], C: [900, 0], D: [500, 300], E: [500, 600] }, [
  { from: 'A', to: 'B', stopLineOf: 'j-b' },
  { from: 'B', to: 'C' },
  { from: 'B', to: 'D', inside: true },
  { from: 'D', to: 'E' },
])
const straight = find('B', 'C')
const table = { id: 'j-b', approaches: [{ id: 'a', group: 'v1' }] } as JunctionTable

it('shows drivers what the controller displays, as of the last look', () => {
  const groups: Record<string, MovementState> = { v1: 'protected-Movement-Allowed' }
  const signals = new DisplayedSignals(network, [table], new Map([['j-b', { display: { groups } }]]))
  expect(signals.mayGo(0, straight)).toBe('yield')
  const seen = (state: MovementState) => {
    groups.v1 = state
    signals.look()
    return signals.mayGo(0, straight)
  }
  expect(seen('permissive-Movement-Allowed')).toBe('go')
  expect(seen('permissive-clearance')).toBe('yellow')
  expect(seen('stop-And-Remain')).toBe('stop')
  expect(seen('pre-Movement')).toBe('stop')
  expect(seen('caution-Conflicting-Traffic')).toBe('yield')
  expect(seen('dark')).toBe('yield')
  groups.v1 = 'stop-And-Remain'
  expect(signals.mayGo(0, straight)).toBe('yield')
})

it('shows a turn the signal of its own, also where its exit lies behind an inner arc', () => {
  const exits = ['C', 'E'].map((name, exit) => ({ junction: 'j-b', exit: `to-${name}`, arc: exit }))
  const exitOfArc = new Int32Array(network.arcCount).fill(-1)
  exitOfArc[straight] = 0
  exitOfArc[find('D', 'E')] = 1
  const approach = { id: 'a', group: 'v1', connections: [{ exit: 'to-E', group: 'v1-2' }] }
  const turning = { id: 'j-b', approaches: [approach] } as unknown as JunctionTable
  const groups = { v1: 'stop-And-Remain', 'v1-2': 'protected-Movement-Allowed' } as const
  const controllers = new Map([['j-b', { display: { groups } }]])
  const signals = new DisplayedSignals({ ...network, exits, exitOfArc }, [turning], controllers)
  signals.look()
  expect(signals.mayGo(0, straight)).toBe('stop')
  expect(signals.mayGo(0, find('B', 'D'))).toBe('go')
})

it('refuses a stop line without a signal group', () => {
  expect(() => new DisplayedSignals(network, [], new Map())).toThrow(/approach a of j-b/)
})
