import { InputError, type Place, type Position } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newReport } from '../../src/network/import-report.ts'
import { walkingNetwork } from '../../src/walking/import-walking.ts'
import { blocksWalkers, walkable } from '../../src/walking/walkable.ts'
import { readWalking, writeWalking } from '../../src/walking/walking-file.ts'
import { createWalks } from '../../src/walking/walks.ts'
import { extract } from '../network/osm/drawn-extract.ts'
import { plainWalkCm } from './plain-walk.ts'

const at = (east: number, north: number): Position => ({ lon: 8.7 + east / 72_363, lat: 49.4 + north / 111_195 })
const place = (id: string, position: Position): Place => ({ id, name: { en: id }, position, kind: 'hospital' })

function network(...drawn: Parameters<typeof extract>) {
  const found = walkingNetwork(extract(...drawn), [], undefined, newReport())
  if (!found) throw new Error('nothing to walk on was drawn')
  return found
}

describe('a way', () => {
  it.each([
    [{ highway: 'footway' }, true],
    [{ highway: 'steps' }, true],
    [{ highway: 'residential' }, true],
    [{ highway: 'primary' }, true],
    [{ highway: 'motorway' }, false],
    [{ highway: 'motorway', foot: 'yes' }, false],
    [{ highway: 'motorway_link', foot: 'designated' }, false],
    [{ highway: 'primary', motorroad: 'yes' }, false],
    [{ highway: 'trunk' }, false],
    [{ highway: 'trunk', sidewalk: 'both' }, true],
    [{ highway: 'cycleway' }, false],
    [{ highway: 'cycleway', foot: 'yes' }, true],
    [{ highway: 'service', access: 'private' }, false],
    [{ highway: 'service', access: 'private', foot: 'yes' }, true],
    [{ highway: 'service', access: 'customers' }, true],
    [{ highway: 'primary', foot: 'use_sidepath' }, false],
    [{ highway: 'construction' }, false],
    [{ railway: 'platform' }, true],
    [{ railway: 'rail' }, false],
  ] as const)('%o: walkable %s', (tags, expected) => expect(walkable(tags)).toBe(expected))

  it.each([
    [{ barrier: 'gate' }, false],
    [{ barrier: 'gate', access: 'private' }, true],
    [{ barrier: 'gate', access: 'private', foot: 'yes' }, false],
    [{ barrier: 'gate', locked: 'yes' }, true],
    [{ access: 'no', highway: 'crossing' }, false],
  ] as const)('through a node with %o: blocked %s', (tags, expected) => expect(blocksWalkers(tags)).toBe(expected))
})

describe('a walking network', () => {
  it('is cut where ways meet, keeps the bends between, and only the largest connected part', () => {
    const report = newReport()
    const drawn = extract({ A: [0, 0], B: [100, 0], C: [100, 100], D: [200, 0], X: [900, 0], Y: [950, 0] }, [
      ['A B D', { highway: 'footway' }],
      ['B C', { highway: 'steps' }],
      ['X Y', { highway: 'path' }],
    ])
    const found = walkingNetwork(drawn, [], undefined, report)!
    expect([found.nodeCount, found.edgeCount]).toEqual([4, 3])
    expect(report.dropped['walking: ways not in the largest connected part']).toBe(1)
    expect([...found.lengthCm]).toEqual([10_000, 10_000, 10_000].map((cm) => expect.closeTo(cm, -1)))
  })

  it('leaves out what lies behind a locked gate', () => {
    const found = network({ A: [0, 0], B: [100, 0], C: [200, 0, { barrier: 'gate', locked: 'yes' }], D: [300, 0] }, [
      ['A B C D', { highway: 'footway' }],
    ])
    expect(found.edgeCount).toBe(1)
  })

  it('is nothing where nobody can walk', () => {
    const drawn = extract({ A: [0, 0], B: [100, 0] }, [['A B', { highway: 'motorway' }]])
    expect(walkingNetwork(drawn, [], undefined, newReport())).toBeUndefined()
  })

  it('knows the doors of a hospital: the main ones, else all but the service doors', () => {
    const hospital = (tags: Record<string, string>) =>
      walkingNetwork(
        extract(
          {
            ...{
              A: [0, 0],
              B: [100, 0],
              P: [0, 20],
              Q: [100, 20],
              R: [100, 80, tags],
              S: [0, 80, { entrance: 'yes' }],
            },
            ...{ T: [50, 80, { entrance: 'service' }], O: [50, 300, { entrance: 'main' }] },
          },
          [
            ['A B', { highway: 'footway' }],
            ['P Q R T S P', { amenity: 'hospital' }],
          ],
        ),
        [place('hospital', at(50, 56))],
        undefined,
        newReport(),
      )!.entrances.map(({ position }) => Math.round((position.lon - 8.7) * 72_363))
    expect(hospital({ entrance: 'main' })).toEqual([100])
    expect(hospital({ entrance: 'yes' })).toEqual([100, 0])
  })
})

