import { describe, expect, it } from 'vitest'
import { delaysBySide, sideOf } from '../../src/sumo/others.ts'

const link = (fromEdge: string, toEdge: string) => ({
  ...{ linkIndex: 0, fromEdge, fromLane: 0, toEdge, approach: 'a1', group: 'v1' },
})
/** A main road a → b → c and side roads s → t and u → v across it. */
const signals = new Map([
  ['j-1', { id: '1', program: undefined, links: [link('a', 'b'), link('s', 't')] }],
  ['j-2', { id: '2', program: undefined, links: [link('b', 'c'), link('u', 'v')] }],
])
const side = sideOf([{ id: '0', departS: 1000, route: ['a', 'b'] }], { signals })

describe('others on the road', () => {
  it('drive along a mission, across it, or elsewhere', () => {
    const at = (route: string[]) => side({ id: '1', departS: 900, route })
    expect(at(['s', 't'])).toBe('across')
    expect(at(['b', 'c'])).toBe('along')
    expect(at(['s', 'b'])).toBe('along')
    // The mission ends before this junction, and this trip before the other.
    expect(at(['u', 'v'])).toBe('elsewhere')
    expect(at(['s'])).toBe('elsewhere')
  })

  it('meet no mission when they depart at quite another time', () => {
    expect(side({ id: '1', departS: 1600, route: ['a', 'b'] })).toBe('along')
    expect(side({ id: '1', departS: 1601, route: ['a', 'b'] })).toBe('elsewhere')
  })

  it('have their delays summed up by side', () => {
    const trip = (id: string, timeLossS: number) => ({
      ...{ id, timeLossS, departS: 0, departDelayS: 1, durationS: 100, stops: 0, standingS: 0, arrived: true },
    })
    const sides = new Map([
      ['1', 'along'],
      ['2', 'along'],
      ['3', 'across'],
    ] as const)
    expect(delaysBySide([trip('1', 10), trip('2', 20), trip('3', 5), trip('unknown', 7)], sides)).toEqual({
      along: { vehicles: 2, delayVehS: 32 },
      across: { vehicles: 1, delayVehS: 6 },
      elsewhere: { vehicles: 1, delayVehS: 8 },
    })
  })
})
