import { toTimestamp } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { dayMs, hourMs, minuteMs, openLot, startMs } from '../small-lot.ts'

type Lot = Awaited<ReturnType<typeof openLot>>

/** A stay of 130 min, ¥6 by the tariff of the lot, and its bill. */
async function billed(lot: Lot, plate = '鲁A12345') {
  lot.reads({ direction: 'in', at: startMs, plate }, { direction: 'out', at: startMs + 130 * minuteMs, plate })
  return (await lot.call('GET /bills')).items.find((bill: { plate: string }) => bill.plate === plate)
}

const round = async (lot: Lot) => {
  // What a round of the collector asks a provider ends in later turns of the event loop.
  await lot.parking.collect()
}
const verify = async (lot: Lot) => {
  const verdict = await lot.call('GET /books/verify')
  expect(verdict.faults).toEqual([])
  return verdict
}

describe('a bill', () => {
  it('is paid in cash, once for one Idempotency-Key', async () => {
    const lot = await openLot()
    const bill = await billed(lot)
    const first = await lot.call(`POST /bills/${bill.id}/payments`, { body: {}, key: 'k' })
    expect(first).toMatchObject({ state: 'paid', amountFen: 600, provider: 'cash', kind: 'desk' })
    expect(await lot.call(`POST /bills/${bill.id}/payments`, { body: {}, key: 'k' })).toEqual(first)
    expect(await lot.call(`GET /bills/${bill.id}`)).toMatchObject({ state: 'paid', owedFen: 0, paidFen: 600 })
    expect(await verify(lot)).toMatchObject({ trialFen: 0, revenueFen: 600, balances: { 'cash:cash': 600 } })
  })

  it('keeps what is paid too much, and gives it back', async () => {
    const lot = await openLot()
    const bill = await billed(lot)
    await lot.call(`POST /bills/${bill.id}/payments`, { body: { amountFen: 1000 } })
    expect(await lot.call(`GET /bills/${bill.id}`)).toMatchObject({ state: 'paid', creditFen: 400 })
    await expect(lot.call(`POST /bills/${bill.id}/payments`, { body: {} })).rejects.toThrow('nothing is owed')
    const { items } = await lot.call(`POST /bills/${bill.id}/refunds`, { body: { amountFen: 400, why: 'too much' } })
    expect(items).toMatchObject([{ amountFen: 400, state: 'paid' }])
    expect(await lot.call(`GET /bills/${bill.id}`)).toMatchObject({ state: 'paid', creditFen: 0 })
    await expect(lot.call(`POST /bills/${bill.id}/refunds`, { body: { amountFen: 601, why: 'more' } })).rejects.toThrow(
      /amountFen of bill .* 601 is more than the 600/,
    )
    expect(await verify(lot)).toMatchObject({ balances: { 'cash:cash': 600 } })
  })

  it('is paid by a link, twice by two links, and the second payment is credit', async () => {
    const lot = await openLot()
    const bill = await billed(lot)
    const links = []
    for (const key of ['a', 'b']) {
      links.push(await lot.call(`POST /bills/${bill.id}/payments`, { body: { provider: 'sandbox' }, key }))
    }
    expect(links[0]).toMatchObject({ state: 'pending', payUrl: expect.stringContaining('/pay.html?order=') })
    for (const { payUrl } of links) {
      const token = payUrl.split('=')[1]
      expect(await lot.call(`GET /pay/${token}`)).toMatchObject({ amountFen: 600, paidAt: null })
      await lot.call(`POST /pay/${token}`)
      await lot.call(`POST /pay/${token}`)
    }
    expect(await lot.call(`GET /bills/${bill.id}`)).toMatchObject({ state: 'paid', paidFen: 600, creditFen: 600 })
    await expect(lot.call(`GET /pay/${links[0].id}.forged`)).rejects.toThrow('opens no bill')
    expect(await verify(lot)).toMatchObject({ balances: { 'cash:sandbox': 1200, 'driver-credit': -600 } })
  })

  it('is debited where the plate has an agreement, and told of where the debit is refused', async () => {
    const lot = await openLot()
    await lot.call('PUT /agreements', { body: { plate: '鲁A12345', provider: 'sandbox' } })
    const first = await billed(lot)
    await round(lot)
    expect(await lot.call(`GET /bills/${first.id}`)).toMatchObject({ state: 'paid' })
    expect((await lot.call('GET /bill-notices')).items).toEqual([])

    await lot.call('PUT /payment-sandbox', { body: { refuse: 'debits' } })
    await lot.call('PUT /agreements', { body: { plate: '鲁B00001', provider: 'sandbox' } })
    const second = await billed(lot, '鲁B00001')
    await lot.clock.advance(10_000)
    await round(lot)
    expect(await lot.call(`GET /bills/${second.id}`)).toMatchObject({ state: 'issued', owedFen: 600 })
    const [notice] = (await lot.call('GET /bill-notices')).items
    expect(notice).toMatchObject({ bill: second.id, step: 1, channel: 'message', plate: '鲁B00001' })
    expect(notice.text.zh).toContain('6.00')
    await lot.call(`POST /bill-notices/${notice.id}/sent`)
    expect((await lot.call('GET /bill-notices')).items).toEqual([])
    await verify(lot)
  })

  it('is reminded of, falls due and goes to collection by the steps of the dunning', async () => {
    const lot = await openLot()
    const bill = await billed(lot)
    const phaseAfter = async (days: number) => {
      await lot.clock.advance(startMs / 1000 + days * 86_400 + 3 * 3600 - lot.clock.now() / 1000)
      await round(lot)
      return (await lot.call(`GET /bills/${bill.id}`)).phase
    }
    expect(await phaseAfter(0)).toBe('issued')
    expect(await phaseAfter(14)).toBe('issued')
    expect(await phaseAfter(15)).toBe('overdue')
    expect(await phaseAfter(30)).toBe('overdue')
    expect(await phaseAfter(60)).toBe('collection')
    const told = (await lot.call('GET /bill-notices')).items.map((notice: { step: number }) => notice.step)
    expect(told).toEqual([1, 2, 3, 4])
    const { buckets } = await lot.call('GET /bills/ageing')
    expect(buckets.map((bucket: { owedFen: number }) => bucket.owedFen)).toEqual([0, 0, 0, 600, 0])
    await lot.call(`POST /bills/${bill.id}/write-off`, { body: { why: 'the owner has died' } })
    expect(await lot.call(`GET /bills/${bill.id}`)).toMatchObject({ state: 'written-off', writtenOffFen: 600 })
    expect(await verify(lot)).toMatchObject({ balances: { receivable: 0, 'write-offs': 600, revenue: -600 } })
  })

  it('leaves out a reminder that the next has overtaken', async () => {
    const lot = await openLot()
    await billed(lot)
    await lot.clock.advance(40 * 86_400)
    await round(lot)
    const told = (await lot.call('GET /bill-notices')).items.map((notice: { step: number }) => notice.step)
    expect(told).toEqual([1, 3])
  })

  it('waits for late events, and only then becomes a bill', async () => {
    const lot = await openLot({}, { issueAfterS: 3600 })
    const bill = await billed(lot)
    expect(bill).toMatchObject({ phase: 'priced', owedFen: 0 })
    await expect(lot.call(`POST /bills/${bill.id}/payments`, { body: {} })).rejects.toThrow('is priced')
    lot.reads({ direction: 'out', at: startMs + 100 * minuteMs })
    const bills = (await lot.call('GET /bills')).items
    expect(bills).toMatchObject([{ phase: 'priced', amountFen: 500, revision: 1 }])
    await lot.clock.advance(3600)
    await round(lot)
    expect(await lot.call(`GET /bills/${bills[0].id}`)).toMatchObject({ phase: 'issued', owedFen: 500 })
    expect(await verify(lot)).toMatchObject({ revenueFen: 500, bills: 1 })
  })

  it('is not made for a stay that is trivially short or in review', async () => {
    const lot = await openLot({}, { shortestStayS: 3600 })
    lot.reads({ direction: 'in', at: startMs }, { direction: 'out', at: startMs + 59 * minuteMs })
    lot.reads({ direction: 'out', at: startMs + 5 * hourMs, plate: '鲁C77777' })
    expect((await lot.call('GET /bills')).items).toEqual([])
    expect((await lot.call('GET /stays')).items).toHaveLength(2)
  })
})

