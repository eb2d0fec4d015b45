import { describe, expect, it } from 'vitest'
import { heidelberg } from '../../../src/network/import-city.ts'
import { arcFlag, type RoadNetwork } from '../../../src/network/road-network.ts'
import { extract, importDrawn } from './drawn-extract.ts'

const options = { district: 'test', name: { en: 'Test' }, timeZone: 'Europe/Berlin' }
const street = { highway: 'residential', name: 'Side Street' }
const main = { highway: 'primary', name: 'Main Street', maxspeed: '50' }

const ordinary = (network: RoadNetwork) =>
  Array.from({ length: network.arcCount }, (_, arc) => arc).filter(
    (arc) => (network.flags[arc]! & arcFlag.contraflow) === 0,
  )

describe('roads', () => {
  it('are cut where ways meet, in the middle of a way too', () => {
    const map = extract({ A: [0, 0], B: [100, 0], C: [200, 0], D: [100, 100] }, [
      ['A B C', main],
      ['B D', street],
    ])
    const { network } = importDrawn(map, options)
    expect(network.nodeCount).toBe(4)
    expect(network.arcCount).toBe(6)
    expect(network.lengthM[0]).toBeCloseTo(100, 0)
    expect(network.streetNames).toEqual(['', 'Main Street', 'Side Street'])
  })

  it('have the reverse of a one-way street as a contraflow arc', () => {
    const map = extract({ A: [0, 0], B: [100, 0], C: [50, 80] }, [
      ['A B', { ...street, oneway: 'yes' }],
      ['B C A', { ...street, oneway: '-1' }],
      ['A C', street],
      ['C B', street],
    ])
    const { network, report } = importDrawn(map, options)
    const closed = network.flags.filter((flags) => (flags & arcFlag.contraflow) !== 0).length
    expect(closed).toBe(report.kept.contraflowArcs)
    expect(closed).toBeGreaterThan(0)
    for (let arc = 0; arc < network.arcCount; arc++) {
      const reverse = network.reverse[arc]!
      expect(network.tail[reverse]).toBe(network.head[arc])
      expect(network.reverse[reverse]).toBe(arc)
    }
  })

  it('drive one way round a roundabout that is not tagged one-way', () => {
    const map = extract({ A: [0, 0], B: [20, 20], C: [0, 40], D: [-20, 20], E: [100, 20], F: [-100, 20] }, [
      ['A B C D A', { ...street, junction: 'roundabout' }],
      ['B E', street],
      ['D F', street],
    ])
    const { network } = importDrawn(map, options)
    const round = ordinary(network).filter((arc) => (network.flags[arc]! & arcFlag.roundabout) !== 0)
    expect(round).toHaveLength(3)
  })

  it('leave out what cars may not use, and say how many and why', () => {
    const map = extract({ A: [0, 0], B: [100, 0], C: [200, 0], D: [300, 0], E: [400, 0] }, [
      ['A B', street],
      ['B C', { ...street, access: 'military' }],
      ['B D', { highway: 'footway' }],
      ['B E', { ...street, access: 'no', motor_vehicle: 'yes' }],
    ])
    const { report, network } = importDrawn(map, options)
    expect(network.nodeCount).toBe(3)
    expect(report.dropped).toMatchObject({ 'ways: access military': 1, 'ways: not for cars': 1 })
  })

  it('keep the largest part in which everyone reaches everywhere', () => {
    const map = extract({ A: [0, 0], B: [100, 0], C: [200, 0], X: [0, 900], Y: [100, 900], Z: [300, 0] }, [
      ['A B', street],
      ['B C', street],
      ['X Y', street],
      ['C Z', { ...street, oneway: 'yes' }],
    ])
    const { report, network } = importDrawn(map, options)
    expect(network.nodeCount).toBe(3)
    expect(report.dropped['nodes: not in the largest connected part']).toBe(3)
  })

  it('are cut at the bounds', () => {
    const map = extract({ A: [0, 0], B: [100, 0], C: [200, 0], D: [90_000, 0] }, [
      ['A B C', street],
      ['C D', street],
    ])
    const { report, network } = importDrawn(map, { ...options, bounds: heidelberg.bounds! })
    expect(network.arcCount).toBe(2)
    expect(report.dropped['ways: outside the bounds']).toBe(1)
  })

  it('are missed with a clear word when there are none', () => {
    const map = extract({ A: [0, 0], B: [100, 0] }, [['A B', { highway: 'footway' }]])
    expect(() => importDrawn(map, options)).toThrow(/no roads for cars/)
  })

  it('survive nodes that the file does not have', () => {
    const map = extract({ A: [0, 0], B: [100, 0], C: [200, 0] }, [
      ['A B', street],
      ['B C missing', street],
    ])
    const { report, network } = importDrawn(map, options)
    expect(network.nodeCount).toBe(3)
    expect(report.dropped['ways: nodes missing in the file']).toBe(1)
  })
})

