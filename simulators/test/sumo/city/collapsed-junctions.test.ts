import { arcFlag, type RoadNetwork } from '@clearway/routing'
import { describe, expect, it } from 'vitest'
import { CollapsedJunctions } from '../../../src/sumo/city/collapsed-junctions.ts'

/**
 * A junction with a crossing before it: in > stop line (1) > middle (2) > out, a side street out of the middle, and a way
 * back. Arcs by name in the order of their tails.
 */
const nodes = ['in', 'stop', 'middle', 'out', 'side']
const drawn = ['in>stop', 'stop>in', 'stop>middle', 'middle>stop', 'middle>out', 'middle>side', 'out>middle'] as const
const arc = (name: (typeof drawn)[number]) => drawn.indexOf(name)
const ends = drawn.map((name) => name.split('>').map((node) => nodes.indexOf(node)) as [number, number])
const inside = [arc('stop>middle'), arc('middle>stop')]
const network = {
  arcCount: drawn.length,
  tail: Int32Array.from(ends, ([tail]) => tail),
  head: Int32Array.from(ends, ([, head]) => head),
  firstOut: Int32Array.from([...nodes.keys(), nodes.length], (node) => ends.filter(([tail]) => tail < node).length),
  reverse: Int32Array.from(ends, ([tail, head]) => ends.findIndex(([t, h]) => t === head && h === tail)),
  flags: Uint8Array.from(drawn, (_, i) => (inside.includes(i) ? arcFlag.inside : 0)),
  approaches: [{ junction: 'j', approach: 'a1', arc: arc('in>stop') }],
  exits: [{ junction: 'j', exit: 'e1', arc: arc('middle>out') }],
  turnBans: [],
} as unknown as RoadNetwork

describe('a junction as one node', () => {
  it('has the nodes between its stop lines and exits, and loses the arcs between them', () => {
    const junctions = new CollapsedJunctions(network)
    expect([...junctions.junctionOf.keys()].map((node) => nodes[node]).sort()).toEqual(['middle', 'stop'])
    expect(drawn.filter((name) => junctions.isInside(arc(name)))).toEqual(['stop>middle', 'middle>stop'])
  })

  it('is driven through by the inner arcs, and nobody turns round in it', () => {
    const junctions = new CollapsedJunctions(network)
    const ways = [...junctions.waysOn(arc('in>stop'))].map(([to, by]) => [drawn[to], by.map((one) => drawn[one])])
    expect(ways).toEqual([
      ['middle>out', ['stop>middle']],
      ['middle>side', ['stop>middle']],
    ])
  })

  it('has no way that a sign forbids', () => {
    const ban = { arcs: [arc('stop>middle'), arc('middle>side')], emergencyExempt: false, hours: null }
    const signed = new CollapsedJunctions({ ...network, turnBans: [ban] })
    expect([...signed.waysOn(arc('in>stop')).keys()].map((to) => drawn[to])).toEqual(['middle>out'])
  })
})
