import { describe, expect, it } from 'vitest'
import { passageOf } from '../../../src/network/osm/barriers.ts'
import { arcFlag, type RoadNetwork } from '../../../src/network/road-network.ts'
import { createRouteEngine } from '../../../src/search/route-engine.ts'
import { extract, importDrawn } from './drawn-extract.ts'

const options = { district: 'test', name: { en: 'Test' }, timeZone: 'Europe/Berlin' }
const street = { highway: 'residential' }

describe('who gets past', () => {
  it.each([
    [{}, 'everyone'],
    [{ barrier: 'kerb' }, 'everyone'],
    [{ barrier: 'gate' }, 'everyone'],
    [{ barrier: 'lift_gate', access: 'customers' }, 'everyone'],
    [{ barrier: 'bollard', motor_vehicle: 'yes' }, 'everyone'],
    [{ barrier: 'gate', access: 'private' }, 'emergency'],
    [{ barrier: 'gate', locked: 'yes' }, 'emergency'],
    [{ barrier: 'bollard', bollard: 'removable' }, 'emergency'],
    [{ barrier: 'bollard', emergency: 'yes' }, 'emergency'],
    [{ barrier: 'bus_trap' }, 'emergency'],
    [{ barrier: 'bollard' }, 'nobody'],
    [{ barrier: 'block', access: 'no' }, 'nobody'],
    [{ barrier: 'gate', access: 'private', emergency: 'no' }, 'nobody'],
  ])('%o: %s', (tags, passage) => {
    expect(passageOf(tags)).toBe(passage)
  })
})

describe('a barrier on a street', () => {
  /** A block A–B–C–D, with a barrier at X between A and B. */
  const town = (tags: Record<string, string>, ways: readonly string[] = ['A X B', 'B C', 'C D', 'D A']) =>
    extract(
      { A: [0, 0], X: [100, 0, tags], B: [200, 0], C: [200, 200], D: [0, 200], Y: [100, 50] },
      ways.map((way) => [way, street] as const),
    )
  const kept = (network: RoadNetwork, flag: number) => network.flags.filter((flags) => flags & flag).length

  it('is the end for all where nobody gets past', () => {
    const map = town({ barrier: 'bollard' })
    const { network, report } = importDrawn(map, options)
    expect(report.dropped['barriers: for bicycles and people on foot only']).toBe(1)
    expect(report.kept).toMatchObject({ nodes: 6, arcs: 10 })
    const at = (node: string) => map.nodes.get(map.id(node))!
    for (const profile of ['car', 'ambulance'] as const) {
      const [route] = createRouteEngine(network).route({ from: at('A'), to: at('B'), profile })
      expect(route!.distanceM).toBeGreaterThan(500)
    }
  })

  it.each([
    [['A X B', 'B C', 'C D', 'D A']],
    [['A X', 'X B', 'B C', 'C D', 'D A']],
    [['X A', 'B X', 'B C', 'C D', 'D A']],
  ])('lets emergency vehicles past where only they get past: %s', (ways) => {
    const map = town({ barrier: 'gate', access: 'private' }, ways)
    const { network, report } = importDrawn(map, options)
    expect(report.dropped['barriers: for emergency vehicles only']).toBe(1)
    expect(kept(network, arcFlag.emergencyOnly)).toBe(2)
    const at = (node: string) => map.nodes.get(map.id(node))!
    const ask = (profile: 'car' | 'ambulance') =>
      createRouteEngine(network).route({ from: at('A'), to: at('B'), profile })[0]!.distanceM
    expect(ask('car')).toBeGreaterThan(500)
    expect(ask('ambulance')).toBeLessThan(210)
    expect(ask('ambulance')).toBeGreaterThan(190)
  })

  it('closes to cars what lies behind it', () => {
    const map = town({ barrier: 'gate', access: 'private' }, ['A X Y', 'A B', 'B C'])
    const { network, report } = importDrawn(map, options)
    expect(report.kept.arcs).toBe(6)
    expect(kept(network, arcFlag.emergencyOnly)).toBe(4)
  })

  it('that everyone gets past changes nothing', () => {
    const { network } = importDrawn(town({ barrier: 'gate' }), options)
    expect(network.nodeCount).toBe(4)
  })

  it('where several roads meet is reported and left open', () => {
    const { report, network } = importDrawn(
      town({ barrier: 'bollard' }, ['A X B', 'X Y', 'B C', 'C D', 'D A']),
      options,
    )
    expect(report.dropped['barriers: where several roads meet']).toBe(1)
    expect(report.dropped['barriers: for bicycles and people on foot only']).toBeUndefined()
    expect(network.nodeCount).toBe(6)
  })

  it('at the end of a road is no obstacle', () => {
    const { network } = importDrawn(town({ barrier: 'bollard' }, ['A X', 'A B', 'B C']), options)
    expect(network.nodeCount).toBe(4)
  })
})
