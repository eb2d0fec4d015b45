import type { JunctionTable, MovementState } from '@clearway/contracts'
import type { SumoSignal } from '@clearway/routing'
import { describe, expect, it } from 'vitest'
import { SignalFace } from '../../src/sumo/signal-face.ts'

/** From the north: straight on 0, left 1. From the east: straight on 2. 3 is a right turn that is never stopped. */
const phases = ['Ggrg', 'yyrg', 'rrrg', 'rGrg', 'ryrg', 'rrGg', 'rryg']
const signal: SumoSignal = {
  id: 'c',
  program: { offsetS: 0, phases: phases.map((state) => ({ durationS: 10, state })) },
  links: [
    ['n', 'v1'],
    ['n', 'v1-2'],
    ['e', 'v2'],
    ['e', 'v2-2'],
  ].map(([fromEdge, group], linkIndex) => ({
    ...{ linkIndex, fromEdge: fromEdge!, fromLane: 0, toEdge: 'x', approach: fromEdge, group },
  })),
}
const table = {
  groups: [
    ...['v1', 'v1-2'].map((id) => ({ id, approach: 'n' })),
    ...['v2', 'v2-2'].map((id) => ({ id, approach: 'e' })),
  ],
} as JunctionTable

const showing = (groups: Record<string, MovementState>) => new SignalFace(table, signal).state(groups)
const green = 'protected-Movement-Allowed'
const red = 'stop-And-Remain'

describe('the state of a signal', () => {
  it('has the letters of the program wherever it shows these greens', () => {
    expect(showing({ v1: green, 'v1-2': green, v2: red, 'v2-2': green })).toBe('Ggrg')
    expect(showing({ v1: red, 'v1-2': green, v2: red, 'v2-2': green })).toBe('rGrg')
    expect(showing({ v1: red, 'v1-2': red, v2: green, 'v2-2': green })).toBe('rrGg')
  })

  it('keeps a link that the program never stops, whatever its group shows', () => {
    expect(showing({ v1: green, 'v1-2': green, v2: red, 'v2-2': red })).toBe('Ggrg')
  })

  it('shows yellow, red and flashing as they are', () => {
    expect(showing({ v1: 'protected-clearance', 'v1-2': red, v2: red, 'v2-2': red })).toBe('yrrg')
    expect(showing({ v1: 'pre-Movement', 'v1-2': red, v2: red, 'v2-2': red })).toBe('rrrg')
    expect(showing({ v1: 'caution-Conflicting-Traffic', 'v1-2': red, v2: red })).toBe('orrg')
  })

  it('lets who yields in the program yield beside another approach in greens that are not in it', () => {
    expect(showing({ v1: red, 'v1-2': green, v2: green, 'v2-2': green })).toBe('rgGg')
  })

  it('has the letters of the phase that is green and yellow like it, of several with these greens', () => {
    // While the east clears, the left turn from the north already need not yield.
    const program = {
      offsetS: 0,
      phases: ['Grrg', 'rgGg', 'rgyg', 'rGyg', 'rGrg'].map((state) => ({ durationS: 9, state })),
    }
    const face = new SignalFace(table, { ...signal, program })
    const others = { v1: red, 'v1-2': green, 'v2-2': green } as const
    expect(face.state({ ...others, v2: 'protected-clearance' })).toBe('rgyg')
    expect(face.state({ ...others, v2: red })).toBe('rGrg')
  })

  it('is red for a group of which nothing is known', () => {
    expect(showing({ v1: green })).toBe('Grrg')
  })
})
