import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SettlementLine } from '../../src/payments/payment-provider.ts'
import type { Movement } from '../../src/payments/reconciliation/movements.ts'
import { differencesOf, keyOf, reconcile } from '../../src/payments/reconciliation/reconcile.ts'
import { reconciliationCsv } from '../../src/payments/reconciliation/reconciliation-csv.ts'

const startMs = Date.UTC(2026, 10, 22, 16)
const endMs = startMs + 86_400_000
const day = { startMs, endMs, settledElsewhere: new Set<string>() }
const noon = startMs + 43_200_000

const paid = (orderId: string, amountFen: number, atMs = noon): Movement => ({
  ...{ kind: 'payment', orderId, transactionId: `t-${orderId}`, amountFen, atMs },
})
const returned = (orderId: string, refundId: string, amountFen: number, atMs = noon): Movement => ({
  ...{ kind: 'refund', orderId, refundId, transactionId: `t-${refundId}`, amountFen, atMs },
})
const settled = (movement: Movement, feeFen = 0): SettlementLine => ({ ...movement, feeFen })
const verdicts = (lines: readonly { verdict: string; orderId: string; refundId?: string }[]) =>
  Object.fromEntries(lines.map((line) => [line.refundId ?? line.orderId, line.verdict]))

describe('a comparison', () => {
  it('gives each movement of both sides one verdict, and the fees', () => {
    const ours = [paid('a', 500), paid('b', 700), paid('c', 900), returned('a', 'a-f1', 200)]
    const theirs = [
      settled(paid('a', 500), 3),
      settled(paid('b', 701), 4),
      settled(paid('x', 100), 1),
      settled(returned('a', 'a-f1', 200), -1),
    ]
    const { lines, totals } = reconcile(ours, theirs, day)
    expect(verdicts(lines)).toEqual({
      a: 'matched',
      b: 'amount-differs',
      c: 'missing-there',
      x: 'missing-here',
      'a-f1': 'matched',
    })
    expect(totals).toEqual({
      counts: { matched: 2, 'missing-here': 1, 'missing-there': 1, 'amount-differs': 1 },
      oursFen: 500 + 700 + 900 - 200,
      theirsFen: 500 + 701 + 100 - 200,
      feeFen: 7,
      payoutFen: 1101 - 7,
    })
  })

  it('finds an order that was paid twice, whichever of the two we know', () => {
    const second = { ...paid('a', 500), transactionId: 't-again' }
    const { lines } = reconcile([second], [settled(paid('a', 500)), settled(second)], day)
    expect(lines.map(({ transactionId, verdict }) => [transactionId, verdict]).sort()).toEqual([
      ['t-a', 'missing-here'],
      ['t-again', 'matched'],
    ])
  })

  it('takes partners from the days beside it, and misses nothing twice', () => {
    // Asked for before midnight, done after: the bill of a refund counts by the first, we by the second.
    const late = returned('a', 'a-f1', 200, endMs + 5000)
    const first = reconcile([late], [settled({ ...late, atMs: endMs - 5000 })], day)
    expect(verdicts(first.lines)).toEqual({ 'a-f1': 'matched' })
    const next = { startMs: endMs, endMs: endMs + 86_400_000, settledElsewhere: new Set(first.lines.map(keyOf)) }
    expect(reconcile([late], [], next).lines).toEqual([])
    expect(verdicts(reconcile([late], [], { ...next, settledElsewhere: new Set() }).lines)).toEqual({
      'a-f1': 'missing-there',
    })
  })

  it('explains every fen between the two sums, whatever the sides hold', () => {
    const movement = fc
      .record({
        order: fc.constantFrom('a', 'b', 'c', 'd'),
        back: fc.boolean(),
        amountFen: fc.integer({ min: 1, max: 9999 }),
        inDay: fc.boolean(),
      })
      .map(({ order, back, amountFen, inDay }) => {
        const atMs = inDay ? noon : startMs - 1
        return back ? returned(order, `${order}-f1`, amountFen, atMs) : paid(order, amountFen, atMs)
      })
    fc.assert(
      fc.property(fc.array(movement, { maxLength: 12 }), fc.array(movement, { maxLength: 12 }), (ours, known) => {
        const theirs = known.map((line) => settled(line, 1))
        const { lines, totals } = reconcile(ours, theirs, day)
        // Each line of the bill comes out once, and each movement of ours of that day.
        expect(lines.filter(({ theirsFen }) => theirsFen !== null)).toHaveLength(theirs.length)
        const here = lines.filter(({ oursFen }) => oursFen !== null).length
        expect(here).toBeGreaterThanOrEqual(ours.filter(({ atMs }) => atMs >= startMs).length)
        expect(here).toBeLessThanOrEqual(ours.length)
        expect(Object.values(totals.counts).reduce((a, b) => a + b)).toBe(lines.length)
        const sign = ({ kind }: { kind: string }) => (kind === 'payment' ? 1 : -1)
        const gap = lines.reduce((sum, line) => sum + sign(line) * ((line.theirsFen ?? 0) - (line.oursFen ?? 0)), 0)
        expect(totals.theirsFen - totals.oursFen).toBe(gap)
        if (differencesOf(totals) === 0) expect(totals.theirsFen).toBe(totals.oursFen)
        // The order in which the sides are read changes nothing.
        const again = reconcile(ours.toReversed(), theirs, day)
        expect(again.totals.counts).toEqual(totals.counts)
      }),
      { seed: 7, numRuns: 300 },
    )
  })

  it('is a table for spreadsheets, with no formula in it', () => {
    const { lines } = reconcile([], [settled({ ...paid('=1+1', 500), transactionId: 'a,b' }, 3)], day)
    expect(reconciliationCsv(lines)).toBe(
      '\uFEFFverdict,kind,orderId,refundId,transactionId,oursFen,theirsFen,feeFen,at\r\n' +
        `missing-here,payment,'=1+1,,"a,b",,500,3,2026-11-23T12:00:00+08:00\r\n`,
    )
  })
})
