import { City, compile, InputError } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { importCity } from '../../../src/network/import-city.ts'
import { testData } from '../../test-data.ts'
import { mapFolder } from '../drawn-file.ts'

const { load } = mapFolder()

/** A signal with roads to the north, east and south; from the east nobody may turn left. */
const text = `4
28.6 115.8 100 1
28.602 115.8 101 0
28.6 115.802 102 0
28.598 115.8 103 0
3
101 100 230.0 11.1 3 3 1 2
1 0 0 0 1 0 0 0 1
1 0 0 0 1 0 0 0 1
102 100 240.5 16.7 2 1 3 4
0 1 0 0 0 1
1 1 1
100 103 222.4 8.3 1 1 5 6
1 1 1
1 1 1
1
100 2 4 5 -1
`

describe('a City Brain road network', () => {
  it('has its nodes, roads with lengths and lanes, signals, and the turns that lanes allow', async () => {
    const { city, network, report } = await load('roadnet.txt', text)
    expect(compile(City).faults(city)).toEqual([])
    expect(report.kept).toMatchObject({ nodes: 4, arcs: 6, junctions: 1 })
    expect([...network.lengthM].map((m) => m.toFixed(1)).sort()).toEqual([
      '222.4',
      '222.4',
      '230.0',
      '230.0',
      '240.5',
      '240.5',
    ])
    expect([...network.lanes].sort()).toEqual([1, 1, 1, 2, 3, 3])
    const [table] = city.junctions
    expect(table!.id).toBe('j-100')
    // Exits clockwise north, east, south: left from the east is south.
    const banned = network.turnBans.map(({ arcs }) => arcs.map((arc) => [network.tail[arc], network.head[arc]]))
    expect(banned).toEqual([
      [
        [2, 0],
        [0, 3],
      ],
    ])
  })

  it.each([
    [text.slice(0, 200), /the file ends too early|too short/],
    [text.replace('115.802', 'east'), /line 4: "east", expected a number from -180 to 180/],
    [text.replace('102 100 240.5', '199 100 240.5'), /line 10: node 199 is unknown/],
    [text.replace('240.5', 'NaN'), /line 10: "NaN"/],
    [text.replace('100 2 4 5 -1', '100 2 9 5 -1'), /line 17: edge 9 is unknown/],
    [text.replace('100 2 4 5 -1', '101 2 4 5 -1'), /line 17: an exit starts at another node/],
    [text.replace('16.7 2 1', '0 2 1'), /line 10: "0", expected a number/],
    [text.replace('3 3 1 2\n', '3 3 1 2 7\n'), /line 7: "7" is too much/],
  ])('that is wrong is refused with line and reason', async (broken, reason) => {
    await expect(load('roadnet.txt', broken)).rejects.toThrow(reason)
    await expect(load('roadnet.txt', broken)).rejects.toThrow(InputError)
  })
})

const nanchang = testData('networks/nanchang/roadnet_nanchang.txt.gz')

describe.skipIf(!nanchang)('the road network of Nanchang (needs CLEARWAY_TEST_DATA)', () => {
  it('is imported whole', async () => {
    const { city, network, report } = await importCity(nanchang as string)
    expect(report.kept).toMatchObject({ nodes: 2048, arcs: 6024, signalNodes: 859 })
    expect(city.junctions.length + report.dropped['signals: no two movements conflict']!).toBe(859)
    const km = network.lengthM.reduce((sum, m) => sum + m, 0) / 2000
    expect(Math.abs(km - 1296)).toBeLessThan(13)
    expect(city.bounds.west).toBeCloseTo(115.75, 2)
    expect(city.bounds.north).toBeCloseTo(28.741, 2)
  }, 60_000)
})
