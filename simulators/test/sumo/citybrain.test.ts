import { seededRandom } from '@clearway/contracts'
import { readCityBrain } from '@clearway/routing'
import { describe, expect, it } from 'vitest'
import { tripsOfCityBrain } from '../../src/sumo/citybrain/flow-file.ts'
import { cityFlowOf } from '../../src/sumo/citybrain/roadnet.ts'
import { plainNetwork } from '../../src/sumo/cityflow/plain-network.ts'

/** A signal with roads to the north, east and south, and behind the eastern one a node without signal, with two more roads. */
const text = `6
28.6 115.8 100 1
28.602 115.8 101 0
28.6 115.802 102 0
28.598 115.8 103 0
28.602 115.802 104 0
28.6 115.804 105 0
5
100 101 230.0 11.1 3 3 1 2
1 0 0 0 1 0 0 0 1
1 0 0 0 1 0 0 0 1
100 102 240.5 16.7 3 3 3 4
1 0 0 0 1 0 0 0 1
1 0 0 0 1 0 0 0 1
100 103 222.4 8.3 1 1 5 6
1 1 1
1 1 1
102 104 222.4 8.3 3 3 7 8
1 0 0 0 1 0 0 0 1
1 0 0 0 1 0 0 0 1
102 105 195.0 8.3 3 3 9 10
1 0 0 0 1 0 0 0 1
1 0 0 0 1 0 0 0 1
1
100 1 3 5 -1
`
const { roadnet, lengthM, bearingOf } = cityFlowOf(readCityBrain(text, 'roadnet.txt'))
const linksInto = (road: string) =>
  roadnet.intersections
    .flatMap(({ roadLinks }) => roadLinks)
    .filter(({ startRoad }) => startRoad === road)
    .map(({ type, endRoad, laneLinks = [] }) => {
      const lanes = [...new Set(laneLinks.map(({ startLaneIndex }) => startLaneIndex))]
      return `${type} ${endRoad} from ${lanes.join()}`
    })

describe('a City Brain road network for SUMO', () => {
  it('lets go at a signal what the file has there, by the lanes that it has for it', () => {
    // From the north: left is the next arm clockwise, the east; straight on the south; nothing to the right.
    expect(linksInto('2')).toEqual(['turn_left 3 from 0', 'go_straight 5 from 1'])
    expect(linksInto('4')).toEqual(['turn_left 5 from 0', 'turn_right 1 from 2'])
    expect(linksInto('6')).toEqual(['go_straight 1 from 0', 'turn_right 3 from 0'])
    expect(['2', '4', '6'].map(bearingOf)).toEqual([180, 270, 0])
  })

  it('lets everybody go on where there is no signal, by the nearest lane', () => {
    expect(linksInto('3')).toEqual(['turn_left 7 from 0', 'go_straight 9 from 1,2'])
    expect(linksInto('10')).toEqual(['go_straight 4 from 0,1', 'turn_right 7 from 2'])
    expect(linksInto('9')).toEqual([])
  })

  it('has its nodes in degrees and the lengths of the file', () => {
    const { nodes, edges, connections } = plainNetwork(roadnet, lengthM)
    expect(nodes).toContain('<node id="100" x="115.8" y="28.6" type="traffic_light"/>')
    expect(nodes).toContain('<node id="102" x="115.802" y="28.6" type="priority"/>')
    expect(nodes).toContain('<node id="105" x="115.804" y="28.6" type="dead_end"/>')
    expect(edges).toContain('<edge id="4" from="102" to="100" length="240.5" numLanes="3" speed="16.7"')
    // Lane 2 of SUMO is the innermost.
    expect(connections).toContain('<connection from="2" to="3" fromLane="2" toLane="2"/>')
  })
})

describe('a City Brain demand', () => {
  const flow = '2\n10 30 10\n3\n2 3 9\n0 0 5\n1\n6\n'
  const trips = (of: string, share = 1) => tripsOfCityBrain(of, 'flow.txt', roadnet, share, seededRandom(1))

  it('sends a vehicle at the start of a flow and after every interval until its end', () => {
    expect(trips(flow).map(({ departS, route }) => [departS, route.join(' ')])).toEqual([
      [0, '6'],
      [10, '2 3 9'],
      [20, '2 3 9'],
      [30, '2 3 9'],
    ])
  })

  it('is thinned out, always to the same vehicles', () => {
    const many = '1\n0 9999 1\n1\n6\n'
    expect(trips(many, 0.2).length).toBeGreaterThan(1800)
    expect(trips(many, 0.2).length).toBeLessThan(2200)
    expect(trips(many, 0.2)).toEqual(trips(many, 0.2))
    expect(trips(many, 0)).toEqual([])
  })

  it.each([
    ['2\n10 30 10\n3\n2 3 9\n', /flow\.txt: the file ends too early/],
    [flow.replace('2 3 9', '2 3'), /line 4: the line is too short/],
    [flow.replace('2 3 9', '2 3 9 9'), /line 4: "9" is too much/],
    [flow.replace('2 3 9', '2 77 9'), /line 4: edge 77 is not in the road network/],
    [flow.replace('2 3 9', '2 6 9'), /line 4: nothing leads from edge 2 to edge 6/],
    [flow.replace('10 30 10', '10 30 0'), /line 2: interval is 0/],
    [flow.replace('10 30 10', '30 10 10'), /line 2: end 10 is before start 30/],
    [flow.replace('10 30 10', '10 east 10'), /line 2: "east", expected a number/],
  ])('names the line and what is wrong in it: %j', (spoilt, reason) => {
    expect(() => trips(spoilt)).toThrow(reason)
  })
})
