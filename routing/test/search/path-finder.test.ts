import { describe, expect, it } from 'vitest'
import { localCustomizer } from '../../src/hierarchy/customizer.ts'
import type { SearchOptions } from '../../src/search/arc-search.ts'
import { drivingProfiles } from '../../src/search/driving-profile.ts'
import { hierarchyFinder } from '../../src/search/hierarchy-finder.ts'
import { ngraphFinder } from '../../src/search/ngraph-finder.ts'
import type { PathFinder } from '../../src/search/path-finder.ts'
import { topologyOf } from '../../src/search/route-engine.ts'
import { CLOSED_MS, type TravelCost, travelCost } from '../../src/search/travel-cost.ts'
import { type DrawnRoads, drawn, roads } from '../roads.ts'

const noWaits = new Float64Array(0)
const finders: [string, (network: DrawnRoads) => PathFinder][] = [
  ['ngraph', ngraphFinder],
  ['hierarchy', (network) => hierarchyFinder(network, topologyOf(network), localCustomizer(topologyOf(network)))],
]

describe.each(finders)('the %s path finder', (_name, finderOf) => {
  /** From the head of one arc to the whole of another. */
  function find(network: DrawnRoads, from: string, to: string, options?: SearchOptions, cost = costOf(network)) {
    const finder = finderOf(network)
    const search = finder.toward([{ arc: network.arc(to), costMs: 1000 }], finder.weigh(cost))
    return search.from([{ arc: network.arc(from), costMs: 500 }], options)
  }
  const costOf = (network: DrawnRoads): TravelCost => travelCost(network, drivingProfiles.car, noWaits)

  it('returns the path in driving order, although ngraph.path puts the destination first', () => {
    const network = roads('A>B 30s, B>C 20s, C>D 70s, D>A 10s')
    expect(drawn(network, find(network, 'A>B', 'C>D')!.arcs)).toBe('A>B>C>D')
  })

  it('keeps one-way streets, which ngraph.path ignores unless told', () => {
    const network = roads('A>B 30s, B>C 20s, C>A 10s')
    expect(drawn(network, find(network, 'B>C', 'A>B')!.arcs)).toBe('B>C>A>B')
  })

  it('charges each direction its own cost, although ngraph.path swaps the ends of a link', () => {
    const network = roads('A-B 10s, B>C 10s, C>B 90s, C-D 10s, B>D 50s, D>B 50s')
    expect(drawn(network, find(network, 'A>B', 'C>D')!.arcs)).toBe('A>B>C>D')
    expect(drawn(network, find(network, 'C>D', 'B>A')!.arcs)).toBe('C>D>B>A')
  })

  it('counts the start, every arc between, and the goal', () => {
    const network = roads('A>B 30s, B>C 20s, C>D 70s, D>A 10s')
    const cost = costOf(network)
    expect(find(network, 'A>B', 'C>D')!.costMs).toBe(500 + cost.arcMs[network.arc('B>C')]! + 1000)
  })

  it('says that there is no path instead of inventing one through closed movements', () => {
    const network = roads('A>B 30s, B>C 20s, C>A 10s')
    const cost = costOf(network)
    const closed = { ...cost, turnMs: cost.turnMs.map(() => CLOSED_MS) }
    expect(find(network, 'A>B', 'C>A', {}, closed)).toBeUndefined()
  })

  it('drives round an arc that is closed by its factor, and finds nothing that costs too much', () => {
    const network = roads('A>B 30s, B>C 20s, C>D 70s, D>A 10s, B>E 30s, E>C 30s')
    const factor = new Float64Array(network.arcCount).fill(1)
    factor[network.arc('B>C')] = Number.POSITIVE_INFINITY
    const found = find(network, 'A>B', 'C>D', { factor })!
    expect(drawn(network, found.arcs)).toBe('A>B>E>C>D')
    expect(find(network, 'A>B', 'C>D', { factor, belowMs: found.costMs })).toBeUndefined()
    expect(find(network, 'A>B', 'C>D', { factor, belowMs: found.costMs + 1 })?.costMs).toBe(found.costMs)
  })

  it('keeps a ban over several arcs, and lets through who came from elsewhere', () => {
    const network = roads('A>B 10s, X>B 10s, B>C 10s, C>D 10s, C>E 40s, E>D 40s', 'A>B>C>D')
    expect(drawn(network, find(network, 'X>B', 'C>D')!.arcs)).toBe('X>B>C>D')
    expect(find(network, 'A>B', 'C>D')).toBeUndefined()
    expect(drawn(network, find(network, 'A>B', 'E>D')!.arcs)).toBe('A>B>C>E>D')
  })

  it('keeps two bans that begin alike, and one that begins within another', () => {
    const network = roads(
      'A>B 10s, B>C 10s, C>D 10s, C>E 10s, C>F 10s, D>G 10s, E>G 10s, F>G 10s, G>H 10s',
      'A>B>C>D, A>B>C>E, B>C>F>G',
    )
    expect(find(network, 'A>B', 'D>G')).toBeUndefined()
    expect(find(network, 'A>B', 'E>G')).toBeUndefined()
    expect(drawn(network, find(network, 'A>B', 'C>F')!.arcs)).toBe('A>B>C>F')
    expect(find(network, 'A>B', 'F>G')).toBeUndefined()
    expect(drawn(network, find(network, 'B>C', 'D>G')!.arcs)).toBe('B>C>D>G')
  })

  it('answers a second question after the first without traces of it', () => {
    const network = roads('A>B 30s, B>C 20s, C>D 70s, D>A 10s, B>D 20s')
    const finder = finderOf(network)
    const weights = finder.weigh(costOf(network))
    const ask = () =>
      finder.toward([{ arc: network.arc('D>A'), costMs: 0 }], weights).from([{ arc: network.arc('A>B'), costMs: 0 }])!
    expect(ask()).toEqual(ask())
    expect(drawn(network, ask().arcs)).toBe('A>B>D>A')
  })
})
