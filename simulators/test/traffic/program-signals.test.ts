import type { SumoPlan } from '@clearway/routing'
import { expect, it } from 'vitest'
import { ProgramSignals } from '../../src/traffic/program-signals.ts'
import { drawNetwork } from '../drawn-network.ts'

const { network, find } = drawNetwork({ A: [0, 0], B: [500, 0], C: [900, 0], D: [500, -300], E: [500, 300] }, [
  { from: 'A', to: 'B', stopLineOf: 'j-b' },
  { from: 'B', to: 'C' },
  { from: 'B', to: 'D' },
  { from: 'B', to: 'E' },
])
const arcs = { AB: find('A', 'B'), BC: find('B', 'C'), BD: find('B', 'D'), BE: find('B', 'E') }
const links = ['BC', 'BD'].map((toEdge, linkIndex) => ({ linkIndex, fromEdge: 'AB', fromLane: 0, toEdge }))
const program = {
  offsetS: 15,
  phases: [
    { durationS: 10, state: 'Gg' },
    { durationS: 3, state: 'yg' },
    { durationS: 20, state: 'ro' },
  ],
}
const plan = {
  arcOf: new Map(Object.entries(arcs)),
  signals: new Map([['j-b', { id: 'b', program, links }]]),
} as unknown as SumoPlan

it('shows each way its letter of the program, from its offset on and over and over', () => {
  const signals = new ProgramSignals(network, plan)
  const seen = (nowS: number) => {
    signals.look(nowS)
    return [signals.mayGo(0, arcs.BC), signals.mayGo(0, arcs.BD)]
  }
  expect(seen(15)).toEqual(['go', 'permitted'])
  expect(seen(24)).toEqual(['go', 'permitted'])
  expect(seen(25)).toEqual(['yellow', 'permitted'])
  expect(seen(28)).toEqual(['stop', 'yield'])
  expect(seen(47)).toEqual(['stop', 'yield'])
  expect(seen(48)).toEqual(['go', 'permitted'])
  // Before the offset the last cycle is on.
  expect(seen(0)).toEqual(['stop', 'yield'])
})

it('leaves a way without a signal to the rules of the road', () => {
  const signals = new ProgramSignals(network, plan)
  signals.look(15)
  expect(signals.mayGo(0, arcs.BE)).toBe('yield')
})
