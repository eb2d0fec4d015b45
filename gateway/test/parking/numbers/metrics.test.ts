import { type LotMetrics, toTimestamp } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayMs, hourMs, lotSettings, minuteMs, openLot, startMs } from '../small-lot.ts'

const span = { from: toTimestamp(startMs), to: toTimestamp(startMs + hourMs) }

/** The definition, minute by minute, from the stays alone. All passages of the test are at whole minutes. */
function recompute(stays: StayRow[], fromMs: number, toMs: number, nowMs: number, capacity: number) {
  const passages = stays.flatMap(({ entered_ms, left_ms }) => [entered_ms, left_ms].filter((at) => at !== null))
  const onCourse = stays.filter(({ state }) => state === 'open' || state === 'closed')
  let known = 0
  let occupied = 0
  let peak = 0
  for (let at = fromMs; at < toMs; at += minuteMs) {
    const level = onCourse.filter(({ entered_ms, left_ms }) => entered_ms! <= at && (left_ms ?? Infinity) > at).length
    peak = Math.max(peak, level)
    if (at >= nowMs || !passages.some((passage) => passage <= at && at < passage + dayMs)) continue
    known++
    occupied += level
  }
  const within = (at: number | null) => at !== null && at >= fromMs && at < toMs
  const arrived = stays.filter(({ entered_ms }) => within(entered_ms))
  const ended = onCourse.filter(({ left_ms }) => within(left_ms))
  const effective = arrived.filter(
    ({ entered_ms, left_ms, state }) =>
      (state === 'closed' && left_ms! - entered_ms! > 5 * minuteMs) ||
      (state === 'open' && nowMs - entered_ms! > 5 * minuteMs),
  )
  const bayDays = (known * capacity) / 1440
  return {
    occupancy: known > 0 ? occupied / (known * capacity) : null,
    arrivals: arrived.length,
    turnoverRate: known > 0 ? arrived.length / bayDays : 0,
    effectiveTurnoverRate: known > 0 ? effective.length / bayDays : 0,
    meanDwellS:
      ended.length > 0
        ? ended.reduce((sum, { entered_ms, left_ms }) => sum + left_ms! - entered_ms!, 0) / ended.length / 1000
        : null,
    peakOccupied: known > 0 ? peak : 0,
    revenueFen: ended.reduce((sum, { amount_fen }) => sum + amount_fen, 0),
    coverage: known / ((toMs - fromMs) / minuteMs),
  }
}

interface StayRow {
  state: string
  entered_ms: number | null
  left_ms: number | null
  amount_fen: number
}

const Reads = fc.array(
  fc.record({
    plate: fc.constantFrom('鲁A11111', '鲁A22222', '鲁A33333', '鲁AD12345'),
    direction: fc.constantFrom('in' as const, 'out' as const),
    minute: fc.oneof(fc.integer({ min: 0, max: 240 }), fc.integer({ min: 0, max: 5 * 1440 })),
  }),
  { minLength: 1, maxLength: 30 },
)

