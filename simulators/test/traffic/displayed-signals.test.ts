import type { JunctionTable, MovementState } from '@clearway/contracts'
import { expect, it } from 'vitest'
import { DisplayedSignals } from '../../src/traffic/displayed-signals.ts'
import { drawNetwork } from '../drawn-network.ts'

const { network } = drawNetwork({ A: [0, 0], B: [500, 0], C: [900, 0] }, [
  { from: 'A', to: 'B', stopLineOf: 'j-b' },
  { from: 'B', to: 'C' },
])
const table = { id: 'j-b', approaches: [{ id: 'a', group: 'v1' }] } as JunctionTable

it('shows drivers what the controller displays, as of the last look', () => {
  const groups: Record<string, MovementState> = { v1: 'protected-Movement-Allowed' }
  const signals = new DisplayedSignals(network, [table], new Map([['j-b', { display: { groups } }]]))
  expect(signals.mayGo(0)).toBe('yield')
  const seen = (state: MovementState) => {
    groups.v1 = state
    signals.look()
    return signals.mayGo(0)
  }
  expect(seen('permissive-Movement-Allowed')).toBe('go')
  expect(seen('permissive-clearance')).toBe('yellow')
  expect(seen('stop-And-Remain')).toBe('stop')
  expect(seen('pre-Movement')).toBe('stop')
  expect(seen('caution-Conflicting-Traffic')).toBe('yield')
  expect(seen('dark')).toBe('yield')
  groups.v1 = 'stop-And-Remain'
  expect(signals.mayGo(0)).toBe('yield')
})

it('refuses a stop line without a signal group', () => {
  expect(() => new DisplayedSignals(network, [], new Map())).toThrow(/approach a of j-b/)
})