describe('a walk', () => {
  const town = () =>
    network({ A: [0, 0], B: [100, 0], C: [100, 100], D: [0, 100], E: [300, 0] }, [
      ['A B C D A', { highway: 'residential' }],
      ['B E', { highway: 'footway' }],
      ['C A', { highway: 'steps' }],
    ])

  it('takes the shortest way, with the steps beside it as the crow flies', () => {
    const { distanceM, durationS } = createWalks(town()).walk([at(-20, 0)], [at(120, 100)])
    expect(distanceM).toBeCloseTo(20 + Math.hypot(100, 100) + 20, 0)
    expect(durationS).toBeCloseTo(distanceM / 1.3, 6)
  })

  it('has a line from where the ways are entered to where they are left', () => {
    const { geometry } = createWalks(town()).walk([at(50, -10)], [at(300, 10)])
    const metres = geometry.coordinates.map(([lon, lat]) => [(lon! - 8.7) * 72_363, (lat! - 49.4) * 111_195])
    expect(metres.map(([x, y]) => [Math.round(x!), Math.round(y!)])).toEqual([
      [50, 0],
      [100, 0],
      [300, 0],
    ])
  })

  it('along one edge does not go to its ends, in either direction', () => {
    const walks = createWalks(town())
    expect(walks.walk([at(150, 0)], [at(250, 0)]).distanceM).toBeCloseTo(100, 0)
    expect(walks.walk([at(250, 0)], [at(150, 0)]).geometry.coordinates).toHaveLength(2)
  })

  it('from a place to itself has no length', () => {
    const { distanceM, geometry } = createWalks(town()).walk([at(150, 0)], [at(150, 0)])
    expect(distanceM).toBeLessThan(0.02)
    expect(geometry.coordinates).toHaveLength(2)
  })

  it('goes to the nearest of several doors', () => {
    const { distanceM } = createWalks(town()).walk([at(250, 0)], [at(0, 100), at(100, 60)])
    expect(distanceM).toBeCloseTo(150 + 60, 0)
  })

  it('refuses a place that no way is near, naming the field', () => {
    const ask = () => createWalks(town()).walk([at(0, 0)], [at(0, 900)])
    expect(ask).toThrow(InputError)
    expect(ask).toThrow(/^to: .* is off the map/)
  })

  it('to many within a distance: nearest first, none beyond it', () => {
    const lots = new Map([
      ['far', [at(300, 0)]],
      ['near', [at(0, 50)]],
      ['off', [at(5000, 5000)]],
      ['corner', [at(100, 100)]],
    ])
    const found = createWalks(town()).within([at(0, 0)], lots, 200)
    expect(found.map(({ key }) => key)).toEqual(['near', 'corner'])
    expect(found[0]).toMatchObject({ walkM: expect.closeTo(50, 0), walkS: expect.closeTo(50 / 1.3, 0) })
  })

  it('is as long as plain Dijkstra says, on random ways', () => {
    const point = fc.tuple(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 0, max: 600 }))
    const way = fc.uniqueArray(fc.constantFrom(...'ABCDEFGHIJ'), { minLength: 2, maxLength: 4 })
    fc.assert(
      fc.property(
        fc.array(point, { minLength: 10, maxLength: 10 }),
        fc.array(way, { minLength: 4, maxLength: 12 }),
        point,
        point,
        (places, ways, from, to) => {
          const nodes = Object.fromEntries(places.map((where, i) => ['ABCDEFGHIJ'[i]!, where]))
          const drawn = network(
            nodes,
            ways.map((line) => [line.join(' '), { highway: 'path' }]),
          )
          const expected = plainWalkCm(drawn, at(...from), at(...to))
          const walks = createWalks(drawn)
          if (expected === undefined) {
            expect(() => walks.walk([at(...from)], [at(...to)])).toThrow(/off the map/)
            return
          }
          expect(Math.round(walks.walk([at(...from)], [at(...to)]).distanceM * 100)).toBe(expected)
          const [only] = walks.within([at(...from)], new Map([['lot', [at(...to)]]]), 5000)
          expect(Math.round(only!.walkM * 100)).toBe(expected)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('a walking file', () => {
  const found = network({ A: [0, 0], B: [100, 0], C: [100, 100] }, [['A B C', { highway: 'footway' }]])
  const bytes = writeWalking(found)

  it('gives back the network that was written', () => expect(readWalking(bytes)).toEqual(found))

  it('is refused when it is damaged, cut off, or something else', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (position) => {
        if (position >= 20 && position < 24) return
        const damaged = bytes.slice()
        damaged[position]! ^= 0x10
        expect(() => readWalking(damaged)).toThrow(InputError)
        expect(() => readWalking(bytes.subarray(0, position))).toThrow(InputError)
      }),
    )
    expect(() => readWalking(new TextEncoder().encode('CLWYROAD and so on, for some bytes more'))).toThrow(
      /no walking network/,
    )
  })
})
