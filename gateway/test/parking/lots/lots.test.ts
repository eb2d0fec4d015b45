import { type City, compile, LotSettings } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { LotLedger } from '../../../src/parking/lot-ledger.ts'
import { seedLots } from '../../../src/parking/lots/lots.ts'
import { importStays } from '../../../src/parking/stays/import-stays.ts'
import { dayMs, hourMs, lotSettings, minuteMs, openLot, parkingOver, startMs } from '../small-lot.ts'

const { name, position, capacity, kind } = lotSettings
const city = {
  carParks: [{ id: 'north', name, position, capacity, kind }],
  timeZone: 'Europe/Berlin',
} as unknown as City

describe('a lot', () => {
  it('comes from the car parks of the city, with the default tariff', async () => {
    const { call } = parkingOver(city)
    expect((await call('GET /lots')).items).toMatchObject([
      {
        id: 'north',
        capacity: 10,
        tariff: 'ningbo-yinzhou-hotel',
        occupied: 0,
        vacant: 10,
        vacancyRate: 1,
        quality: 'stale',
      },
    ])
  })

  it('keeps what was edited by hand when the city is seeded again', async () => {
    const { call, records } = parkingOver(city)
    await call('PUT /lots/north', { body: { ...lotSettings, capacity: 12 } })
    seedLots(records, city)
    expect(await call('GET /lots/north')).toMatchObject({ capacity: 12 })
  })

  it('is written to the audit log and told to the stream when it changes', async () => {
    const lot = await openLot()
    await lot.call('PUT /lots/square', { body: { ...lotSettings, capacity: 20 } })
    expect(lot.audited).toEqual(['lot.add square', 'lot.change square'])
    await Promise.resolve()
    expect(lot.published.at(-1)).toMatchObject([{ id: 'square', capacity: 20 }])
  })

  it('never has a negative vacancy when its capacity is cut below what is in it', async () => {
    const lot = await openLot({ capacity: 3 })
    for (const plate of ['鲁A11111', '鲁A22222', '鲁A33333']) lot.reads({ direction: 'in', at: startMs, plate })
    await lot.call('PUT /lots/square', { body: { ...lotSettings, capacity: 2 } })
    expect(await lot.call('GET /lots/square')).toMatchObject({
      occupied: 2,
      vacant: 0,
      vacancyRate: 0,
      quality: 'suspect',
    })
  })

  it('refuses a tariff that does not exist, naming the field', async () => {
    const lot = await openLot()
    await expect(lot.call('PUT /lots/square', { body: { ...lotSettings, tariff: 'gone' } })).rejects.toMatchObject({
      fields: [{ field: 'tariff' }],
    })
  })

  it('is not changed when another of the same list is refused', async () => {
    const lot = await openLot()
    const items = [
      { id: 'square', ...lotSettings, capacity: 99 },
      { id: 'other', ...lotSettings, name: {} },
    ]
    await expect(lot.call('PUT /lots', { body: { items } })).rejects.toMatchObject({ fields: [{ field: 'name' }] })
    expect((await lot.call('GET /lots')).items).toMatchObject([{ id: 'square', capacity: 10 }])
  })

  it.each([
    ['capacity', { capacity: 0 }],
    ['capacity', { capacity: -5 }],
    ['capacity', { capacity: 1_000_000 }],
    ['capacity', { capacity: 2.5 }],
    ['position.lat', { position: { lon: 117, lat: 91 } }],
    ['kind', { kind: 'garage' }],
  ])('is refused naming %s: %j', (field, change) => {
    expect(compile(LotSettings).faults({ ...lotSettings, ...change })).toMatchObject([{ field }])
  })

  it('that nobody knows is not found', async () => {
    const lot = await openLot()
    await expect(lot.call('GET /lots/none')).rejects.toMatchObject({ code: 'lot-unknown' })
  })
})

describe('a tariff version', () => {
  it('must not reach back over issued bills', async () => {
    const lot = await openLot()
    const { document } = await lot.call('GET /tariffs/ningbo-yinzhou-hotel')
    const body = { document, validFrom: '2026-01-01T00:00:00.000+08:00' }
    await expect(lot.call('PUT /tariffs/ningbo-yinzhou-hotel', { body })).rejects.toMatchObject({
      fields: [{ field: 'validFrom' }],
    })
  })

  it('is refused when its cap is below its first block', async () => {
    const lot = await openLot()
    const { document } = await lot.call('GET /tariffs/ningbo-yinzhou-hotel')
    const body = { document: { ...document, capPer24hFen: 100 } }
    await expect(lot.call('PUT /tariffs/cheap', { body })).rejects.toMatchObject({
      fields: [{ field: 'document.capPer24hFen' }],
    })
  })
})

