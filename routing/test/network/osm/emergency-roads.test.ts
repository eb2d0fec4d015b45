import { City, compile } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { driveable } from '../../../src/network/osm/access.ts'
import { arcFlag, type RoadNetwork } from '../../../src/network/road-network.ts'
import { snap } from '../../../src/network/snap.ts'
import { createRouteEngine } from '../../../src/search/route-engine.ts'
import { extract, importDrawn } from './drawn-extract.ts'

const options = { district: 'test', name: { en: 'Test' }, timeZone: 'Europe/Berlin' }
const street = { highway: 'residential', maxspeed: '20' }
const signal = { highway: 'traffic_signals' }

describe('who may drive', () => {
  it.each([
    [{ highway: 'service', access: 'private' }, 'emergency'],
    [{ highway: 'residential', motor_vehicle: 'no' }, 'emergency'],
    [{ highway: 'service', service: 'bus' }, 'emergency'],
    [{ highway: 'busway' }, 'emergency'],
    [{ highway: 'pedestrian' }, 'emergency'],
    [{ highway: 'pedestrian', width: '4' }, 'emergency'],
    [{ highway: 'footway', emergency: 'yes' }, 'emergency'],
    [{ highway: 'service', access: 'private', service: 'driveway', emergency: 'designated' }, 'emergency'],
    [{ highway: 'service', access: 'private', motorcar: 'yes' }, 'everyone'],
    [{ highway: 'service', access: 'customers' }, 'everyone'],
  ])('on %o: %s', (tags, openTo) => {
    expect(driveable(tags)).toMatchObject({ openTo })
  })

  it.each([
    [{ highway: 'pedestrian', width: '2.5' }, 'not for cars'],
    [{ highway: 'pedestrian', area: 'yes' }, 'not for cars'],
    [{ highway: 'footway' }, 'not for cars'],
    [{ highway: 'busway', emergency: 'no' }, 'not for cars'],
    [{ highway: 'service', access: 'private', service: 'driveway' }, 'access private'],
    [{ highway: 'service', access: 'no', emergency: 'no' }, 'access no'],
    [{ highway: 'service', access: 'military' }, 'access military'],
    [{ highway: 'residential', area: 'yes' }, 'an area'],
  ])('on %o: nobody, %s', (tags, dropped) => {
    expect(driveable(tags)).toEqual({ dropped })
  })
})

describe('roads for emergency vehicles only', () => {
  /** A block A–B–C–D with a pedestrian street across, A–C, and a private yard beyond B. */
  const town = (over: Parameters<typeof extract>[0] = {}) =>
    extract({ A: [0, 0], B: [300, 0], C: [300, 300], D: [0, 300], Y: [500, 0], Z: [600, 0], ...over }, [
      ['A B', street],
      ['B C', street],
      ['C D', street],
      ['D A', street],
      ['A C', { highway: 'pedestrian', name: 'Market' }],
      ['B Y', { highway: 'service', access: 'private' }],
      ['Y Z', street],
    ])
  const flagged = ({ arcCount, flags }: RoadNetwork) =>
    Array.from({ length: arcCount }, (_, arc) => arc).filter((arc) => flags[arc]! & arcFlag.emergencyOnly)

  it('are arcs of their own, with what lies behind them', () => {
    const { network, report } = importDrawn(town(), options)
    expect(report.kept).toMatchObject({ nodes: 6, arcs: 8, emergencyOnlyArcs: 6, contraflowArcs: 0 })
    expect(flagged(network)).toHaveLength(6)
  })

  it('are left out where that is wanted, and reported', () => {
    const { network, report } = importDrawn(town(), { ...options, emergencyRoads: false })
    expect(network.nodeCount).toBe(4)
    expect(flagged(network)).toEqual([])
    expect(report.dropped['ways: closed to cars']).toBe(2)
  })

  it('are driven by ambulances and not by cars', () => {
    const map = town()
    const { network } = importDrawn(map, options)
    const engine = createRouteEngine(network)
    const at = (node: string) => map.nodes.get(map.id(node))!
    const ask = (profile: 'car' | 'ambulance') => engine.route({ from: at('A'), to: at('C'), profile })[0]!
    const isClosed = (arc: number) => (network.flags[arc]! & arcFlag.emergencyOnly) !== 0
    expect([...ask('car').arcs].some(isClosed)).toBe(false)
    expect(ask('car').distanceM).toBeGreaterThan(590)
    expect([...ask('ambulance').arcs].some(isClosed)).toBe(true)
    expect(ask('ambulance').distanceM).toBeLessThan(430)
    // Into the yard: a car gets as near as it may.
    const yard = { lon: at('Y').lon, lat: at('Y').lat }
    expect([...engine.route({ from: at('D'), to: yard, profile: 'ambulance' })[0]!.arcs].some(isClosed)).toBe(true)
    expect([...engine.route({ from: at('D'), to: yard, profile: 'car' })[0]!.arcs].some(isClosed)).toBe(false)
  })

  it('are found beside a position only where asked for', () => {
    const map = town()
    const { network } = importDrawn(map, options)
    const middle = {
      lon: (map.nodes.get(map.id('A'))!.lon + map.nodes.get(map.id('C'))!.lon) / 2,
      lat: 49.4 + 150 / 111_195,
    }
    expect(snap(network, middle, 20)).toEqual([])
    expect(snap(network, middle, 20, { emergencyOnly: true })).toHaveLength(2)
    expect(snap(network, middle, 20, { contraflow: true })).toHaveLength(2)
  })

  it('have no signal of their own, but an approach may lead into them', () => {
    const nodes = {
      W: [-200, 0],
      O: [0, 0, signal],
      E: [200, 0],
      S: [0, -200],
      N: [0, 200],
      M: [200, 200],
    } as Parameters<typeof extract>[0]
    const ways = [
      ['W O E', { highway: 'primary' }],
      ['O S', street],
    ] as const
    const plain = importDrawn(extract(nodes, ways), options)
    const { city, network } = importDrawn(extract(nodes, [...ways, ['O N M E', { highway: 'pedestrian' }]]), options)
    expect(compile(City).faults(city)).toEqual([])
    const [before, after] = [plain.city.junctions[0]!, city.junctions[0]!]
    expect(after.approaches).toHaveLength(3)
    expect(after.exits.slice(0, 3)).toEqual(before.exits)
    expect(after.exits).toHaveLength(4)
    expect([after.groups, after.stages, after.intergreens, after.cycleS]).toEqual([
      before.groups,
      before.stages,
      before.intergreens,
      before.cycleS,
    ])
    for (const { exits } of after.approaches) expect(exits).toContain('e4')
    // The ambulance is asked for at the junction that it leaves that way.
    const engine = createRouteEngine(network, { junctions: city.junctions })
    const [route] = engine.route({
      from: { lon: 8.7 - 100 / 72_363, lat: 49.4 },
      to: { lon: 8.7, lat: 49.4 + 150 / 111_195 },
      profile: 'ambulance',
    })
    expect(route!.junctions).toMatchObject([{ junction: after.id, exit: 'e4' }])
  })
})
