import { type Roadnet, roadnetOf } from '@clearway/routing'
import { describe, expect, it } from 'vitest'
import { demandFile, tripsOfFlow } from '../../src/sumo/cityflow/flow-file.ts'
import { plainNetwork } from '../../src/sumo/cityflow/plain-network.ts'
import { bearingOfPoints, stagePlan } from '../../src/sumo/cityflow/stage-plan.ts'

const sides = { north: [0, 300], east: [300, 0], south: [0, -300], west: [-300, 0] } as const
type Side = keyof typeof sides
const names = Object.keys(sides) as Side[]
const lane = { maxSpeed: 11.111, width: 4 }

/** Crossing `x` of four roads with `lanes` lanes each way, every lane of a road joined with every lane of the next. */
function crossing(lanes = 3): Roadnet {
  const at = ([x, y]: readonly [number, number]) => ({ x, y })
  const roads = names.flatMap((side) => [
    {
      id: `${side}-in`,
      points: [at(sides[side]), at([0, 0])],
      lanes: Array(lanes).fill(lane),
      startIntersection: side,
      endIntersection: 'x',
    },
    {
      id: `${side}-out`,
      points: [at([0, 0]), at(sides[side])],
      lanes: Array(lanes).fill(lane),
      startIntersection: 'x',
      endIntersection: side,
    },
  ])
  const roadLinks = names.flatMap((side, i) =>
    (['turn_left', 'go_straight', 'turn_right'] as const).map((type, k) => ({
      type,
      startRoad: `${side}-in`,
      endRoad: `${names[(i + k + 1) % 4]}-out`,
      laneLinks: Array.from({ length: lanes }, (_, endLaneIndex) => ({
        startLaneIndex: Math.min(k, lanes - 1),
        endLaneIndex,
      })),
    })),
  )
  const intersections = [
    { id: 'x', point: at([0, 0]), virtual: false, roadLinks },
    ...names.map((side) => ({ id: side, point: at(sides[side]), virtual: true, roadLinks: [] })),
  ]
  return roadnetOf({ intersections, roads }, 'crossing.json')
}

const vehicle = { length: 5, width: 2, usualPosAcc: 2, usualNegAcc: 4.5, minGap: 2.5, maxSpeed: 11.111 }
const entry = (more: object = {}) => ({
  ...{ vehicle, route: ['north-in', 'south-out'], interval: 1, startTime: 0, endTime: 0 },
  ...more,
})

describe('a CityFlow road network for SUMO', () => {
  it('counts lanes from the outside and joins them as drivers use them', () => {
    const { nodes, edges, connections } = plainNetwork(crossing())
    expect(nodes).toContain('<node id="x" x="0" y="0" type="traffic_light"/>')
    expect(nodes).toContain('<node id="west" x="-300" y="0" type="dead_end"/>')
    expect(edges).toContain(
      '<edge id="north-in" from="north" to="x" numLanes="3" speed="11.111" width="4" spreadType="right"/>',
    )
    const of = (from: string, to: string) =>
      [...connections.matchAll(new RegExp(`from="${from}" to="${to}" fromLane="(\\d)" toLane="(\\d)"`, 'g'))].map(
        ([, a, b]) => `${a}>${b}`,
      )
    expect(of('north-in', 'east-out')).toEqual(['2>2', '2>1'])
    expect(of('north-in', 'south-out')).toEqual(['1>2', '1>1', '1>0'])
    expect(of('north-in', 'west-out')).toEqual(['0>0'])
    expect(connections).toContain('<connection from="north-out"/>')
  })

  it('keeps to the only lane there is', () => {
    const { connections } = plainNetwork(crossing(1))
    expect(connections).toContain('<connection from="north-in" to="east-out" fromLane="0" toLane="0"/>')
  })

  it('keeps the bends of a road and lanes that differ', () => {
    const net = crossing()
    const [road] = net.roads
    road!.points.splice(1, 0, { x: 20, y: 150 })
    road!.lanes = [{ maxSpeed: 15, width: 3 }, lane, lane]
    const { edges } = plainNetwork(net)
    expect(edges).toContain('speed="15" width="3" spreadType="right" shape="0,300 20,150 0,0">')
    expect(edges).toContain('<lane index="2" speed="15" width="3"/><lane index="1" speed="11.111" width="4"/>')
  })

  it.each([
    [
      'an id that SUMO has another use for',
      (net: Roadnet) => void Object.assign(net.roads[0]!, { id: 'a b' }),
      /"a b" is no id for SUMO/,
    ],
    [
      'a link without lanes',
      (net: Roadnet) => void delete net.intersections[0]!.roadLinks[0]!.laneLinks,
      /roadLink from "north-in" to "east-out" has no laneLinks/,
    ],
  ])('refuses %s', (_, spoil, message) => {
    const net = crossing()
    spoil(net)
    expect(() => plainNetwork(net)).toThrow(message)
  })

  it.each([
    ['a lane that is not there', { startLaneIndex: 3, endLaneIndex: 0 }, /from lane 3 of 3 to lane 0 of 3; lanes are/],
    ['a lane that is no number', { startLaneIndex: -1, endLaneIndex: 0 }, /laneLinks\.0\.startLaneIndex must be >= 0/],
  ])('refuses %s', (_, link, message) => {
    const net = crossing()
    net.intersections[0]!.roadLinks[0]!.laneLinks = [link]
    expect(() => roadnetOf(net, 'crossing.json')).toThrow(message)
  })
})

