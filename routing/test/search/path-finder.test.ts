import { describe, expect, it } from 'vitest'
import { drivingProfiles } from '../../src/search/driving-profile.ts'
import { ngraphPathFinder } from '../../src/search/path-finder.ts'
import { CLOSED_MS, travelCost } from '../../src/search/travel-cost.ts'
import { type DrawnRoads, drawn, roads } from '../roads.ts'

const noWaits = new Float64Array(0)

function find(network: DrawnRoads, from: string, to: string, change: (weights: Int32Array) => Int32Array = (w) => w) {
  const cost = travelCost(network, drivingProfiles.car, noWaits)
  const end = (arc: string, node: string) => ({
    ...network.at(node),
    reachM: 0,
    costMs: new Map([[network.arc(arc), 1000]]),
  })
  const finder = ngraphPathFinder(network, cost)
  const start = end(from, from.split('>')[1]!)
  const goal = end(to, to.split('>')[1]!)
  return finder.find(change(cost.weightMs), start, goal, undefined)
}

describe('the ngraph path finder', () => {
  it('returns the path in driving order, although the library puts the destination first', () => {
    const network = roads('A>B 30s, B>C 20s, C>D 70s, D>A 10s')
    expect(drawn(network, find(network, 'A>B', 'C>D')!.arcs)).toBe('A>B>C>D')
  })

  it('keeps one-way streets, which the library ignores unless told', () => {
    const network = roads('A>B 30s, B>C 20s, C>A 10s')
    expect(drawn(network, find(network, 'B>C', 'A>B')!.arcs)).toBe('B>C>A>B')
  })

  it('charges each direction its own cost, although the library swaps the ends of a link', () => {
    const network = roads('A-B 10s, B>C 10s, C>B 90s, C-D 10s, B>D 50s, D>B 50s')
    expect(drawn(network, find(network, 'A>B', 'C>D')!.arcs)).toBe('A>B>C>D')
    expect(drawn(network, find(network, 'C>D', 'B>A')!.arcs)).toBe('C>D>B>A')
  })

  it('says that there is no path instead of inventing one through closed movements', () => {
    const network = roads('A>B 30s, B>C 20s, C>A 10s')
    expect(find(network, 'A>B', 'C>A', (weights) => weights.map(() => CLOSED_MS))).toBeUndefined()
  })

  it('answers a second question after the first without traces of it', () => {
    const network = roads('A>B 30s, B>C 20s, C>D 70s, D>A 10s, B>D 20s')
    const cost = travelCost(network, drivingProfiles.car, noWaits)
    const finder = ngraphPathFinder(network, cost)
    const ask = () => {
      const start = { ...network.at('B'), reachM: 0, costMs: new Map([[network.arc('A>B'), 0]]) }
      const goal = { ...network.at('A'), reachM: 0, costMs: new Map([[network.arc('D>A'), 0]]) }
      return finder.find(cost.weightMs, start, goal, undefined)!.arcs
    }
    expect(ask()).toEqual(ask())
    expect(drawn(network, ask())).toBe('A>B>D>A')
  })
})
