import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { InputError, WorldError } from '@clearway/contracts'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { readCoordinates } from '../../../src/network/dimacs/coordinates-file.ts'
import { readGraph } from '../../../src/network/dimacs/graph-file.ts'
import { testData } from '../../test-data.ts'

const dir = await mkdtemp(join(tmpdir(), 'clearway-dimacs-'))
afterAll(() => rm(dir, { recursive: true }))

const bytes = (text: string) => new TextEncoder().encode(text)
const written = (nodeCount: number, arcs: readonly (readonly [number, number, number])[], newline = '\n') =>
  ['c a comment', `p sp ${nodeCount} ${arcs.length}`, ...arcs.map(([t, h, w]) => `a ${t + 1} ${h + 1} ${w}`), ''].join(
    newline,
  )

describe('a DIMACS graph', () => {
  const node = fc.nat(9)
  const arcs = fc.array(fc.tuple(node, node, fc.nat(2 ** 30 - 1)), { maxLength: 30 })

  it('gives the arcs in the order of their lines, numbered from 0, gzip or not', async () => {
    await fc.assert(
      fc.asyncProperty(arcs, fc.constantFrom('\n', '\r\n'), fc.boolean(), async (list, newline, zipped) => {
        const text = bytes(written(10, list, newline))
        const graph = await readGraph(zipped ? gzipSync(text) : text)
        expect(graph.nodeCount).toBe(10)
        expect(graph.arcCount).toBe(list.length)
        expect(list.map((_, a) => [graph.tail[a], graph.head[a], graph.weight[a]])).toEqual(list)
      }),
    )
  })

  it('is read across the chunks of a big file, and without a last line break', async () => {
    const list = Array.from({ length: 60_000 }, (_, i) => [i % 1000, (i * 7) % 1000, i] as const)
    const file = join(dir, 'big.gr')
    await writeFile(file, written(1000, list).trimEnd())
    const graph = await readGraph(file)
    expect(Array.from(graph.weight)).toEqual(list.map(([, , weight]) => weight))
    expect(Array.from(graph.head)).toEqual(list.map(([, head]) => head))
  })

  it.each([
    ['a 1 2 3\n', /line 1: a line before the p line/],
    ['p sp 2 1\np sp 2 1\n', /line 2: a second p line/],
    ['p sp 2 1\na 1 3 5\n', /line 2: the head is "3", expected a whole number from 1 to 2/],
    ['p sp 2 1\na 0 1 5\n', /line 2: the tail is "0"/],
    ['p sp 2 1\na 1 2 -5\n', /line 2: the weight is "-5"/],
    ['p sp 2 1\na 1 2 NaN\n', /line 2: the weight is "NaN"/],
    ['p sp 2 1\na 1 2 1.5\n', /line 2: the weight is "1.5"/],
    ['p sp 2 1\na 1 2 1073741824\n', /line 2: the weight is "1073741824"/],
    ['p sp 2 1\na 1 2\n', /line 2: the weight is ""/],
    ['p sp 2 1\na 1 2 3 4\n', /line 2: "4" is too much/],
    ['p sp 2 1\na 1 2 3\na 1 2 3\n', /line 3: more than the 1 arcs/],
    ['p sp 2 3\na 1 2 3\n', /1 arcs instead of the 3/],
    ['p sp two 3\n', /line 1: expected "p sp NODES ARCS"/],
    ['p sp 2 99999999999\n', /line 1: expected "p sp NODES ARCS"/],
    ['c nothing\n', /no line "p sp NODES ARCS"/],
    ['', /no line "p sp NODES ARCS"/],
    ['p sp 2 1\ne 1 2 3\n', /line 2: a line that starts with "e"/],
  ])('%j is refused with line and reason', async (text, reason) => {
    await expect(readGraph(bytes(text))).rejects.toThrow(reason)
    await expect(readGraph(bytes(text))).rejects.toThrow(InputError)
  })

  it('that is cut off in its gzip is refused by name', async () => {
    const file = join(dir, 'cut.gr.gz')
    const whole = gzipSync(written(10, [[0, 1, 2]]))
    for (const length of [whole.length - 1, whole.length - 9, 12]) {
      await writeFile(file, whole.subarray(0, length))
      await expect(readGraph(file), `${length} bytes`).rejects.toThrow(/cut\.gr\.gz: its gzip cannot be unpacked/)
    }
  })

  it('that is not there is named', async () => {
    await expect(readGraph(join(dir, 'none.gr'))).rejects.toThrow(WorldError)
    await expect(readGraph(join(dir, 'none.gr'))).rejects.toThrow(/none\.gr/)
  })
})

describe('DIMACS coordinates', () => {
  it('are those of each node, whatever the order of the lines', async () => {
    const { x, y } = await readCoordinates(bytes('c\np aux sp co 3\nv 3 -7 8\nv 1 1 2\nv 2 0.5 -1e2\n'))
    expect([...x]).toEqual([1, 0.5, -7])
    expect([...y]).toEqual([2, -100, 8])
  })

  it.each([
    ['p aux sp co 2\nv 1 1 1\n', /node 2 has no coordinates/],
    ['p aux sp co 2\nv 1 1 1\nv 1 1 1\n', /line 3: node 1 has coordinates already/],
    ['p aux sp co 2\nv 3 1 1\n', /line 2: the node is "3"/],
    ['p aux sp co 2\nv 1 NaN 1\n', /line 2: x is "NaN", expected a number/],
    ['p aux sp co 2\nv 1 1\n', /line 2: y is ""/],
    ['p sp 2 1\n', /line 1: expected "p aux sp co NODES"/],
    ['v 1 1 1\n', /line 1: a line before the p line/],
    ['', /no line "p aux sp co NODES"/],
  ])('%j are refused with line and reason', async (text, reason) => {
    await expect(readCoordinates(bytes(text))).rejects.toThrow(reason)
  })
})

const newYork = testData('networks/ny-road-d.gr.gz')

describe.skipIf(!newYork)('the graph of New York (needs CLEARWAY_TEST_DATA)', () => {
  it('is read whole', async () => {
    const graph = await readGraph(newYork as string)
    expect(graph).toMatchObject({ nodeCount: 264_346, arcCount: 730_100 })
    const { x, y } = await readCoordinates(testData('networks/ny-road.co.gz') as string)
    expect([x.length, x[0], y[0]]).toEqual([264_346, -73_530_767, 41_085_396])
  }, 30_000)
})
