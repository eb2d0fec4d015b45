import { describe, expect, it } from 'vitest'
import { readRecordedStays } from '../../../eval/tariffs/recorded-stays.ts'
import { importStays } from '../../../src/parking/stays/import-stays.ts'
import { dayMs, hourMs, lotSettings, openLot, startMs } from '../small-lot.ts'

type Lot = Awaited<ReturnType<typeof openLot>>

const live = (lot: Lot) => lot.call('GET /lots/square')
const plate = (i: number) => `鲁A${String(10_000 + (i % 80_000))}`

/** So that every vehicle is another one. */
let vehicles = 0
const pass = (lot: Lot, direction: 'in' | 'out') =>
  lot.reads({ direction, at: lot.clock.now(), plate: plate(++vehicles) })

/** A vehicle in and one out every half hour of `days` days, and looks in between. */
async function ordinaryDays(lot: Lot, days: number) {
  for (let half = 0; half < days * 48; half++) {
    lot.reads({ direction: 'in', at: lot.clock.now(), plate: plate(++vehicles) })
    await lot.clock.advance(900)
    lot.reads({ direction: 'out', at: lot.clock.now(), plate: plate(vehicles) })
    await lot.clock.advance(900)
  }
}

async function watched(settings = {}) {
  const lot = await openLot({ capacity: 40, ...settings })
  lot.parking.start?.()
  return lot
}

describe('the watch over the feeds of a lot', () => {
  it('raises a one-way gate, tells the stream, and clears it', async () => {
    const lot = await watched()
    for (let i = 0; i < 13; i++) pass(lot, 'in')
    await lot.clock.advance(61)
    expect(await live(lot)).toMatchObject({
      quality: 'suspect',
      reasons: ['one-way'],
      alarms: [{ reason: 'one-way', evidence: { direction: 'in', vehicles: 13 }, text: { en: expect.any(String) } }],
    })
    expect(lot.published.at(-1)).toMatchObject([{ id: 'square', reasons: ['one-way'] }])
    expect(await lot.metrics()).toContain('clearway_lot_alarms{reason="one-way"} 1')
    pass(lot, 'out')
    await lot.clock.advance(61)
    expect(await live(lot)).toMatchObject({ quality: 'good', reasons: [], alarms: [] })
    await lot.parking.stop?.()
  })

  it('raises a clock that is ahead, naming device and minutes', async () => {
    const lot = await watched()
    lot.reads({ direction: 'in', at: lot.clock.now() + hourMs, skewed: true })
    await lot.clock.advance(61)
    expect((await live(lot)).alarms).toMatchObject([
      { reason: 'clock-off', device: 'square-in', evidence: { offS: 3600 } },
    ])
    await lot.parking.stop?.()
  })

  it('raises a gate that has fallen silent although the other one reports, and takes the time out of the coverage', async () => {
    const lot = await watched()
    await ordinaryDays(lot, 3)
    const lostMs = lot.clock.now()
    for (let half = 0; half < 6; half++) {
      pass(lot, 'in')
      await lot.clock.advance(1800)
    }
    expect((await live(lot)).alarms).toMatchObject([{ reason: 'device-lost', device: 'square-out' }])
    expect((await live(lot)).quality).toBe('stale')
    const query = { from: iso(lostMs), to: iso(lot.clock.now()), bucket: 'all' }
    const [metrics] = (await lot.call('GET /lots/square/metrics', { query })).items
    expect(metrics.coverage).toBeLessThan(0.2)
    pass(lot, 'out')
    pass(lot, 'in')
    await lot.clock.advance(61)
    expect(await live(lot)).toMatchObject({ reasons: [], alarms: [] })
    await lot.parking.stop?.()
  })

  it('finds a feed that repeats itself at a time at which it never did', async () => {
    const lot = await watched()
    await ordinaryDays(lot, 3)
    await lot.clock.advance(6 * 3600)
    const { alarms } = await live(lot)
    expect(alarms.map(({ reason }: { reason: string }) => reason)).toContain('feed-frozen')
    await lot.parking.stop?.()
  })
})

describe('a lot whose stays say that more are inside than fit', () => {
  it('is raised with the evidence, as recorded lot P3 (9 bays, 31 at once), and never shows a negative vacancy', async () => {
    const lot = await openLot({ capacity: 9, stayLimitDays: 366 })
    const untilMs = Date.parse('2019-05-01T00:00:00+08:00')
    const april = readRecordedStays()
      .filter(({ lot: of, departureMs }) => of === 'P3' && departureMs >= untilMs - 30 * dayMs && departureMs < untilMs)
      .map(({ arrivalMs, departureMs }, i) => ({
        lot: 'square',
        plate: plate(i),
        plateColour: 'blue' as const,
        vehicleClass: 'small' as const,
        enteredAtMs: arrivalMs + (startMs - untilMs),
        leftAtMs: departureMs + (startMs - untilMs),
      }))
    importStays(lot.records, april, { nowMs: startMs })
    lot.parking.start?.()
    await lot.clock.advance(61)
    const body = await live(lot)
    expect(body).toMatchObject({ quality: 'suspect', vacant: expect.any(Number) })
    expect(body.vacant).toBeGreaterThanOrEqual(0)
    expect(body.alarms).toMatchObject([{ reason: 'capacity-or-lost-exits', evidence: { peak: 31, capacity: 9 } }])
    expect(body.alarms[0].evidence.share).toBeGreaterThan(0.3)
    expect((await lot.call('GET /lots')).items[0].reasons).toContain('capacity-or-lost-exits')
    await lot.call('PUT /lots/square', { body: { ...lotSettings, capacity: 32 } })
    await lot.clock.advance(61)
    expect((await live(lot)).alarms).toEqual([])
    await lot.parking.stop?.()
  })
})

const iso = (atMs: number): string => new Date(atMs).toISOString()