describe('signals', () => {
  const signal = { highway: 'traffic_signals' }
  const crossing = { highway: 'crossing', crossing: 'traffic_signals' }

  it('on the junction node make one junction with an approach and an exit per arm', () => {
    const map = extract({ W: [-200, 0], O: [0, 0, signal], E: [200, 0], N: [0, 200], S: [0, -200] }, [
      ['W O E', main],
      ['N O S', street],
    ])
    const { city, network } = importDrawn(map, options)
    expect(city.junctions).toHaveLength(1)
    const [table] = city.junctions
    expect(table!.id).toBe(`j-${map.id('O')}`)
    expect(table!.name).toEqual({ en: 'Main Street / Side Street' })
    expect(table!.approaches.map(({ exits }) => exits.length)).toEqual([3, 3, 3, 3])
    expect(table!.stages.map(({ groups }) => groups.length)).toEqual([2, 2])
    expect(network.approaches).toHaveLength(4)
    for (const { arc } of network.approaches) expect(network.approachOfArc[arc]).toBeGreaterThanOrEqual(0)
  })

  it('on the stop lines before a junction belong to it', () => {
    const map = extract(
      {
        W: [-200, 0],
        w: [-20, 0, signal],
        O: [0, 0],
        E: [200, 0],
        e: [20, 0, signal],
        N: [0, 200],
        n: [0, 20, signal],
      },
      [
        ['W w O e E', main],
        ['N n O', street],
      ],
    )
    const { city, network } = importDrawn(map, options)
    expect(city.junctions).toHaveLength(1)
    expect(city.junctions[0]!.approaches).toHaveLength(3)
    const inside = network.flags.filter((flags) => (flags & arcFlag.inside) !== 0).length
    expect(inside).toBe(6)
  })

  it('of a dual carriageway become one junction', () => {
    const oneway = { ...main, oneway: 'yes' }
    const map = extract(
      {
        W1: [-200, -8],
        A: [0, -8, signal],
        E1: [200, -8],
        E2: [200, 8],
        B: [0, 8, signal],
        W2: [-200, 8],
        N: [0, 200],
        S: [0, -200],
        X: [400, 0],
        Y: [-400, 0],
      },
      [
        ['W1 A E1 X', oneway],
        ['X E2 B W2 Y', oneway],
        ['Y W1', oneway],
        ['N B A S', street],
      ],
    )
    const { city } = importDrawn(map, options)
    expect(city.junctions).toHaveLength(1)
    expect(city.junctions[0]!.approaches).toHaveLength(4)
    expect(city.junctions[0]!.exits).toHaveLength(4)
  })

  it('for people on foot between junctions stop both directions', () => {
    const map = extract({ W: [-200, 0], O: [0, 0, crossing], E: [200, 0] }, [['W O E', main]])
    const [table] = importDrawn(map, options).city.junctions
    const walkers = table!.groups.filter(({ kind }) => kind === 'pedestrian')
    expect(walkers).toHaveLength(1)
    expect(table!.stages.map(({ groups }) => groups)).toEqual([['v1', 'v2'], [walkers[0]!.id]])
    for (const vehicle of ['v1', 'v2']) {
      expect(table!.intergreens).toContainEqual(expect.objectContaining({ ends: vehicle, begins: walkers[0]!.id }))
    }
  })

  it('without any conflict are left out with a line in the report', () => {
    const map = extract({ W: [-200, 0], O: [0, 0, signal], E: [200, 0] }, [['W O E', main]])
    const { city, report } = importDrawn(map, options)
    expect(city.junctions).toEqual([])
    expect(report.notes[0]).toContain(`j-${map.id('O')}`)
  })

  it('let no approach reach an exit that a restriction forbids', () => {
    const map = extract(
      { W: [-200, 0], O: [0, 0, signal], E: [200, 0], N: [0, 200], S: [0, -200] },
      [
        ['W O', main],
        ['O E', main],
        ['N O', street],
        ['O S', street],
      ],
      [['W O > O > N O', { restriction: 'no_left_turn' }]],
    )
    const [table] = importDrawn(map, options).city.junctions
    const fromWest = table!.approaches.find(({ bearingDeg }) => Math.abs(bearingDeg - 90) < 1)!
    const toNorth = table!.exits.find(({ bearingDeg }) => bearingDeg < 1 || bearingDeg > 359)!
    expect(fromWest.exits).toHaveLength(2)
    expect(fromWest.exits).not.toContain(toNorth.id)
  })
})

describe('places', () => {
  const base = {
    nodes: { A: [0, 0], B: [400, 0] } as Record<string, [number, number, Record<string, string>?]>,
    ways: [['A B', main]] as [string, Record<string, string>][],
  }

  it('are car parks with a name and a capacity, a hospital bay lot when one is near', () => {
    const map = extract(
      {
        ...base.nodes,
        P: [50, 30, { amenity: 'parking', name: 'Bürgerhaus Süd', capacity: '120' }],
        Q: [60, 30, { amenity: 'parking', name: 'Bürgerhaus Süd', capacity: '30' }],
        R: [60, 40, { amenity: 'parking', name: 'Ohne Zahl' }],
        S: [60, 40, { amenity: 'parking', name: 'Privat', capacity: '4', access: 'private' }],
        T: [60, 40, { amenity: 'parking', capacity: '4' }],
        H: [300, 30, { amenity: 'hospital', name: 'Klinik' }],
        U: [330, 30, { amenity: 'parking', name: '中心医院停车场', capacity: '80' }],
      },
      base.ways,
    )
    const { city, report } = importDrawn(map, options)
    expect(city.carParks.map(({ id, kind, capacity }) => [id, kind, capacity])).toEqual([
      ['buergerhaus-sued', 'barrier-less', 120],
      ['buergerhaus-sued-2', 'barrier-less', 30],
      [`lot-n${map.id('U')}`, 'hospital', 80],
    ])
    expect(city.carParks[2]!.name).toEqual({ zh: '中心医院停车场' })
    expect(report.dropped).toMatchObject({
      'car parks: no name': 1,
      'car parks: no capacity': 1,
      'car parks: access private': 1,
    })
  })

  it('have a sign on the street that leads to each car park', () => {
    const map = extract(
      { ...base.nodes, P: [390, -30, { amenity: 'parking', name: 'Ost', capacity: '12' }] },
      base.ways,
    )
    const { city } = importDrawn(map, options)
    const [sign] = city.signs
    expect(sign).toMatchObject({ id: 'sign-ost', lot: 'ost' })
    expect(Math.abs(sign!.position.lat - 49.4)).toBeLessThan(1e-5)
  })
})