describe('a new price', () => {
  it('takes over what was paid, and the rest can be given back', async () => {
    const lot = await openLot()
    const bill = await billed(lot)
    await lot.call(`POST /bills/${bill.id}/payments`, { body: {} })
    lot.reads({ direction: 'out', at: startMs + 100 * minuteMs })
    const old = await lot.call(`GET /bills/${bill.id}`)
    expect(old).toMatchObject({ phase: 'withdrawn', state: 'written-off', owedFen: 0 })
    const [, now] = (await lot.call('GET /bills', { query: { stay: bill.stay } })).items.toSorted(
      (a: { revision: number }, b: { revision: number }) => a.revision - b.revision,
    )
    expect(now).toMatchObject({ revision: 2, amountFen: 500, state: 'paid', creditFen: 100 })
    await lot.call(`POST /bills/${now.id}/refunds`, { body: { why: 'the exit was later' } })
    expect(await lot.call(`GET /bills/${now.id}`)).toMatchObject({ state: 'refunded', paidFen: 0, creditFen: 0 })
    expect(await verify(lot)).toMatchObject({ revenueFen: 500, balances: { 'cash:cash': 0, allowances: 500 } })
  })

  it('does not let one driver pay for another whose plate it was', async () => {
    const lot = await openLot()
    const bill = await billed(lot)
    await lot.call(`POST /bills/${bill.id}/payments`, { body: {} })
    await lot.call(`POST /stays/${bill.stay}/correct`, {
      body: { action: 'plate', plate: '鲁A54321', why: 'seen on the image' },
    })
    const bills = (await lot.call('GET /bills')).items
    const other = bills.find((one: { plate: string }) => one.plate === '鲁A54321')
    expect(other).toMatchObject({ state: 'issued', owedFen: 600, creditFen: 0 })
    expect(await lot.call(`GET /bills/${bill.id}`)).toMatchObject({ phase: 'withdrawn', creditFen: 600 })
    await lot.call(`POST /bills/${bill.id}/refunds`, { body: { why: 'it was not his car' } })
    expect(await lot.call(`GET /bills/${bill.id}`)).toMatchObject({ creditFen: 0 })
    expect(await lot.call(`GET /bills/${other.id}`)).toMatchObject({ owedFen: 600 })
    await verify(lot)
  })

  it('leaves the bill alone when nothing about it is different', async () => {
    const lot = await openLot()
    const bill = await billed(lot)
    lot.reads({ direction: 'out', at: startMs + 129 * minuteMs })
    const bills = (await lot.call('GET /bills')).items
    expect(bills.filter((one: { phase: string }) => one.phase !== 'withdrawn')).toHaveLength(1)
    expect(bill.amountFen).toBe(600)
    await verify(lot)
  })
})

