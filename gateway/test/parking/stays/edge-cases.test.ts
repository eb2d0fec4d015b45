import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayMs, hourMs, lotSettings, minuteMs, openLot, startMs } from '../small-lot.ts'

type Lot = Awaited<ReturnType<typeof openLot>>
const stays = async (lot: Lot) => (await lot.call('GET /stays')).items
const bills = async (lot: Lot) => (await lot.call('GET /bills')).items
const issued = async (lot: Lot) => (await bills(lot)).filter(({ state }: { state: string }) => state === 'issued')
/** Billed whatever it is: longer than the free time. */
const visit = { inAt: startMs, outAt: startMs + hourMs }

describe('section 8, case by case', () => {
  it('missing exit: the stay waits for review when the plate enters again, and is not billed', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs }, { direction: 'in', at: startMs + hourMs })
    lot.reads({ direction: 'out', at: startMs + 2 * hourMs })
    expect(await stays(lot)).toMatchObject([
      { state: 'closed' },
      { state: 'review', reason: 'entered again without an exit' },
    ])
    expect(await issued(lot)).toHaveLength(1)
  })

  it('missing entry: an exit alone is never billed', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'out', at: startMs })
    expect(await stays(lot)).toMatchObject([{ state: 'review', reason: 'exit without an entry' }])
    expect(await bills(lot)).toEqual([])
  })

  it('duplicate reads in seconds: at both gates, one stay', async () => {
    const lot = await openLot()
    for (const at of [0, 3000, 6000]) lot.reads({ direction: 'in', at: startMs + at })
    for (const at of [0, 4000]) lot.reads({ direction: 'out', at: startMs + hourMs + at })
    expect(await stays(lot)).toMatchObject([{ state: 'closed' }])
    expect(await issued(lot)).toHaveLength(1)
  })

  it('reversing at the gate: in and out by one gate within a minute is no arrival and costs nothing', async () => {
    const lot = await openLot()
    await lot.clock.advance(60)
    lot.reads({ direction: 'in', at: startMs, gate: 'square-in' })
    lot.reads({ direction: 'out', at: startMs + 40_000, gate: 'square-in' })
    expect(await stays(lot)).toMatchObject([{ state: 'closed', reason: 'turned back at the gate', bill: null }])
    expect(await lot.call('GET /lots/square')).toMatchObject({ turnoverToday: 0, occupied: 0 })
  })

  it('two-way lane: a visit by one gate that lasts is a stay', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs, gate: 'square-in' })
    lot.reads({ direction: 'out', at: startMs + hourMs, gate: 'square-in' })
    const [stay] = await stays(lot)
    expect(stay).toMatchObject({ state: 'closed' })
    expect(stay.reason).toBeUndefined()
    expect(await issued(lot)).toHaveLength(1)
  })

  it('tailgating: the vehicle that no camera saw entering leaves to review, and the count stays right', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs })
    lot.reads({ direction: 'out', at: startMs + hourMs }, { direction: 'out', at: startMs + hourMs, plate: '鲁B77777' })
    expect((await stays(lot)).map(({ state }: { state: string }) => state).toSorted()).toEqual(['closed', 'review'])
    expect(await lot.call('GET /lots/square')).toMatchObject({ occupied: 0, vacant: 10 })
  })

  it('plateless car: its token from scan-to-enter makes a stay like a plate', async () => {
    const lot = await openLot()
    const plate = 'NOPLATE-7F3K'
    lot.reads({ direction: 'in', at: startMs, plate }, { direction: 'out', at: visit.outAt, plate })
    expect(await stays(lot)).toMatchObject([{ state: 'closed', plate: 'NOPLATE7F3K' }])
    expect(await issued(lot)).toHaveLength(1)
  })

  it('cloned plate: in, in, out, out puts all to review and bills none', async () => {
    const lot = await openLot()
    for (const minute of [0, 30]) lot.reads({ direction: 'in', at: startMs + minute * minuteMs })
    for (const minute of [90, 120]) lot.reads({ direction: 'out', at: startMs + minute * minuteMs })
    expect((await stays(lot)).map(({ state }: { state: string }) => state)).toEqual(['review', 'review', 'review'])
    expect(await issued(lot)).toEqual([])
  })

  it('the same plate in two lots at once: both are held, and released when a late exit shows that it was one car', async () => {
    const lot = await openLot()
    await lot.call('PUT /lots/market', { body: lotSettings })
    lot.reads({ direction: 'in', at: startMs }, { direction: 'in', at: startMs + hourMs, gate: 'market-in' })
    lot.reads({ direction: 'out', at: startMs + 3 * hourMs, gate: 'market-out' })
    expect(await issued(lot)).toEqual([])
    lot.reads({ direction: 'out', at: startMs + 4 * hourMs })
    expect(await stays(lot)).toMatchObject([{ state: 'review' }, { state: 'review' }])
    expect(await issued(lot)).toEqual([])
    lot.reads({ direction: 'out', at: startMs + 50 * minuteMs })
    const now = await stays(lot)
    expect(now.filter(({ state }: { state: string }) => state === 'closed')).toHaveLength(2)
    expect(await issued(lot)).toHaveLength(2)
  })

  it('an equal plate of another colour and class is not billed without a look', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs, plateColour: 'yellow', vehicleClass: 'large' })
    lot.reads({ direction: 'out', at: visit.outAt })
    const [stay] = await stays(lot)
    expect(stay).toMatchObject({ state: 'review' })
    expect(stay.reason).toContain('yellow at the entry and blue at the exit')
    expect(await issued(lot)).toEqual([])
  })

  it('a colour that was misread once does not hold a stay of an hour', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs, plateColour: 'white' }, { direction: 'out', at: visit.outAt })
    expect(await stays(lot)).toMatchObject([{ state: 'closed' }])
  })

  it('impossible plates: review, with a reason', async () => {
    const lot = await openLot()
    lot.reads(
      { direction: 'in', at: startMs, plate: '12345678' },
      { direction: 'in', at: startMs, plate: '鲁AAAAAAAAA' },
    )
    for (const stay of await stays(lot)) {
      expect(stay).toMatchObject({ state: 'review', reason: 'no plate has this shape' })
    }
  })

  it('departure before arrival: never a negative stay', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'out', at: startMs - dayMs, skewed: true }, { direction: 'in', at: startMs })
    expect((await stays(lot)).map(({ state }: { state: string }) => state).toSorted()).toEqual(['open', 'review'])
    expect(await bills(lot)).toEqual([])
  })

  it('zero-length stay: closed, and free', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs }, { direction: 'out', at: startMs })
    expect(await stays(lot)).toMatchObject([{ state: 'closed', bill: null }])
  })

  it('stay of months: not billed without a look', async () => {
    const lot = await openLot()
    await lot.clock.advance(90 * 86_400)
    lot.reads({ direction: 'in', at: startMs }, { direction: 'out', at: startMs + 80 * dayMs })
    expect(await stays(lot)).toMatchObject([{ state: 'review', reason: 'longer than the stay limit of the lot' }])
    expect(await bills(lot)).toEqual([])
  })

  it('crossing midnight and the month: one stay, one bill', async () => {
    const lot = await openLot()
    await lot.clock.advance(10 * 86_400)
    const eveningMs = Date.parse('2026-11-30T23:30:00.000+08:00')
    lot.reads({ direction: 'in', at: eveningMs }, { direction: 'out', at: eveningMs + 2 * hourMs })
    expect(await stays(lot)).toMatchObject([{ state: 'closed' }])
    expect(await issued(lot)).toMatchObject([{ amountFen: 500 }])
  })

  it('emergency vehicles: a stay, never a bill', async () => {
    const lot = await openLot()
    const emergency = { vehicleClass: 'emergency' } as const
    lot.reads({ direction: 'in', at: startMs, ...emergency }, { direction: 'out', at: visit.outAt, ...emergency })
    expect(await stays(lot)).toMatchObject([{ state: 'closed', bill: null }])
  })
})

