import { seededRandom } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { movementGraph } from '../../src/search/movement-graph.ts'
import { randomGraph } from '../hierarchy/random-graph.ts'

describe('the movement graph', () => {
  it.each(Array.from({ length: 40 }, (_, i) => i))('knows on every walk which bans it breaks, graph %i', (seed) => {
    const random = seededRandom(seed)
    const { graph } = randomGraph(seed, 6)
    if (graph.arcCount === 0) return
    const out = (arc: number) => {
      const node = graph.head[arc]!
      const degree = graph.firstOut[node + 1]! - graph.firstOut[node]!
      return degree === 0 ? undefined : graph.firstOut[node]! + random.integer(degree)
    }
    const walk = (length: number) => {
      const arcs = [random.integer(graph.arcCount)]
      while (arcs.length < length) {
        const next = out(arcs.at(-1)!)
        if (next === undefined) break
        arcs.push(next)
      }
      return arcs
    }
    const bans = Array.from({ length: 6 }, () => ({ arcs: walk(2 + random.integer(3)) })).filter(
      ({ arcs }) => arcs.length > 1,
    )
    const movements = movementGraph(graph, bans)
    const broken = new Set<string>()
    const expected = new Set<string>()
    for (let round = 0; round < 200; round++) {
      const driven = walk(8)
      let vertex = driven[0]!
      for (let i = 1; i < driven.length; i++) {
        const m = movements.first[vertex]! + driven[i]! - graph.firstOut[graph.head[driven[i - 1]!]!]!
        for (const ban of movements.bans.get(m) ?? []) broken.add(`${round} ${i} ${bans.indexOf(ban)}`)
        vertex = movements.to[m]!
        expect(movements.arcOf[vertex]).toBe(driven[i])
        // The judge looks back along the walk instead of remembering where it is.
        for (const [k, { arcs }] of bans.entries()) {
          const start = i + 1 - arcs.length
          if (start >= 0 && arcs.every((arc, j) => arc === driven[start + j])) expected.add(`${round} ${i} ${k}`)
        }
      }
    }
    expect([...broken].sort()).toEqual([...expected].sort())
  })
})
