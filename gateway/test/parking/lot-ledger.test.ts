import { toTimestamp } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayMs, hourMs, minuteMs, openLot, startMs } from './small-lot.ts'

const stays = async (lot: Awaited<ReturnType<typeof openLot>>) => (await lot.call('GET /stays')).items
const bills = async (lot: Awaited<ReturnType<typeof openLot>>) => (await lot.call('GET /bills')).items

describe('two reads of one plate', () => {
  it('are a stay, and after the exit a bill', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs })
    expect(await stays(lot)).toMatchObject([{ state: 'open', plate: '鲁A12345', leftAt: null, bill: null }])
    expect(await bills(lot)).toEqual([])

    lot.reads({ direction: 'out', at: startMs + 130 * minuteMs })
    const [stay] = await stays(lot)
    const [bill] = await bills(lot)
    expect(stay).toMatchObject({ state: 'closed', bill: bill.id })
    expect(bill).toMatchObject({ stay: stay.id, state: 'issued', amountFen: 600, tariffVersion: 1, plate: '鲁A12345' })
    expect(bill.lines.map((line: { rule: string }) => line.rule)).toEqual(['first', 'further'])
    expect(await lot.call(`GET /bills/${bill.id}`)).toEqual(bill)
    expect(await lot.call(`GET /stays/${stay.id}`)).toMatchObject(stay)
  })

  it('match however the camera spells the plate', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs, plate: '鲁A·1O345' })
    lot.reads({ direction: 'out', at: startMs + hourMs, plate: '鲁a 10345' })
    expect(await stays(lot)).toMatchObject([{ state: 'closed', plate: '鲁A10345' }])
  })

  it('make no bill within the free time', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs }, { direction: 'out', at: startMs + 20 * minuteMs })
    expect(await stays(lot)).toMatchObject([{ state: 'closed', bill: null }])
    expect(await bills(lot)).toEqual([])
  })

  it('make no bill for an emergency vehicle', async () => {
    const lot = await openLot()
    const vehicleClass = 'emergency'
    lot.reads({ direction: 'in', at: startMs, vehicleClass }, { direction: 'out', at: startMs + dayMs, vehicleClass })
    expect(await stays(lot)).toMatchObject([{ state: 'closed', bill: null }])
  })

  it('are priced by the tariff version in force at entry', async () => {
    const lot = await openLot()
    const { document } = await lot.call('GET /tariffs/ningbo-yinzhou-hotel')
    lot.reads({ direction: 'in', at: startMs })
    await lot.clock.advance(60)
    const dearer = { ...document, first: { untilMin: 120, amountFen: 900 } }
    expect(await lot.call('PUT /tariffs/ningbo-yinzhou-hotel', { body: { document: dearer } })).toMatchObject({
      version: 2,
    })
    lot.reads({ direction: 'out', at: startMs + hourMs })
    lot.reads({ direction: 'in', at: startMs + 2 * hourMs }, { direction: 'out', at: startMs + 3 * hourMs })
    expect(await bills(lot)).toMatchObject([
      { tariffVersion: 2, amountFen: 900 },
      { tariffVersion: 1, amountFen: 500 },
    ])
    const old = await lot.call('GET /tariffs/ningbo-yinzhou-hotel', { query: { version: 1 } })
    expect(old.document).toEqual(document)
  })
})