describe('whatever the order in which reads come', () => {
  const Visit = fc.record({
    plate: fc.constantFrom('鲁A11111', '鲁A11117', '鲁A1111'),
    gate: fc.constantFrom('square-in', 'square-out', 'market-in'),
    direction: fc.constantFrom('in' as const, 'out' as const),
    plateColour: fc.constantFrom('blue' as const, 'yellow' as const),
    vehicleClass: fc.constantFrom('small' as const, 'large' as const),
    minute: fc.integer({ min: 0, max: 600 }),
  })

  it('stays, bills in force and what is held are the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(Visit, { selector: ({ plate, minute }) => `${plate} ${minute}`, minLength: 1, maxLength: 12 }),
        fc.infiniteStream(fc.nat()),
        async (visits, order) => {
          const picture = async (sorted: typeof visits) => {
            const lot = await openLot({ capacity: 100 })
            await lot.call('PUT /lots/market', { body: { ...lotSettings, capacity: 100 } })
            for (const { minute, ...read } of sorted) lot.reads({ at: startMs + minute * minuteMs, ...read })
            return {
              stays: lot.records.db
                .prepare(
                  `select lot, plate, state, reason, entered_ms, left_ms, amount_fen from stay
                     order by lot, plate, anchor_ms`,
                )
                .all(),
              bills: lot.records.db
                .prepare(
                  `select lot, plate, amount_fen from bill where state = 'issued' order by lot, plate, amount_fen`,
                )
                .all(),
            }
          }
          const keyed = visits.map((visit) => ({ visit, key: order.next().value as number }))
          const shuffled = keyed.toSorted((a, b) => a.key - b.key).map(({ visit }) => visit)
          expect(await picture(shuffled)).toEqual(await picture(visits.toSorted((a, b) => a.minute - b.minute)))
        },
      ),
      { numRuns: 60 },
    )
  })
})