describe('a CityFlow demand for SUMO', () => {
  const trips = (...flow: unknown[]) => tripsOfFlow(flow, 'flow.json', crossing())

  it('is in the order of departure, those of a second in the order of the file', () => {
    const list = trips(
      entry({ startTime: 9, endTime: 9 }),
      entry({ startTime: 2, endTime: 8, interval: 3 }),
      entry({ startTime: 5, endTime: 5, route: ['east-in', 'west-out'] }),
    )
    expect(list.map(({ departS, route }) => `${departS} ${route[0]}`)).toEqual([
      ...['2 north-in', '5 north-in', '5 east-in', '8 north-in', '9 north-in'],
    ])
  })

  it('has a type for every kind of vehicle', () => {
    const file = demandFile(trips(entry(), entry({ vehicle: { ...vehicle, length: 12 } }), entry()))
    expect(file.match(/<vType /g)).toHaveLength(2)
    expect(file).toContain(
      '<vType id="car" length="5" width="2" accel="2" decel="4.5" minGap="2.5" maxSpeed="11.111" sigma="0.5" tau="1.1"',
    )
    expect(file).toMatch(/<vehicle id="f1" type="car2" depart="0\.00" .*<route edges="north-in south-out"\/>/)
    expect(file).toMatch(/<vehicle id="f2" type="car" /)
  })

  it.each([
    ['no vehicle', entry({ vehicle: undefined }), /flow\.json: 1\.vehicle /],
    ['no start', { ...entry(), startTime: undefined }, /1\.startTime /],
    ['a vehicle without length', entry({ vehicle: { ...vehicle, length: 0 } }), /1\.vehicle\.length must be > 0/],
    ['an empty route', entry({ route: [] }), /1\.route /],
    ['an unknown road', entry({ route: ['north-in', 'moon'] }), /\[1\]\.route\[1\] "moon" is no road of the roadnet/],
    [
      'a route that is not connected',
      entry({ route: ['north-in', 'north-out'] }),
      /flow\.json: \[1\]\.route cannot be driven: no roadLink leads from "north-in" to "north-out"/,
    ],
    ['no end', entry({ endTime: -1 }), /\[1\]\.endTime -1 is before startTime 0; a flow without end/],
    ['no interval', entry({ endTime: 10, interval: 0 }), /\[1\]\.interval is 0/],
    ['vehicles without number', entry({ endTime: 1e9, interval: 0.1 }), /\[1\]\.interval makes more than 2000000/],
  ])('refuses %s', (_, wrong, message) => {
    expect(() => trips(entry(), wrong)).toThrow(message)
  })
})

describe('a plan of stages', () => {
  /** Links as netconvert would number them: by arrival, right turn, straight on, left. */
  const plan = (net: Roadnet) => {
    const links = [...net.intersections[0]!.roadLinks]
    const connections = links.map(({ startRoad, endRoad }, linkIndex) => ({
      ...{ from: startRoad, to: endRoad, fromLane: 0, toLane: 0, tl: 'x', linkIndex },
    }))
    const made = { connections } as unknown as Parameters<typeof stagePlan>[1]
    const file = stagePlan(net, made, { greenS: 20, yellowS: 3, allRedS: 2 }, bearingOfPoints(net))
    return [...file.matchAll(/duration="(\d+)" state="(\w+)" name="([\w-]+)"/g)].map((m) => m.slice(1).join(' '))
  }

  it('serves facing arrivals straight on, then to the left, through yellow and all-red; right turns always yield', () => {
    // north l s r, east l s r, south l s r, west l s r
    expect(plan(crossing())).toEqual([
      '20 rGgrrgrGgrrg NS-s',
      '3 rygrrgrygrrg yellow',
      '2 rrgrrgrrgrrg allred',
      '20 GrgrrgGrgrrg NS-l',
      '3 yrgrrgyrgrrg yellow',
      '2 rrgrrgrrgrrg allred',
      '20 rrgrGgrrgrGg EW-s',
      '3 rrgrygrrgryg yellow',
      '2 rrgrrgrrgrrg allred',
      '20 rrgGrgrrgGrg EW-l',
      '3 rrgyrgrrgyrg yellow',
      '2 rrgrrgrrgrrg allred',
    ])
  })

  it('serves an arrival that nobody faces alone', () => {
    const net = crossing()
    net.roads.find(({ id }) => id === 'east-in')!.points[0] = { x: 50, y: 300 }
    const greens = plan(net).filter((phase) => phase.startsWith('20'))
    // North and south face each other; so would west and east, but east now comes from the north as well.
    expect(greens).toHaveLength(6)
    const together = greens.filter((phase) => /^20 .{4}G/.test(phase) && /^20 .{10}G/.test(phase))
    expect(together).toEqual([])
  })
})