describe('what does not add up', () => {
  it('collapses when a camera reads a slow car twice', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs }, { direction: 'in', at: startMs + 4000 })
    expect(await stays(lot)).toMatchObject([{ state: 'open' }])
    expect((await lot.call('GET /lots/square')).occupied).toBe(1)
  })

  it('puts the earlier stay to review when the plate enters again', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs }, { direction: 'in', at: startMs + hourMs })
    expect(await stays(lot)).toMatchObject([
      { state: 'open' },
      { state: 'review', reason: 'entered again without an exit' },
    ])
  })

  it('puts an exit without an entry to review and bills nothing', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'out', at: startMs })
    expect(await stays(lot)).toMatchObject([{ state: 'review', enteredAt: null, reason: 'exit without an entry' }])
    expect(await bills(lot)).toEqual([])
  })

  it.each([
    [null, 'plate not read'],
    ['X?1', 'no plate has this shape'],
  ])('puts the plate %s to review, and counts the vehicle', async (plate, reason) => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs, plate }, { direction: 'in', at: startMs, plate })
    expect(await stays(lot)).toMatchObject([
      { state: 'review', reason },
      { state: 'review', reason },
    ])
    expect((await lot.call('GET /lots/square')).occupied).toBe(2)
  })

  it('closes the stay when the exit is heard of before the entry', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'out', at: startMs + hourMs })
    lot.reads({ direction: 'in', at: startMs })
    expect(await stays(lot)).toMatchObject([{ state: 'closed' }])
    expect(await bills(lot)).toMatchObject([{ amountFen: 500 }])
  })

  it('replaces the bill when a late exit shows that the stay was shorter', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs }, { direction: 'out', at: startMs + 5 * hourMs })
    lot.reads({ direction: 'out', at: startMs + hourMs })
    expect(await stays(lot)).toMatchObject([{ state: 'review' }, { state: 'closed' }])
    const [first, second] = (await bills(lot)).toSorted(
      (a: { amountFen: number }, b: { amountFen: number }) => b.amountFen - a.amountFen,
    )
    expect(first).toMatchObject({ amountFen: 800, state: 'written-off' })
    expect(second).toMatchObject({ amountFen: 500, state: 'issued' })
    expect((await stays(lot))[1].bill).toBe(second.id)
  })

  it('never makes a negative stay of an exit dated before the entry', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs }, { direction: 'out', at: startMs - 3000 })
    expect(await stays(lot)).toMatchObject([{ state: 'open' }, { state: 'review', reason: 'exit without an entry' }])
  })

  it('takes a read from the future of a wrong clock as of its arrival', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs })
    await lot.clock.advance(3600)
    lot.reads({ direction: 'out', at: startMs + 26 * hourMs, skewed: true })
    expect((await lot.call('GET /stays')).items).toMatchObject([{ leftAt: toTimestamp(startMs + hourMs) }])
    expect((await lot.call('GET /bills')).items).toMatchObject([{ amountFen: 500 }])
  })

  it('flags a stay that outlasts the limit of the lot, and its late exit is not billed', async () => {
    const lot = await openLot({ stayLimitDays: 2 })
    lot.reads({ direction: 'in', at: startMs })
    lot.parking.start?.()
    await lot.clock.advance(2 * 86_400 + 1200)
    expect(await stays(lot)).toMatchObject([{ state: 'expired' }])
    expect((await lot.call('GET /lots/square')).occupied).toBe(1)
    lot.reads({ direction: 'out', at: startMs + 3 * dayMs })
    expect(await stays(lot)).toMatchObject([{ state: 'review', reason: 'longer than the stay limit of the lot' }])
    expect(await bills(lot)).toEqual([])
    await lot.parking.stop?.()
  })

  it('is not lost silently when the gate belongs to no lot', async () => {
    const lot = await openLot()
    lot.records.db.exec(`delete from lot_capacity; delete from lot`)
    lot.reads({ direction: 'in', at: startMs })
    expect(lot.warnings).toMatchObject([{ device: 'square-in', lot: 'square' }])
  })
})

describe('a batch that fails', () => {
  it('leaves nothing behind, and is applied whole when it comes again', async () => {
    const lot = await openLot()
    const visit = [
      { direction: 'in', at: startMs },
      { direction: 'out', at: startMs + hourMs },
    ] as const
    lot.fault.armed = true
    expect(() => lot.reads(...visit)).toThrow('the disk is full')
    expect(await stays(lot)).toEqual([])
    lot.fault.armed = false
    lot.reads(...visit)
    expect(await stays(lot)).toMatchObject([{ state: 'closed' }])
    expect(lot.records.db.prepare('select sum(arrivals) as arrivals, sum(net) as net from lot_quarter').get()).toEqual({
      arrivals: 1,
      net: 0,
    })
  })
})

