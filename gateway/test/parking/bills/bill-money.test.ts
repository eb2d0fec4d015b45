import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyToBill, type BillEvent, type BillMoney, owedFen } from '../../../src/parking/bills/bill-money.ts'
import { type BillPhase, billActions, billPhases, transitions } from '../../../src/parking/bills/bill-phases.ts'
import type { Posting } from '../../../src/parking/books/accounts.ts'

const fresh: BillMoney = {
  ...{ bill: 'b', creditOf: 's', phase: 'priced', stage: 'issued' },
  ...{ billedFen: 0, paidFen: 0, allowedFen: 0, writtenOffFen: 0, creditFen: 0 },
}
const cash = { account: 'cash:test', subject: 'o' } as const

const fen = fc.integer({ min: 1, max: 5000 })
const anyEvent: fc.Arbitrary<BillEvent> = fc.oneof(
  fc.record({
    action: fc.constant('issue' as const),
    amountFen: fen,
    waivedFen: fc.integer({ min: 0, max: 6000 }),
    forgiven: fc.boolean(),
  }),
  fc.record({ action: fc.constant('pay' as const), amountFen: fen, from: fc.constant(cash) }),
  fc.record({ action: fc.constant('grant' as const), amountFen: fen }),
  fc.record({ action: fc.constant('refund' as const), amountFen: fen, refund: fc.constant('f') }),
  fc.constantFrom('fall-due', 'collect', 'dispute', 'reject', 'write-off', 'withdraw').map((action) => ({ action })),
)

/** Does what is allowed and leaves the rest, as the desk does. */
function follow(start: BillMoney, events: readonly BillEvent[]) {
  const accounts = new Map<string, number>()
  let money = start
  const book = (postings: readonly Posting[]) => {
    for (const { account, amountFen } of postings) accounts.set(account, (accounts.get(account) ?? 0) + amountFen)
  }
  const steps: { money: BillMoney; postings: readonly Posting[] }[] = []
  for (const event of events) {
    try {
      const next = applyToBill(money, event)
      money = next.money
      book(next.postings)
      steps.push(next)
    } catch (error) {
      expect((error as { code: string }).code).toMatch(/^bill-(action|amount)$/)
    }
  }
  const of = (account: string) => accounts.get(account) ?? 0
  return { money, of, steps }
}

/** Runs begin with credit, as a stay that was paid ahead has it. */
const runs = fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.array(anyEvent, { maxLength: 40 }))

