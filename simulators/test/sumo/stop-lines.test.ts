import { describe, expect, it } from 'vitest'
import { StopLineWatch, stopLinesOf } from '../../src/sumo/stop-lines.ts'

const link = (linkIndex: number, fromEdge: string, toEdge: string, fromLane = 0) => ({
  ...{ linkIndex, fromEdge, fromLane, toEdge, approach: 'a1', group: 'v1' },
})
const signals = new Map([
  ['j-1', { id: '1', program: undefined, links: [link(0, 'a', 'b'), link(1, 'a', 'b', 1), link(2, 'x', 'b')] }],
  ['j-2', { id: '2', program: undefined, links: [link(0, 'b', 'c')] }],
])
const watch = () => new StopLineWatch('7', ['a', 'b', 'c', 'd'], stopLinesOf({ signals }))
/** Goes through these lanes, one a second, while both signals show the same. */
function drive(lanes: readonly string[], states: Readonly<Record<string, string>>) {
  const watched = watch()
  return lanes.flatMap((lane, atS) => watched.moved(lane, atS, (junction) => states[junction]!))
}
const green = { 'j-1': 'Grr', 'j-2': 'g' }

describe('the stop lines that an ambulance crosses', () => {
  it('are told once each, when it enters the junction', () => {
    const passings = drive(['a_0', 'a_0', ':J_0_0', ':J_7_0', 'b_0', ':K_0_0', 'c_0', ':L_0_0', 'd_0'], green)
    expect(passings).toEqual([
      { mission: '7', junction: 'j-1', atS: 2, shown: 'green' },
      { mission: '7', junction: 'j-2', atS: 5, shown: 'green' },
    ])
  })

  it('are all found where it is beyond a junction, or in the next one, within a second', () => {
    expect(drive(['a_0', 'c_1'], green).map(({ junction }) => junction)).toEqual(['j-1', 'j-2'])
    expect(drive(['a_0', ':J_0_0', ':K_0_0'], green).map(({ junction, atS }) => [junction, atS])).toEqual([
      ['j-1', 1],
      ['j-2', 2],
    ])
  })

  it('show what the lane that it came from was shown', () => {
    expect(drive(['a_1', 'b_0'], green)).toMatchObject([{ shown: 'red' }])
    expect(drive(['a_1', 'b_0'], { 'j-1': 'ryG' })).toMatchObject([{ shown: 'yellow' }])
    expect(drive(['a_0', 'b_0'], { 'j-1': 'ryG' })).toMatchObject([{ shown: 'red' }])
  })

  it('are not crossed by a vehicle that is set forward', () => {
    expect(drive(['a_0', '', '', 'b_0', 'c_0'], { 'j-1': 'rrr', 'j-2': 'G' })).toMatchObject([{ junction: 'j-2' }])
  })
})