describe('the order in which reads arrive', () => {
  const Visits = fc.array(
    fc.record({
      plate: fc.constantFrom('鲁A11111', '鲁A22222'),
      direction: fc.constantFrom('in' as const, 'out' as const),
      minute: fc.integer({ min: 0, max: 300 }),
    }),
    { minLength: 1, maxLength: 14 },
  )

  it('does not change stays, bills in force or rollups', async () => {
    await fc.assert(
      fc.asyncProperty(Visits, fc.infiniteStream(fc.nat()), async (visits, order) => {
        const distinct = [...new Map(visits.map((visit) => [`${visit.plate}${visit.minute}`, visit])).values()]
        const inOrder = await openLot({ capacity: 100 })
        const shuffled = await openLot({ capacity: 100 })
        const keyed = distinct.map((visit) => ({ visit, key: order.next().value as number }))
        const read = ({ plate, direction, minute }: (typeof distinct)[number]) => ({
          plate,
          direction,
          at: startMs + minute * minuteMs,
        })
        for (const visit of distinct.toSorted((a, b) => a.minute - b.minute)) inOrder.reads(read(visit))
        for (const { visit } of keyed.toSorted((a, b) => a.key - b.key)) shuffled.reads(read(visit))

        const picture = (lot: typeof inOrder) => ({
          stays: lot.records.db
            .prepare('select plate, state, entered_ms, left_ms, amount_fen from stay order by plate, anchor_ms')
            .all(),
          bills: lot.records.db
            .prepare(`select plate, amount_fen from bill where state = 'issued' order by plate, amount_fen`)
            .all(),
          rollups: lot.records.db
            .prepare(`select * from lot_quarter where (arrivals, net, tail_ms, ended, rise) <> (0, 0, 0, 0, 0)`)
            .all(),
          known: lot.records.db.prepare('select * from lot_known').all(),
        })
        expect(picture(shuffled)).toEqual(picture(inOrder))
      }),
      { numRuns: 60 },
    )
  })
})

describe('the count', () => {
  it('is held within the lot and says when it was corrected', async () => {
    const lot = await openLot({ capacity: 1 })
    lot.reads({ direction: 'out', at: startMs })
    expect(await lot.call('GET /lots/square')).toMatchObject({ occupied: 0, vacant: 1, quality: 'suspect' })
    await lot.clock.advance(2 * 3600)
    lot.reads({ direction: 'in', at: startMs + 2 * hourMs })
    expect(await lot.call('GET /lots/square')).toMatchObject({
      occupied: 1,
      vacant: 0,
      vacancyRate: 0,
      quality: 'good',
    })
    lot.reads({ direction: 'in', at: startMs + 2 * hourMs + 1, plate: '鲁A22222' })
    expect(await lot.call('GET /lots/square')).toMatchObject({ occupied: 1, vacant: 0, quality: 'suspect' })
  })

  it('is stale when no gate has reported for a day', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs })
    expect(await lot.call('GET /lots/square')).toMatchObject({ quality: 'good' })
    await lot.clock.advance(86_401)
    expect(await lot.call('GET /lots/square')).toMatchObject({ quality: 'stale' })
  })

  it('becomes a point of the time series at each passage', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs }, { direction: 'out', at: startMs + hourMs })
    expect(lot.points).toEqual([
      { measurement: 'lot_occupancy', tags: { lot: 'square' }, atMs: startMs, fields: { occupied: 1, vacant: 9 } },
      {
        measurement: 'lot_occupancy',
        tags: { lot: 'square' },
        atMs: startMs + hourMs,
        fields: { occupied: 0, vacant: 10 },
      },
    ])
  })

  it('is told once for a batch of reads', async () => {
    const lot = await openLot()
    lot.published.length = 0
    lot.reads({ direction: 'in', at: startMs }, { direction: 'in', at: startMs, plate: '鲁A22222' })
    await Promise.resolve()
    expect(lot.published).toMatchObject([[{ id: 'square', occupied: 2, turnoverToday: 0.2 }]])
  })
})
