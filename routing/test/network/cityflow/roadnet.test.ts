import { City, compile, InputError } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { importCity } from '../../../src/network/import-city.ts'
import { arcFlag } from '../../../src/network/road-network.ts'
import { createRouteEngine } from '../../../src/search/route-engine.ts'
import { testData } from '../../test-data.ts'
import { mapFolder } from '../drawn-file.ts'

const { load } = mapFolder()
const origin = { lon: 117, lat: 36.65 }
const point = (x: number, y: number) => ({ x, y })
const lane = { width: 3, maxSpeed: 10 }

/** A crossing of four two-way roads of 200 m; right turns are not allowed. */
function crossing() {
  const rim: Record<string, [number, number]> = { east: [200, 0], north: [0, 200], west: [-200, 0], south: [0, -200] }
  const sides = ['east', 'north', 'west', 'south'] as const
  const intersections = [
    { id: 'middle', point: point(0, 0), virtual: false, roadLinks: [] as { startRoad: string; endRoad: string }[] },
    ...sides.map((side) => ({ id: side, point: point(...rim[side]!), virtual: true, roadLinks: [] })),
  ]
  const roads = sides.flatMap((side) => [
    {
      id: `${side}-in`,
      points: [point(...rim[side]!), point(0, 0)],
      lanes: [lane, lane],
      startIntersection: side,
      endIntersection: 'middle',
    },
    {
      id: `${side}-out`,
      points: [point(0, 0), point(...rim[side]!)],
      lanes: [lane],
      startIntersection: 'middle',
      endIntersection: side,
    },
  ])
  sides.forEach((side, i) => {
    const [left, straight] = [sides[(i + 3) % 4], sides[(i + 2) % 4]]
    intersections[0]!.roadLinks.push(
      { startRoad: `${side}-in`, endRoad: `${left}-out` },
      { startRoad: `${side}-in`, endRoad: `${straight}-out` },
    )
  })
  return { intersections, roads }
}