describe('metrics from rollups', () => {
  it.each(['15m', '1h', '1d', 'all'] as const)('equal recomputation from the stays, by %s', async (bucket) => {
    await fc.assert(
      fc.asyncProperty(Reads, async (reads) => {
        const lot = await openLot({ capacity: 3, stayLimitDays: 2 })
        await lot.clock.advance(5 * 86_400)
        const nowMs = lot.clock.now()
        for (const { plate, direction, minute } of reads) {
          lot.reads({ plate, direction, at: startMs + minute * minuteMs })
        }
        const stays = lot.records.db.prepare('select * from stay').all() as unknown as StayRow[]
        // Six hours of the middle are enough for small buckets; minute by minute is slow.
        const hours = bucket === '15m' || bucket === '1h' ? 6 : 5 * 24 + 6
        const query = { from: toTimestamp(startMs), to: toTimestamp(startMs + hours * hourMs), bucket }
        const { items } = await lot.call('GET /lots/square/metrics', { query })
        for (const { from, to, lot: id, vacancyRate, ...figures } of items as LotMetrics[]) {
          const expected = recompute(stays, Date.parse(from), Date.parse(to), nowMs, 3)
          expect(id).toBe('square')
          expect(vacancyRate).toBe(figures.occupancy === null ? null : Math.max(0, 1 - figures.occupancy))
          for (const [name, value] of Object.entries(expected)) {
            const got = figures[name as keyof typeof figures]
            if (value === null) expect([name, got]).toEqual([name, null])
            else expect(Math.abs((got as number) - value), name).toBeLessThan(1e-9)
          }
        }
      }),
      { numRuns: bucket === '1d' || bucket === 'all' ? 15 : 40 },
    )
  })

  it('weigh by time, not by passages', async () => {
    const lot = await openLot({ capacity: 2 })
    lot.reads({ direction: 'in', at: startMs }, { direction: 'out', at: startMs + 15 * minuteMs })
    await lot.clock.advance(7200)
    const { items } = await lot.call('GET /lots/square/metrics', { query: { ...span, bucket: '1h' } })
    expect(items).toMatchObject([
      { occupancy: 0.125, vacancyRate: 0.875, turnoverRate: 12, peakOccupied: 1, meanDwellS: 900 },
    ])
  })

  it('use each capacity for the time in which it held', async () => {
    const lot = await openLot({ capacity: 2 })
    lot.reads({ direction: 'in', at: startMs })
    await lot.clock.advance(1800)
    const {
      items: [{ id, name, position, kind }],
    } = await lot.call('GET /lots')
    await lot.call(`PUT /lots/${id}`, { body: { name, position, kind, capacity: 1 } })
    await lot.clock.advance(1800)
    const { items } = await lot.call('GET /lots/square/metrics', { query: { ...span, bucket: '1h' } })
    // One hour occupied of half an hour × 2 bays + half an hour × 1 bay.
    expect(items).toMatchObject([{ occupancy: 2 / 3 }])
  })

  it('begin their days at midnight of the city', async () => {
    const lot = await openLot()
    const query = { from: '2026-11-23T00:00:00.000+08:00', to: '2026-11-25T00:00:00.000+08:00', bucket: '1d' }
    const { items } = await lot.call('GET /lots/square/metrics', { query })
    expect(items.map(({ from }: LotMetrics) => from)).toEqual(['2026-11-22T16:00:00.000Z', '2026-11-23T16:00:00.000Z'])
  })

  it('of all lots together have no lot, and by lot each its own', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs })
    await lot.clock.advance(3600)
    const together = await lot.call('GET /lots/metrics', { query: { ...span, bucket: 'all' } })
    const each = await lot.call('GET /lots/metrics', { query: { ...span, bucket: 'all', by: 'lot' } })
    expect(each.items).toMatchObject([{ lot: 'square', occupancy: 0.1 }])
    expect(together.items).toEqual([{ ...each.items[0], lot: null }])
  })

  it('come whole, or in pages where a limit is given', async () => {
    const lot = await openLot()
    await lot.call('PUT /lots/yard', { body: lotSettings })
    const query = { from: span.from, to: '2026-11-30T00:00:00.000Z', bucket: '1h', by: 'lot' }
    const { items: whole, nextCursor } = await lot.call('GET /lots/metrics', { query })
    expect([whole.length, nextCursor]).toEqual([2 * 168, null])
    const paged: LotMetrics[] = []
    let cursor: string | undefined
    do {
      const page = await lot.call('GET /lots/metrics', { query: { ...query, limit: 100, ...(cursor && { cursor }) } })
      expect(page.items.length).toBeLessThanOrEqual(100)
      paged.push(...page.items)
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(paged).toEqual(whole)
  })

  it('are unknown before the first passage', async () => {
    const lot = await openLot()
    const { items } = await lot.call('GET /lots/square/metrics', { query: { ...span, bucket: 'all' } })
    expect(items).toMatchObject([{ occupancy: null, vacancyRate: null, coverage: 0, turnoverRate: 0 }])
  })

  it('come as a table with a byte-order mark', async () => {
    const lot = await openLot()
    const { body } = await lot.call('GET /lots/metrics.csv', { query: { ...span, bucket: 'all', by: 'lot' } })
    const [head, row] = body.split('\r\n')
    expect(head).toMatch(/^\uFEFFlot,from,to,occupancy/)
    expect(row).toMatch(/^square,2026-11-23T00:00:00.000Z,2026-11-23T01:00:00.000Z,,/)
  })

  it('refuse a window that ends before it begins, and one of too many rows', async () => {
    const lot = await openLot()
    const read = (to: string, bucket: string) =>
      lot.call('GET /lots/metrics', { query: { from: span.from, to, bucket } })
    await expect(read(span.from, '1h')).rejects.toThrow(/^to .* must be after from/)
    await expect(read('2036-01-01T00:00:00.000Z', '15m')).rejects.toThrow(/more than 100000 rows/)
  })
})
