import fc from 'fast-check'
import { expect, it } from 'vitest'
import { VertexQueue } from '../../src/search/vertex-queue.ts'

/** What comes out next is at most so much above the least key. */
const STEP_MS = 256

it('gives every vertex once, the least step first, whatever the keys', () => {
  const queue = new VertexQueue()
  const keys = fc.array(fc.oneof(fc.nat(2000), fc.nat(3_000_000)), { maxLength: 400 })
  fc.assert(
    fc.property(fc.nat(1_000_000), keys, (base, added) => {
      queue.clear()
      const open = new Map<number, number>()
      let last = base
      let next = 0
      const add = (rise: number) => {
        const key = last + rise
        open.set(next, key)
        queue.add(key, next++)
      }
      queue.add(base, next++)
      open.set(0, base)
      for (const [i, rise] of added.entries()) {
        add(rise)
        if (i % 3 !== 0) continue
        const vertex = queue.take(Number.MAX_SAFE_INTEGER)
        const least = Math.min(...open.values())
        expect(open.get(vertex)!).toBeLessThan(least + STEP_MS)
        last = Math.max(last, open.get(vertex)!)
        open.delete(vertex)
      }
      while (open.size > 0) open.delete(queue.take(Number.MAX_SAFE_INTEGER))
      expect(queue.take(Number.MAX_SAFE_INTEGER)).toBe(-1)
    }),
    { numRuns: 200, seed: 3 },
  )
})

it('gives what was added with a smaller key than the first, too', () => {
  const queue = new VertexQueue()
  queue.clear()
  queue.add(1000, 7)
  queue.add(200, 8)
  expect(queue.take(300)).toBe(8)
  expect(queue.take(1001)).toBe(7)
})

it('ends where no key is below the limit', () => {
  const queue = new VertexQueue()
  queue.clear()
  queue.add(1000, 7)
  queue.add(9000, 8)
  expect(queue.take(9000)).toBe(7)
  expect(queue.take(8000)).toBe(-1)
  expect(queue.take(20_000)).toBe(8)
})
