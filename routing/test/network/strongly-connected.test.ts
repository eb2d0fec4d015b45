import fc from 'fast-check'
import { expect, it } from 'vitest'
import { largestPart, stronglyConnected } from '../../src/network/strongly-connected.ts'

it('keeps exactly the largest set in which everyone reaches everyone', () => {
  const nodeCount = 8
  const node = fc.nat(nodeCount - 1)
  fc.assert(
    fc.property(fc.array(fc.tuple(node, node), { maxLength: 20 }), (arcs) => {
      const reach = Array.from({ length: nodeCount }, (_, a) => Array.from({ length: nodeCount }, (_, b) => a === b))
      for (const [a, b] of arcs) reach[a]![b] = true
      for (let via = 0; via < nodeCount; via++) {
        for (const row of reach) for (let b = 0; b < nodeCount; b++) row[b] ||= row[via]! && reach[via]![b]!
      }
      const sizeOf = (a: number) => reach.filter((row, b) => reach[a]![b] && row[a]).length
      const largest = Math.max(...reach.map((_, a) => sizeOf(a)))
      const kept = stronglyConnected(
        nodeCount,
        Int32Array.from(arcs, ([a]) => a),
        Int32Array.from(arcs, ([, b]) => b),
      )
      const members = [...kept.keys()].filter((n) => kept[n] === largestPart(kept))
      expect(members).toHaveLength(largest)
      for (const a of members) for (const b of members) expect(reach[a]![b]).toBe(true)
    }),
  )
})
