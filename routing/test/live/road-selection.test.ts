import { InputError } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { arcOfPlace, arcsAsked, linesOf, placeOfArc } from '../../src/live/road-selection.ts'
import { roads } from '../roads.ts'

/** A-B-C-D runs east, bent at C only; E and F lie at B and D. */
const network = roads('A-B 20s, B-C 20s, C-D 20s, D-G 20s, B-E 20s, D-F 20s, G>H 20s', '', {
  ...{ A: [0, 0], B: [200, 0], C: [400, 0], D: [600, 0], E: [200, 200], F: [600, 200], G: [800, 0], H: [1000, 0] },
})
const at = (east: number, north: number) => ({ lon: 8.7 + east / 72_300, lat: 49.4 + north / 111_200 })
const arcs = (...names: string[]) => names.map((name) => network.arc(name)).sort((a, b) => a - b)
const sorted = (list: number[]) => list.sort((a, b) => a - b)

describe('the roads that somebody means', () => {
  it('at a position are those from junction to junction, in both directions', () => {
    expect(sorted(arcsAsked(network, { position: at(300, 10) }))).toEqual(arcs('B>C', 'C>D', 'D>C', 'C>B'))
  })

  it('in one direction are those of the bearing', () => {
    const one = { position: at(300, 10), direction: 'one' } as const
    expect(arcsAsked(network, { ...one, bearingDeg: 80 })).toEqual([network.arc('B>C'), network.arc('C>D')])
    expect(arcsAsked(network, { ...one, bearingDeg: 260 })).toEqual([network.arc('D>C'), network.arc('C>B')])
    expect(() => arcsAsked(network, one)).toThrow('bearingDeg')
  })

  it('within a radius are all that come near', () => {
    const near = arcsAsked(network, { position: at(200, 20), radiusM: 30 })
    expect(sorted(near)).toEqual(arcs('A>B', 'B>A', 'B>C', 'C>B', 'B>E', 'E>B'))
  })

  it('along a line are those that it covers by half at least', () => {
    const line = (...points: [number, number][]) => ({
      type: 'LineString' as const,
      coordinates: points.map(([east, north]) => [at(east, north).lon, at(east, north).lat]),
    })
    const drawn = line([40, 2], [200, -3], [400, 2], [430, 0])
    expect(sorted(arcsAsked(network, { line: drawn, direction: 'one' }))).toEqual(arcs('A>B', 'B>C'))
    expect(sorted(arcsAsked(network, { line: drawn }))).toEqual(arcs('A>B', 'B>C', 'C>B', 'B>A'))
    expect(() => arcsAsked(network, { line: line([0, 700], [600, 700]) })).toThrow('line does not follow the roads')
  })

  it.each([
    ['position', {}],
    ['line', { position: at(0, 0), line: { type: 'LineString' as const, coordinates: [] } }],
    ['position', { position: at(300, 400) }],
  ])('are refused naming %s', (field, asked) => {
    const refused = () => arcsAsked(network, asked)
    expect(refused).toThrow(InputError)
    expect(refused).toThrow(field)
  })

  it('are found again by their places', () => {
    for (let arc = 0; arc < network.arcCount; arc++) expect(arcOfPlace(network, placeOfArc(network, arc))).toBe(arc)
    expect(arcOfPlace(network, { ...at(300, 300), bearingDeg: 90 })).toBeUndefined()
  })

  it('are drawn once where both directions are meant', () => {
    expect(linesOf(network, arcsAsked(network, { position: at(300, 10) }))).toMatchObject({
      lines: { length: 2 },
      lengthM: expect.closeTo(400, -1),
    })
  })
})
