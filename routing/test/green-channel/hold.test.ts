import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Hold, waitBehind } from '../../src/green-channel/green-channel.ts'

const hold = (by: string, fromS: number, untilS: number): Hold => ({ by, fromMs: fromS * 1000, untilMs: untilS * 1000 })
const arbitrary = fc
  .record({ by: fc.constantFrom('d-1', 'd-2', 'd-3'), fromS: fc.nat(200), forS: fc.integer({ min: 1, max: 80 }) })
  .map(({ by, fromS, forS }) => hold(by, fromS, fromS + forS))

describe('a wait behind others', () => {
  it('lasts until the other is through, and until the own green is there', () => {
    expect(waitBehind([hold('d-1', 10, 40)], 20_000, 9)).toEqual({ by: 'd-1', untilMs: 49_000 })
  })

  it('is none for who is there before the junction is asked for, or so late that its own green is there again', () => {
    expect(waitBehind([hold('d-1', 10, 40)], 9_999, 9)).toBeUndefined()
    expect(waitBehind([hold('d-1', 10, 40)], 49_000, 9)).toBeUndefined()
    expect(waitBehind([], 20_000, 9)).toBeUndefined()
  })

  it('may lead into the next hold', () => {
    const [first, second, third] = [hold('d-1', 10, 40), hold('d-2', 45, 60), hold('d-3', 80, 90)]
    expect(waitBehind([third, second, first], 20_000, 9)).toEqual({ by: 'd-2', untilMs: 69_000 })
  })

  it('is the same in whatever order the holds are given, never short, and ends outside all of them', () => {
    const input = fc
      .array(arbitrary, { maxLength: 6 })
      .chain((holds) => fc.tuple(fc.constant(holds), fc.shuffledSubarray(holds, { minLength: holds.length })))
    fc.assert(
      fc.property(input, fc.nat(250), fc.nat(30), ([holds, shuffled], atS, clearS) => {
        const wait = waitBehind(holds, atS * 1000, clearS)
        expect(waitBehind(shuffled, atS * 1000, clearS)).toEqual(wait)
        const goesMs = wait?.untilMs ?? atS * 1000
        if (wait) expect(goesMs).toBeGreaterThan(atS * 1000)
        const within = holds.filter(({ fromMs, untilMs }) => goesMs >= fromMs && goesMs < untilMs + clearS * 1000)
        expect(within).toEqual([])
      }),
    )
  })
})
