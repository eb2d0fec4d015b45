import { describe, expect, it } from 'vitest'
import { readCase } from '../../eval/case-files.ts'
import { type DrawnFiles, ring, written } from './drawn-files.ts'

describe('a file that does not fit is refused with file, line and column', () => {
  it.each<[string, keyof DrawnFiles, string, string, RegExp]>([
    ['an arc to a node that is not there', 'graph', 'a 3 4 30', 'a 3 8 30', /graph\.gz, line 3: the head is "8"/],
    ['a negative weight', 'graph', 'a 3 4 30', 'a 3 4 -30', /graph\.gz, line 3: the weight is "-30"/],
    ['NaN for a weight', 'graph', 'a 3 4 30', 'a 3 4 NaN', /graph\.gz, line 3: the weight is "NaN"/],
    ['fewer arcs than promised', 'graph', 'a 7 1 2\n', '', /graph\.gz: 11 arcs instead of the 12/],
    [
      'coordinates of another graph',
      'coordinates',
      'p aux sp co 7\n',
      'p aux sp co 8\nv 8 0 0\n',
      /8 nodes, the graph .* has 7/,
    ],
    [
      'a node off the map',
      'queries',
      '1\t7\t-1',
      '1\t8\t-1',
      /queries\.gz:4, target: "8" is not a whole number from 1 to 7/,
    ],
    ['a distance below −1', 'queries', '1\t7\t-1', '1\t7\t-2', /queries\.gz:4, distance_no_turns: "-2"/],
    [
      'a distance with decimals',
      'queries',
      '1\t3\t30\t31',
      '1\t3\t30\t31.5',
      /queries\.gz:2, distance_with_turns: "31\.5"/,
    ],
    ['a line cut off', 'queries', '6\t3\t26\t-1', '6\t3', /queries\.gz:6, distance_no_turns: the line has 2 fields/],
    ['a header without targets', 'queries', 'target', 'goal', /queries\.gz:1, target: the header/],
    [
      'a header without distances',
      'queries',
      'distance_no_turns',
      'far',
      /queries\.gz:1, distance_no_turns: the header/,
    ],
    [
      'arcs that do not meet',
      'forbiddenTurns',
      '2\t3',
      '2\t5',
      /forbiddenTurns\.gz:2, out_arc: arc 5 starts at node 4/,
    ],
    ['an arc 0', 'forbiddenTurns', '2\t3', '0\t3', /forbiddenTurns\.gz:2, in_arc: "0"/],
    ['a unit twice', 'units', 'B\t5', 'A\t5', /units\.gz:3, unit: A is there twice/],
    ['a unit without a name', 'units', 'B\t5', '\t5', /units\.gz:3, unit: it is empty/],
    ['a best unit that is none', 'best', 'D:25', 'E:25', /best\.gz:2, second: "E" is none of the units/],
    ['a best unit without a distance', 'best', 'D:25', 'D', /best\.gz:2, second: "D" is not unit:distance/],
    ['an update of no arc', 'update', '2\t6', '2\t7', /update\.gz:3, head: no arc leads from node 2 to 7/],
    ['a weight beyond all', 'update', '1073741823', '1073741824', /update\.gz:3, new_weight: "1073741824"/],
  ])('%s', async (_what, file, from, to, message) => {
    expect(ring[file]).toContain(from)
    await expect(readCase(written({ ...ring, [file]: ring[file].replace(from, to) }))).rejects.toThrow(message)
  })

  it('metres without --planar', async () => {
    const files = written({ ...ring, coordinates: ring.coordinates.replace('v 6 1 -1', 'v 6 1 -90000001') })
    await expect(readCase({ ...files, planar: false })).rejects.toThrow(/node 6 at 1, -90000001 .* give --planar/)
  })

  it('a file that is not there', async () => {
    await expect(readCase({ ...written(ring), units: '/nowhere/units.tsv' })).rejects.toThrow(
      /\/nowhere\/units\.tsv cannot be read/,
    )
  })
})

it('parallel arcs take a line each in the order of the file, or all the last', async () => {
  const { roads, update } = await readCase(
    written({ ...ring, update: 'tail\thead\tnew_weight\r\n1\t2\t7\r\n3\t4\t1\r\n1\t2\t8\r\n3\t4\t2\r\n\r\n' }),
  )
  expect(roads.weight[1]).toBe(10)
  expect(Object.fromEntries([...update!.arcs].map((arc, i) => [arc + 1, update!.weights[i]]))).toEqual({
    1: 2,
    2: 7,
    6: 8,
  })
})

it('takes microdegrees as places on a plane in metres', async () => {
  const coordinates = ring.coordinates.replace('v 2 1 0', 'v 2 1000000 0')
  const { roads } = await readCase({ ...written({ ...ring, coordinates }), planar: false })
  expect(roads.x[1]).toBeCloseTo(111_195, 0)
})