describe('whatever happens to a bill', () => {
  it('books every event as lines that add up to 0', () => {
    fc.assert(
      fc.property(runs, ([creditFen, events]) => {
        for (const { postings } of follow({ ...fresh, creditFen }, events).steps) {
          expect(postings.reduce((sum, { amountFen }) => sum + amountFen, 0)).toBe(0)
        }
      }),
    )
  })

  it('loses no money: what came in is paid, credit, or on its way back', () => {
    fc.assert(
      fc.property(runs, ([creditFen, events]) => {
        const { money, of } = follow({ ...fresh, creditFen }, events)
        expect(of('cash:test')).toBe(money.paidFen + (money.creditFen - creditFen) - of('refunds-payable'))
      }),
    )
  })

  it('has in the books what it says of itself', () => {
    fc.assert(
      fc.property(runs, ([creditFen, events]) => {
        const { money, of } = follow({ ...fresh, creditFen }, events)
        expect(of('receivable')).toBe(owedFen(money))
        expect(of('receivable')).toBe(money.billedFen - money.paidFen - money.allowedFen - money.writtenOffFen)
        expect(of('revenue')).toBe(0 - money.billedFen)
        expect(of('allowances')).toBe(money.allowedFen)
        expect(of('write-offs')).toBe(money.writtenOffFen)
        expect(0 - of('driver-credit')).toBe(money.creditFen - creditFen)
        for (const amount of [owedFen(money), money.paidFen, money.allowedFen, money.writtenOffFen, money.creditFen]) {
          expect(amount).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })

  it('has the phase that its money says', () => {
    fc.assert(
      fc.property(runs, ([creditFen, events]) => {
        const { money } = follow({ ...fresh, creditFen }, events)
        const owed = owedFen(money)
        if (['issued', 'overdue', 'collection'].includes(money.phase)) expect(owed).toBeGreaterThan(0)
        if (['paid', 'refunded', 'written-off', 'withdrawn', 'priced'].includes(money.phase)) expect(owed).toBe(0)
        if (money.phase === 'refunded') expect(money.allowedFen).toBe(money.billedFen)
        if (money.phase === 'withdrawn') expect(money.billedFen).toBe(0)
      }),
    )
  })

  it('reaches every phase', () => {
    const events: BillEvent[] = [
      { action: 'issue', amountFen: 10 },
      { action: 'pay', amountFen: 10, from: cash },
      { action: 'refund', amountFen: 10, refund: 'f' },
      ...(['fall-due', 'collect', 'dispute', 'write-off', 'withdraw'] as const).map((action) => ({ action })),
    ]
    const seen = new Set<BillPhase>(['priced'])
    let reached = [fresh]
    for (let depth = 0; depth < 4; depth++) {
      reached = reached.flatMap((money) =>
        events.flatMap((event) => follow(money, [event]).steps.map((step) => step.money)),
      )
      for (const { phase } of reached) seen.add(phase)
    }
    expect([...seen].toSorted()).toEqual([...billPhases].toSorted())
  })
})

describe('the table of transitions', () => {
  const eventOf = (action: string): BillEvent =>
    ({ action, amountFen: 1, from: cash, refund: 'f' }) as unknown as BillEvent

  it.each(
    billPhases.flatMap((phase) =>
      billActions.filter((action) => !(action in transitions[phase])).map((action) => [phase, action] as const),
    ),
  )('refuses by name that a bill that is %s gets %s', (phase, action) => {
    expect(() => applyToBill({ ...fresh, bill: 'bill-7', phase }, eventOf(action))).toThrow(
      expect.objectContaining({
        code: 'bill-action',
        message: expect.stringMatching(new RegExp(`^bill bill-7 is ${phase} and cannot be .+; it can be .+`)),
        fields: [expect.objectContaining({ field: 'state' })],
      }),
    )
  })

  it('lets a refund or a new price follow from every phase after the first', () => {
    for (const phase of billPhases) {
      if (phase === 'priced') continue
      expect(transitions[phase]).toHaveProperty('refund')
      if (phase !== 'withdrawn') expect(transitions[phase]).toHaveProperty('withdraw')
    }
  })
})

describe('one bill of 1000', () => {
  const issued = applyToBill(fresh, { action: 'issue', amountFen: 1000 }).money
  const pay = (money: BillMoney, amountFen: number) =>
    applyToBill(money, { action: 'pay', amountFen, from: cash }).money

  it('is paid in parts, and what is too much stays the driver’s', () => {
    const half = pay(issued, 400)
    expect(half).toMatchObject({ phase: 'issued', paidFen: 400, creditFen: 0 })
    expect(pay(half, 700)).toMatchObject({ phase: 'paid', paidFen: 1000, creditFen: 100 })
  })

  it('gives credit back before it gives back what was paid', () => {
    const over = pay(issued, 1300)
    expect(applyToBill(over, { action: 'refund', amountFen: 300, refund: 'f' }).money).toMatchObject({
      ...{ phase: 'paid', paidFen: 1000, creditFen: 0, allowedFen: 0 },
    })
    expect(applyToBill(over, { action: 'refund', amountFen: 1300, refund: 'f' }).money).toMatchObject({
      ...{ phase: 'refunded', paidFen: 0, creditFen: 0, allowedFen: 1000 },
    })
  })

  it('takes money that comes after all against what was written off', () => {
    const written = applyToBill(issued, { action: 'write-off' }).money
    expect(written).toMatchObject({ phase: 'written-off', writtenOffFen: 1000 })
    expect(pay(written, 400)).toMatchObject({ phase: 'written-off', paidFen: 400, writtenOffFen: 600 })
    expect(pay(written, 1000)).toMatchObject({ phase: 'paid', paidFen: 1000, writtenOffFen: 0 })
  })

  it('goes on where it was when a dispute is rejected', () => {
    const overdue = applyToBill(issued, { action: 'fall-due' }).money
    const disputed = applyToBill(overdue, { action: 'dispute' }).money
    expect(applyToBill(disputed, { action: 'reject' }).money.phase).toBe('overdue')
    expect(applyToBill(pay(disputed, 1000), { action: 'reject' }).money.phase).toBe('paid')
  })

  it('lets what was decided hold for the next price', () => {
    const next = (event: { waivedFen?: number; forgiven?: boolean }, creditFen = 0) =>
      applyToBill({ ...fresh, creditFen }, { action: 'issue', amountFen: 800, ...event }).money
    expect(next({ waivedFen: 300 }, 700)).toMatchObject({
      phase: 'paid',
      allowedFen: 300,
      paidFen: 500,
      creditFen: 200,
    })
    expect(next({ waivedFen: 1000 })).toMatchObject({ phase: 'refunded', allowedFen: 800 })
    expect(next({ forgiven: true })).toMatchObject({ phase: 'written-off', writtenOffFen: 800 })
  })
})