describe('a dispute', () => {
  it('stops reminders, has its evidence without an image too, and ends in a decision', async () => {
    const lot = await openLot()
    const bill = await billed(lot)
    const reason = 'I was not there'
    const dispute = await lot.call(`POST /bills/${bill.id}/disputes`, { body: { reason } })
    expect(await lot.call(`POST /bills/${bill.id}/disputes`, { body: { reason } })).toEqual(dispute)
    await lot.clock.advance(70 * 86_400)
    await round(lot)
    expect((await lot.call('GET /bill-notices')).items).toEqual([])

    const evidence = await lot.call(`GET /bills/${bill.id}/evidence`)
    expect(evidence).toMatchObject({
      bill: { id: bill.id, state: 'disputed' },
      stay: { id: bill.stay },
      tariff: { id: 'ningbo-yinzhou-hotel', version: 1 },
      reads: [
        { direction: 'in', at: toTimestamp(startMs), readAs: '鲁A12345', confidence: 0.98, imageRef: null },
        { direction: 'out' },
      ],
      images: false,
      disputes: [{ id: dispute.id, outcome: null }],
    })
    expect(evidence.bill.lines.length).toBeGreaterThan(0)
    expect(evidence.books.map((entry: { kind: string }) => entry.kind)).toEqual(['issue'])
    expect(evidence.audit.map((entry: { action: string }) => entry.action)).toEqual(['bill.dispute'])

    const body = { outcome: 'grant', amountFen: 200, why: 'the gate was slow' }
    expect(await lot.call(`POST /bills/${bill.id}/decision`, { body })).toMatchObject({
      ...{ state: 'issued', owedFen: 400, allowedFen: 200 },
    })
    await expect(lot.call(`POST /bills/${bill.id}/decision`, { body })).rejects.toThrow('is issued, not disputed')
    expect(lot.audited).toContain(`bill.decide ${bill.id}`)
    await verify(lot)
  })
})

