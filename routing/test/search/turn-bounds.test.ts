import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { graphOf, INFINITE } from '../../src/hierarchy/graph.ts'
import { movementGraph } from '../../src/search/movement-graph.ts'
import { turnBounds } from '../../src/search/turn-bounds.ts'

/** Roads between nodes 1, 2, 3 … and node 0, both ways. */
function star(arms: number) {
  const nodes = Array.from({ length: arms }, (_, i) => i + 1)
  const { graph } = graphOf(
    arms + 1,
    Int32Array.from(nodes.flatMap((node) => [0, node])),
    Int32Array.from(nodes.flatMap((node) => [node, 0])),
  )
  const arc = (tail: number, head: number) => graph.tail.findIndex((t, i) => t === tail && graph.head[i] === head)
  return { graph, movements: movementGraph(graph, []), arc }
}

describe('bounds of turns', () => {
  it('miss nothing where a road ends across another one', () => {
    const { graph, movements, arc } = star(3)
    // 1 and 2 lie opposite each other, 3 at right angles; nobody turns round.
    const costs: Record<string, number> = { '1>2': 0, '2>1': 0, '1>3': 3100, '2>3': 3100, '3>1': 3100, '3>2': 3100 }
    const ends = (m: number) => [graph.tail[movements.from[m]!]!, graph.head[movements.to[m]!]!] as const
    const turnMs = Int32Array.from({ length: movements.movementCount }, (_, m) => costs[ends(m).join('>')] ?? INFINITE)
    const { outMs, intoMs } = turnBounds(graph, movements, turnMs)
    for (const [way, ms] of Object.entries(costs)) {
      const [from, to] = way.split('>').map(Number)
      expect(outMs[arc(from!, 0)]! + intoMs[arc(0, to!)]!).toBe(ms)
    }
  })

  it('are never above a movement, and close what leads nowhere', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.oneof(fc.nat(9000), fc.constant(INFINITE)), { minLength: 1, maxLength: 25 }),
        (arms, drawn) => {
          const { graph, movements } = star(arms)
          const turnMs = Int32Array.from({ length: movements.movementCount }, (_, m) => drawn[m % drawn.length]!)
          const { outMs, intoMs } = turnBounds(graph, movements, turnMs)
          for (let m = 0; m < movements.movementCount; m++) {
            const bound = outMs[movements.from[m]!]! + intoMs[movements.to[m]!]!
            expect(Math.min(INFINITE, bound)).toBeLessThanOrEqual(turnMs[m]!)
            expect(intoMs[movements.to[m]!]).toBeGreaterThanOrEqual(0)
          }
        },
      ),
      { numRuns: 300, seed: 1 },
    )
  })
})