describe('a quote', () => {
  const stay = { enteredAt: '2026-11-23T08:00:00.000+08:00', leftAt: '2026-11-23T10:01:00.000+08:00' }
  const vehicle = { vehicleClass: 'small', plateColour: 'blue' }

  it('prices by the tariff of a lot and changes nothing', async () => {
    const lot = await openLot()
    const rows = () =>
      lot.records.db.prepare('select (select count(*) from stay) + (select count(*) from bill) as n').get()
    expect(await lot.call('POST /quotes', { body: { lot: 'square', ...vehicle, ...stay } })).toMatchObject({
      amountFen: 600,
      tariff: 'ningbo-yinzhou-hotel',
      tariffVersion: 1,
      lines: [{ rule: 'first' }, { rule: 'further', quantity: 1 }],
    })
    expect(rows()).toEqual({ n: 0 })
  })

  it('needs a tariff or a lot', async () => {
    const lot = await openLot()
    await expect(lot.call('POST /quotes', { body: { ...vehicle, ...stay } })).rejects.toMatchObject({
      fields: [{ field: 'tariff' }],
    })
  })
})

describe('a plate', () => {
  it('is shown to those who bill and masked for others, who may not search by it', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs }, { direction: 'out', at: startMs + hourMs })
    const auditor = { name: 'li', roles: ['auditor'] } as const
    expect((await lot.call('GET /stays', { actor: auditor })).items).toMatchObject([{ plate: '鲁A1•••5' }])
    expect((await lot.call('GET /bills', { actor: auditor })).items).toMatchObject([{ plate: '鲁A1•••5' }])
    const query = { plate: '鲁A·12345' }
    expect((await lot.call('GET /bills', { query })).items).toHaveLength(1)
    await expect(lot.call('GET /stays', { query, actor: auditor })).rejects.toMatchObject({ code: 'plate-search' })
  })
})

describe('the list of stays', () => {
  it('is paged without gaps or repeats', async () => {
    const lot = await openLot()
    for (let i = 0; i < 5; i++) lot.reads({ direction: 'in', at: startMs, plate: `鲁A1111${i}` })
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await lot.call('GET /stays', { query: { limit: 2, ...(cursor ? { cursor } : {}) } })
      seen.push(...page.items.map(({ plate }: { plate: string }) => plate))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(seen.toSorted()).toEqual(['鲁A11110', '鲁A11111', '鲁A11112', '鲁A11113', '鲁A11114'])
  })

  it('takes those that touch a window', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs }, { direction: 'out', at: startMs + hourMs })
    const count = async (fromMs: number, toMs: number) => {
      const query = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() }
      return (await lot.call('GET /stays', { query })).items.length
    }
    expect(await count(startMs + hourMs - 1, startMs + dayMs)).toBe(1)
    expect(await count(startMs + hourMs, startMs + dayMs)).toBe(0)
    expect(await count(startMs - hourMs, startMs)).toBe(0)
  })
})

describe('an import of stays', () => {
  const history = [0, 1, 2].map((i) => ({
    lot: 'square',
    plate: `鲁A1111${i}`,
    plateColour: 'blue' as const,
    vehicleClass: 'small' as const,
    enteredAtMs: startMs + i * hourMs,
    leftAtMs: i === 2 ? null : startMs + (i + 3) * hourMs,
  }))
  const nowMs = startMs + 6 * hourMs

  it('makes stays, bills, rollups and the count', async () => {
    const lot = await openLot()
    expect(importStays(lot.records, history, { nowMs })).toEqual({ stays: 3, passages: 5 })
    expect((await lot.call('GET /stays')).items).toMatchObject([
      { state: 'open' },
      { state: 'closed' },
      { state: 'closed' },
    ])
    expect((await lot.call('GET /bills')).items).toMatchObject([{ amountFen: 600 }, { amountFen: 600 }])
    expect(await lot.call('GET /lots/square')).toMatchObject({ occupied: 1, turnoverToday: 0.3 })
  })

  it('changes nothing when it is repeated', async () => {
    const lot = await openLot()
    const picture = () =>
      ['stay', 'bill', 'lot_quarter', 'count_state', 'count_event', 'lot_known'].map((table) =>
        lot.records.db.prepare(`select * from ${table}`).all(),
      )
    importStays(lot.records, history, { nowMs })
    const before = picture()
    expect(importStays(lot.records, history, { nowMs })).toEqual({ stays: 3, passages: 0 })
    expect(picture()).toEqual(before)
  })

  it('is continued by the gates', async () => {
    const lot = await openLot()
    importStays(lot.records, history, { nowMs })
    lot.reads({ direction: 'out', at: nowMs + minuteMs, plate: '鲁A11112' })
    expect((await lot.call('GET /stays', { query: { state: 'open' } })).items).toEqual([])
    expect(await lot.call('GET /lots/square')).toMatchObject({ occupied: 0, quality: 'good' })
  })

  it('refuses a lot that is not known, naming the row', async () => {
    const lot = await openLot()
    const wrong = [...history, { ...history[0]!, lot: 'nowhere' }]
    expect(() => importStays(lot.records, wrong, { nowMs })).toThrow('lot "nowhere" in row 4')
    expect(new LotLedger(lot.records).stays.list({}, 10)).toEqual([])
  })
})