describe('a CityFlow road network', () => {
  it('has its roads as two-way streets, its turns, and signals where it is not virtual', async () => {
    const { city, network, report } = await load('roadnet.json', JSON.stringify(crossing()), { origin })
    expect(compile(City).faults(city)).toEqual([])
    expect(report.kept).toMatchObject({ nodes: 5, arcs: 8, contraflowArcs: 0, turnBans: 4, junctions: 1 })
    expect([...network.lengthM].map(Math.round)).toEqual(new Array(8).fill(200))
    expect([...network.speedMps]).toEqual(new Array(8).fill(10))
    expect([...network.lanes].sort()).toEqual([1, 1, 1, 1, 2, 2, 2, 2])
    const [table] = city.junctions
    expect(table).toMatchObject({ id: 'j-middle', provenance: 'synthetic' })
    expect(table!.approaches.map(({ exits }) => exits.length)).toEqual([2, 2, 2, 2])
    // Every ban is a turn to the right.
    for (const { arcs } of network.turnBans) {
      const [a, b] = arcs as [number, number]
      const step = (arc: number) =>
        [
          network.nodeLon[network.head[arc]!]! - network.nodeLon[network.tail[arc]!]!,
          network.nodeLat[network.head[arc]!]! - network.nodeLat[network.tail[arc]!]!,
        ] as const
      const [[ax, ay], [bx, by]] = [step(a), step(b)]
      expect(ax * by - ay * bx).toBeLessThan(0)
    }
  })

  it('lies around the origin given', async () => {
    const { city } = await load('roadnet.json', JSON.stringify(crossing()), { origin })
    expect((city.bounds.west + city.bounds.east) / 2).toBeCloseTo(117, 6)
    expect((city.bounds.south + city.bounds.north) / 2).toBeCloseTo(36.65, 6)
  })

  it('keeps a road without opposite as a one-way street', async () => {
    const net = crossing()
    net.roads.push({
      id: 'ring',
      points: [point(200, 0), point(200, 200), point(0, 200)],
      lanes: [lane],
      startIntersection: 'east',
      endIntersection: 'north',
    })
    const { network, report } = await load('roadnet.json', JSON.stringify(net), { origin })
    expect(report.kept).toMatchObject({ arcs: 9, contraflowArcs: 1 })
    const against = network.flags.findIndex((flags) => (flags & arcFlag.contraflow) !== 0)
    expect(network.lengthM[network.reverse[against]!]).toBeCloseTo(400, 0)
  })

  it.each([
    [
      (net: ReturnType<typeof crossing>) => {
        net.roads[0]!.endIntersection = 'nowhere'
      },
      /road "east-in": "nowhere" is not in the file/,
    ],
    [
      (net: ReturnType<typeof crossing>) => {
        net.intersections[0]!.roadLinks[0]!.endRoad = 'none'
      },
      /intersection "middle": "none" is not in the file/,
    ],
    [
      (net: ReturnType<typeof crossing>) => {
        net.intersections[0]!.roadLinks[0]!.endRoad = 'east-in'
      },
      /which do not meet here/,
    ],
    [
      (net: ReturnType<typeof crossing>) => {
        net.roads[0]!.id = net.roads[1]!.id
      },
      /two are called "east-out"/,
    ],
    [
      (net: ReturnType<typeof crossing>) => {
        net.roads[0]!.lanes = []
      },
      /roads\.0\.lanes/,
    ],
    [
      (net: ReturnType<typeof crossing>) => {
        net.roads[0]!.lanes = [{ width: 3, maxSpeed: 0 }]
      },
      /roads\.0\.lanes\.0\.maxSpeed/,
    ],
    [
      (net: ReturnType<typeof crossing>) => {
        net.intersections[1]!.point = { x: null, y: 0 } as never
      },
      /intersections\.1\.point\.x/,
    ],
    [
      (net: ReturnType<typeof crossing>) => {
        net.roads = []
        net.intersections[0]!.roadLinks = []
      },
      /no roads/,
    ],
  ])('that is wrong is refused with the place and the reason', async (spoil, reason) => {
    const net = crossing()
    spoil(net)
    await expect(load('roadnet.json', JSON.stringify(net), { origin })).rejects.toThrow(reason)
    await expect(load('roadnet.json', JSON.stringify(net), { origin })).rejects.toThrow(InputError)
  })

  it('that is cut off is refused', async () => {
    const text = JSON.stringify(crossing())
    await expect(load('roadnet.json', text.slice(0, -20), { origin })).rejects.toThrow(/no JSON/)
  })
})

const jinan = testData('networks/jinan-3x4/roadnet_3_4.json.gz')

describe.skipIf(!jinan)('road networks of the CityFlow authors (need CLEARWAY_TEST_DATA)', () => {
  it('are imported whole', async () => {
    const found = await Promise.all(
      ['jinan-3x4/roadnet_3_4', 'newyork-16x3/roadnet_16_3', 'hangzhou-1x1/roadnet'].map(async (name) => {
        const { report, city } = await importCity(testData(`networks/${name}.json.gz`) as string, { origin })
        expect(compile(City).faults(city)).toEqual([])
        expect(report.dropped).toEqual({})
        return [report.kept.nodes, report.kept.arcs, report.kept.junctions, report.kept.turnBans]
      }),
    )
    expect(found).toEqual([
      [26, 62, 12, 0],
      [86, 230, 48, 0],
      // Its right turns were dropped.
      [5, 8, 1, 4],
    ])
  })

  it('give the trip of an ambulance over five blocks its length', async () => {
    const { network, city } = await importCity(jinan as string, { origin })
    const engine = createRouteEngine(network, { junctions: city.junctions })
    const at = (x: number, y: number) => ({
      lon: origin.lon + x / (111_195 * Math.cos((origin.lat * Math.PI) / 180)),
      lat: origin.lat + y / 111_195,
    })
    const [route] = engine.route({ from: at(-395, 0), to: at(1595, 0), profile: 'car' })
    expect(Math.abs(route!.distanceM - 1990)).toBeLessThan(3)
    expect(route!.junctions).toHaveLength(4)
  })
})