describe('money that fits nothing', () => {
  const notice = (lot: Lot, order: string, transaction: string, amountFen: number) =>
    lot.call('POST /payment-sandbox/notices', { body: { order, transaction, amountFen } })

  it('waits in suspense with the field that does not fit, and is assigned or sent back', async () => {
    const lot = await openLot()
    const bill = await billed(lot)
    const order = (await lot.call(`POST /bills/${bill.id}/payments`, { body: { provider: 'sandbox' } })).id
    expect(await notice(lot, 'nobody-a1', 't1', 600)).toEqual({ taken: 'queued' })
    expect(await notice(lot, 'nobody-a1', 't1', 600)).toEqual({ taken: 'again' })
    expect(await notice(lot, order, 't2', 599)).toEqual({ taken: 'queued' })
    expect(await notice(lot, order, 't3', 600)).toEqual({ taken: 'paid' })
    expect(await notice(lot, order, 't3', 600)).toEqual({ taken: 'again' })
    expect(await notice(lot, order, 't4', 600)).toEqual({ taken: 'queued' })
    await lot.call(`POST /bills/${bill.id}/refunds`, { body: { why: 'goodwill' } })
    const { items } = await lot.call('GET /payment-notices', { query: { state: 'open' } })
    expect(items.map(({ id, field, amountFen }: Record<string, unknown>) => [id, field, amountFen])).toEqual([
      ['n3', 'transactionId', 600],
      ['n2', 'amountFen', 599],
      ['n1', 'orderId', 600],
    ])
    expect(await lot.metrics()).toContain('clearway_unmatched_payments 3')
    expect(await verify(lot)).toMatchObject({ balances: { suspense: -1799 } })

    const other = await billed(lot, '鲁B00001')
    expect(
      await lot.call('POST /payment-notices/n2/assign', { body: { bill: other.id, why: 'he called' } }),
    ).toMatchObject({
      ...{ state: 'issued', owedFen: 1 },
    })
    await expect(
      lot.call('POST /payment-notices/n2/assign', { body: { bill: other.id, why: 'again' } }),
    ).rejects.toThrow('notice n2 is assigned already')
    expect(await lot.call('POST /payment-notices/n3/refund', { body: { why: 'paid twice' } })).toMatchObject({
      amountFen: 600,
    })
    expect(await verify(lot)).toMatchObject({ balances: { suspense: -600 } })
  })

  it('is put aside for a superseded revision and for a refunded bill', async () => {
    const lot = await openLot()
    const bill = await billed(lot)
    const order = (await lot.call(`POST /bills/${bill.id}/payments`, { body: { provider: 'sandbox' } })).id
    lot.reads({ direction: 'out', at: startMs + 100 * minuteMs })
    expect(await notice(lot, order, 't1', 600)).toEqual({ taken: 'queued' })
    const [{ field, reason }] = (await lot.call('GET /payment-notices')).items
    expect(field).toBe('orderId')
    expect(reason).toMatch(/was withdrawn; bill .*-r2 stands in its place/)

    const next = (await lot.call(`GET /stays/${bill.stay}`)).bill
    const later = (await lot.call(`POST /bills/${next}/payments`, { body: { provider: 'sandbox' } })).id
    await lot.call(`POST /bills/${next}/payments`, { body: {} })
    await lot.call(`POST /bills/${next}/refunds`, { body: { why: 'goodwill' } })
    expect(await notice(lot, later, 't2', 500)).toEqual({ taken: 'queued' })
    expect((await lot.call('GET /payment-notices')).items[0].reason).toMatch(/was refunded$/)
    await verify(lot)
  })

  it('is the driver’s again when its refund is refused', async () => {
    const lot = await openLot()
    const bill = await billed(lot)
    const { payUrl } = await lot.call(`POST /bills/${bill.id}/payments`, { body: { provider: 'sandbox' } })
    await lot.call(`POST /pay/${payUrl.split('=')[1]}`)
    await lot.call('PUT /payment-sandbox', { body: { refuse: 'everything' } })
    const { items } = await lot.call(`POST /bills/${bill.id}/refunds`, { body: { why: 'goodwill' } })
    expect(items).toMatchObject([{ state: 'refused' }])
    expect(await lot.call(`GET /bills/${bill.id}`)).toMatchObject({ state: 'refunded', creditFen: 600 })
    await lot.call('PUT /payment-sandbox', { body: { refuse: 'nothing' } })
    const again = await lot.call(`POST /bills/${bill.id}/refunds`, { body: { why: 'goodwill' } })
    expect(again.items).toMatchObject([{ state: 'paid', amountFen: 600 }])
    expect(await verify(lot)).toMatchObject({ balances: { 'cash:sandbox': 0, 'refunds-payable': 0 } })
  })
})

