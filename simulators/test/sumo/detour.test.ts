import { seededRandom } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { type AdvisedWindow, along, type Journey, wayAround } from '../../src/sumo/detour.ts'

/** `0>1 1>2` are turns from edge to edge; each edge takes 10 s unless `times` says more. */
function journey(
  turns: string,
  advised: Record<number, AdvisedWindow> = {},
  times: Record<number, number> = {},
): Journey {
  const ofEdge = new Map<number, Map<number, never>>()
  for (const [from, to] of turns.split(' ').map((turn) => turn.split('>').map(Number))) {
    ofEdge.set(from!, (ofEdge.get(from!) ?? new Map<number, never>()).set(to!, undefined as never))
  }
  return {
    plan: { turns: ofEdge },
    timeS: (arc) => times[arc] ?? 10,
    advised: new Map(Object.entries(advised).map(([arc, window]) => [Number(arc), window])),
  }
}

describe('a way and what is advised', () => {
  it('meets an edge that is entered while it is to be left free, not before or after', () => {
    const meets = (fromS: number, untilS: number) => along(journey('', { 2: { fromS, untilS } }), [1, 2, 3], 100)
    expect(meets(105, 115)).toEqual({ tookS: 30, isAdvised: true })
    expect(meets(90, 105).isAdvised).toBe(false)
    expect(meets(115, 130).isAdvised).toBe(false)
  })

  it('goes round it by the quickest other way, and straight on when it comes late enough', () => {
    const square = '0>1 1>2 0>3 3>4 4>2'
    expect(wayAround(journey(square), 0, 2, 100, 100)).toEqual({ arcs: [0, 1, 2], tookS: 30 })
    const busy = journey(square, { 1: { fromS: 100, untilS: 200 } })
    expect(wayAround(busy, 0, 2, 100, 100)).toEqual({ arcs: [0, 3, 4, 2], tookS: 40 })
    expect(wayAround(busy, 0, 2, 200, 100)).toEqual({ arcs: [0, 1, 2], tookS: 30 })
  })

  it('is none where nothing leads round, or only too far', () => {
    const busy = journey('0>1 1>2 0>3 3>2', { 1: { fromS: 0, untilS: 200 } }, { 3: 80 })
    expect(wayAround(busy, 0, 2, 100, 99)).toBeUndefined()
    expect(wayAround(busy, 0, 2, 100, 100)?.tookS).toBe(100)
    expect(wayAround(journey('0>1 1>2', { 1: { fromS: 0, untilS: 200 } }), 0, 2, 100, 500)).toBeUndefined()
  })

  it('is as quick as the quickest of all ways, on seeded graphs', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = seededRandom(seed)
      const turns = Array.from({ length: 14 }, () => `${random.integer(7)}>${random.integer(7)}`).join(' ')
      const times = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [i, 5 + random.integer(20)]))
      const here = journey(turns, {}, times)
      const best = { tookS: Number.POSITIVE_INFINITY }
      const walk = (arc: number, tookS: number, seen: Set<number>): void => {
        if (arc === 6) best.tookS = Math.min(best.tookS, tookS)
        else
          for (const next of here.plan.turns.get(arc)?.keys() ?? [])
            if (!seen.has(next)) walk(next, tookS + here.timeS(next), new Set([...seen, next]))
      }
      walk(0, here.timeS(0), new Set([0]))
      expect(wayAround(here, 0, 6, 0, 1e6)?.tookS ?? Number.POSITIVE_INFINITY).toBe(best.tookS)
    }
  })
})
