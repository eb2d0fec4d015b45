import { gzipSync } from 'node:zlib'
import { InputError } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { arcFlag } from '../../../src/network/road-network.ts'
import { createRouteEngine } from '../../../src/search/route-engine.ts'
import { mapFolder } from '../drawn-file.ts'

const { write, load } = mapFolder()

// A triangle of about 730 m sides; from 3 to 1 one-way; node 4 cannot be left.
const graph = 'p sp 4 6\na 1 2 10000\na 2 1 10000\na 2 3 9000\na 3 2 9000\na 3 1 20000\na 1 4 5000\n'
const coordinates =
  'p aux sp co 4\nv 1 8700000 49400000\nv 2 8710000 49400000\nv 3 8705000 49406000\nv 4 8700000 49401000\n'

describe('a DIMACS road network', () => {
  it('has lengths in decimetres, opposite arcs as one road, the largest connected part', async () => {
    const file = write('town.co.gz', gzipSync(coordinates))
    const { network, report } = await load('town.gr.gz', gzipSync(graph), { coordinates: file })
    expect(report.kept).toMatchObject({ nodes: 3, arcs: 5, contraflowArcs: 1 })
    expect(report.dropped).toMatchObject({ 'nodes: not in the largest connected part': 1 })
    expect([...network.lengthM]).toEqual([1000, 2000, 1000, 900, 2000, 900])
    expect(network.flags.filter((flags) => flags & arcFlag.contraflow)).toHaveLength(1)
    expect(network.nodeLon[0]).toBeCloseTo(8.7, 9)
  })

  it('has speeds from times', async () => {
    const file = write('town.co', coordinates)
    const { network } = await load('town.gr', graph, { coordinates: file, metric: 'time', unit: 0.01 })
    const seconds = [...network.lengthM].map((m, arc) => m / network.speedMps[arc]!)
    expect(seconds.map((s) => Math.round(s))).toEqual([100, 200, 100, 90, 200, 90])
    expect(network.lengthM[0]).toBeCloseTo(723.6, 0)
  })

  it('may lie on a plane in metres', async () => {
    const file = write('plane.co', 'p aux sp co 4\nv 1 0 0\nv 2 900 0\nv 3 400 800.5\nv 4 0 100\n')
    const options = { coordinates: file, planar: true, origin: { lon: 117, lat: 36.65 } }
    const { city, network } = await load('town.gr', graph, options)
    expect(city.bounds.west).toBeCloseTo(117, 6)
    expect(city.bounds.east).toBeGreaterThan(117.009)
    const [route] = createRouteEngine(network).route({
      from: { lon: 117.001, lat: 36.65 },
      to: { lon: network.nodeLon[2]!, lat: network.nodeLat[2]! },
      profile: 'car',
    })
    expect(route!.distanceM).toBeGreaterThan(1000)
  })

  it('with a weight of 0 is still driven at a speed', async () => {
    const file = write('town.co', coordinates)
    const { network } = await load('town.gr', graph.replace('a 2 3 9000', 'a 2 3 0'), {
      coordinates: file,
      metric: 'time',
    })
    for (const speed of network.speedMps) expect(speed > 0 && Number.isFinite(speed)).toBe(true)
  })

  it.each([
    [undefined, /give its \.co file with --coordinates/],
    ['p aux sp co 1\nv 1 0 0\n', /town\.gr: 4 nodes, but coordinates of 1/],
    [coordinates.replace('49406000', '249406000'), /node 3: its coordinates 8705000 249406000 are off the earth/],
    [coordinates.replace('49406000', 'NaN'), /town\.co, line 4: y is "NaN"/],
  ])('without coordinates that fit is refused', async (content, reason) => {
    const options = content === undefined ? {} : { coordinates: write('town.co', content) }
    await expect(load('town.gr', graph, options)).rejects.toThrow(reason)
    await expect(load('town.gr', graph, options)).rejects.toThrow(InputError)
  })
})