describe('who pays before he leaves', () => {
  const tariff = {
    name: { zh: '先付后离' },
    further: { everyMin: 60, amountFen: 500 },
    afterPayment: { graceMin: 15 },
  }
  async function prepaid() {
    const lot = await openLot()
    await lot.call('PUT /tariffs/kiosk', { body: { document: tariff } })
    const settings = await lot.call('GET /lots/square')
    await lot.call('PUT /lots/square', {
      body: { name: settings.name, position: settings.position, capacity: 10, kind: 'barrier-less', tariff: 'kiosk' },
    })
    lot.reads({ direction: 'in', at: startMs })
    const [stay] = (await lot.call('GET /stays')).items
    await lot.clock.advance(90 * 60)
    return { lot, stay }
  }

  it('owes no more when he leaves within the grace', async () => {
    const { lot, stay } = await prepaid()
    expect(await lot.call(`POST /stays/${stay.id}/payments`, { body: {}, key: 'p' })).toMatchObject({
      ...{ amountFen: 1000, bill: null, state: 'paid' },
    })
    expect(await verify(lot)).toMatchObject({ balances: { 'driver-credit': -1000 } })
    lot.reads({ direction: 'out', at: startMs + 104 * minuteMs })
    const [bill] = (await lot.call('GET /bills')).items
    expect(bill).toMatchObject({ amountFen: 1000, state: 'paid', owedFen: 0 })
    await expect(lot.call(`POST /stays/${stay.id}/payments`, { body: {} })).rejects.toThrow('nothing is owed')
    await verify(lot)
  })

  it('owes the rest when he stays longer', async () => {
    const { lot, stay } = await prepaid()
    await lot.call(`POST /stays/${stay.id}/payments`, { body: {} })
    lot.reads({ direction: 'out', at: startMs + 200 * minuteMs })
    const [bill] = (await lot.call('GET /bills')).items
    expect(bill).toMatchObject({ amountFen: 2000, state: 'issued', owedFen: 1000, paidFen: 1000 })
    await verify(lot)
  })
})

describe('rights of a plate', () => {
  const tariff = {
    name: { zh: '月卡' },
    further: { everyMin: 60, amountFen: 500 },
    passes: { graceDays: 0 },
    discounts: [{ id: 'shop', name: { zh: '商户' }, amountFen: 300 }],
    capAcrossEntriesFen: 1500,
  }
  async function withTariff() {
    const lot = await openLot()
    await lot.call('PUT /tariffs/rights', { body: { document: tariff } })
    const { name, position } = await lot.call('GET /lots/square')
    await lot.call('PUT /lots/square', {
      body: { name, position, capacity: 10, kind: 'barrier-less', tariff: 'rights' },
    })
    return lot
  }
  const pass = (from: number, until: number, plates = ['鲁A12345']) => ({
    items: [{ id: 'card-1', plates, validFrom: toTimestamp(from), validUntil: toTimestamp(until) }],
  })

  it('make a stay on a pass free, also when the pass comes to be known later', async () => {
    const lot = await withTariff()
    const bill = await billed(lot)
    expect(bill.amountFen).toBe(1500)
    await lot.call('PUT /passes', { body: pass(startMs - dayMs, startMs + dayMs) })
    expect(await lot.call(`GET /bills/${bill.id}`)).toMatchObject({ phase: 'withdrawn' })
    expect((await lot.call(`GET /stays/${bill.stay}`)).bill).toBeNull()
    await lot.call('PUT /passes', { body: pass(startMs + dayMs, startMs + 2 * dayMs) })
    expect((await lot.call(`GET /stays/${bill.stay}`)).bill).toMatch(/-r2$/)
    await verify(lot)
  })

  it('cover one vehicle of a pass at a time', async () => {
    const lot = await withTariff()
    await lot.call('PUT /passes', { body: pass(startMs - dayMs, startMs + dayMs, ['鲁A12345', '鲁B00001']) })
    lot.reads({ direction: 'in', at: startMs - hourMs }, { direction: 'in', at: startMs, plate: '鲁B00001' })
    lot.reads(
      { direction: 'out', at: startMs + 3 * hourMs },
      { direction: 'out', at: startMs + 2 * hourMs, plate: '鲁B00001' },
    )
    const bills = (await lot.call('GET /bills')).items
    expect(bills).toMatchObject([{ plate: '鲁B00001', amountFen: 1000 }])
  })

  it('refuse a pass for plates that are none, for lots that are none, and that ends before it begins', async () => {
    const lot = await withTariff()
    await expect(lot.call('PUT /passes', { body: pass(startMs, startMs + dayMs, ['X?1']) })).rejects.toThrow(
      'plates.0 X?1 has the shape of no plate',
    )
    await expect(lot.call('PUT /passes', { body: pass(startMs, startMs - dayMs) })).rejects.toThrow('validUntil')
    const nowhere = pass(startMs, startMs + dayMs)
    Object.assign(nowhere.items[0] as object, { lots: ['nowhere'] })
    await expect(lot.call('PUT /passes', { body: nowhere })).rejects.toThrow('lots.0 there is no lot "nowhere"')
  })

  it('take a discount that was shown off the bill, once', async () => {
    const lot = await withTariff()
    const bill = await billed(lot)
    for (let times = 0; times < 2; times++) {
      await lot.call(`POST /stays/${bill.stay}/discounts`, { body: { discount: 'shop' } })
    }
    const stay = await lot.call(`GET /stays/${bill.stay}`)
    expect(await lot.call(`GET /bills/${stay.bill}`)).toMatchObject({ amountFen: 1200, revision: 2 })
    await expect(lot.call(`POST /stays/${bill.stay}/discounts`, { body: { discount: 'moon' } })).rejects.toThrow(
      'discount "moon" is none of tariff rights version 1; it has shop',
    )
    await verify(lot)
  })

  it('cap the entries of 24 h together, also when the first comes to be known last', async () => {
    const lot = await withTariff()
    const visit = (fromMin: number, untilMin: number) =>
      lot.reads(
        { direction: 'in', at: startMs + fromMin * minuteMs },
        { direction: 'out', at: startMs + untilMin * minuteMs },
      )
    visit(300, 420)
    visit(0, 120)
    const prices = (await lot.call('GET /bills')).items
      .filter((one: { phase: string }) => one.phase !== 'withdrawn')
      .map((one: { amountFen: number }) => one.amountFen)
    expect(prices.toSorted()).toEqual([1000, 500])
    await verify(lot)
  })
})
