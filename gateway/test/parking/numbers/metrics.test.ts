import { type LotMetrics, type OpeningHours, toTimestamp } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dwellBinOf } from '../../../src/parking/numbers/dwell-bins.ts'
import { dayMs, hourMs, lotSettings, minuteMs, openLot, startMs } from '../small-lot.ts'

const span = { from: toTimestamp(startMs), to: toTimestamp(startMs + hourMs) }

/** Half the day, and late evenings into the next day but for Sundays. */
const openingHours: OpeningHours[] = [
  { days: [1, 2, 3, 4, 5, 6, 7], from: '08:00', to: '12:15' },
  { days: [1, 2, 3, 4, 5, 6], from: '22:00', to: '01:30' },
]

/** In Jinan, written out apart from the code under test. */
function open(atMs: number): boolean {
  const local = new Date(atMs + 8 * hourMs)
  const minute = local.getUTCHours() * 60 + local.getUTCMinutes()
  const day = local.getUTCDay()
  if (minute >= 8 * 60 && minute < 12 * 60 + 15) return true
  return minute >= 22 * 60 ? day !== 0 : minute < 90 && day !== 1
}

/** The definition, minute by minute, from the stays alone. All passages of the test are at whole minutes. */
function recompute(stays: StayRow[], fromMs: number, toMs: number, nowMs: number, capacity: number) {
  const passages = stays.flatMap(({ entered_ms, left_ms }) => [entered_ms, left_ms].filter((at) => at !== null))
  const onCourse = stays.filter(({ state }) => state === 'open' || state === 'closed')
  let known = 0
  let occupied = 0
  let peak = 0
  let peakAt: number | null = null
  let openKnown = 0
  let openOccupied = 0
  const levels: number[] = []
  for (let at = fromMs; at < toMs; at += minuteMs) {
    const level = onCourse.filter(({ entered_ms, left_ms }) => entered_ms! <= at && (left_ms ?? Infinity) > at).length
    if (level > peak || peakAt === null) peakAt = at - (at % (15 * minuteMs))
    peak = Math.max(peak, level)
    if (at >= nowMs || !passages.some((passage) => passage <= at && at < passage + dayMs)) continue
    known++
    occupied += level
    levels.push(level)
    if (!open(at)) continue
    openKnown++
    openOccupied += level
  }
  levels.sort((a, b) => a - b)
  const within = (at: number | null) => at !== null && at >= fromMs && at < toMs
  const arrived = stays.filter(({ entered_ms }) => within(entered_ms))
  const ended = onCourse.filter(({ left_ms }) => within(left_ms))
  const effective = arrived.filter(
    ({ entered_ms, left_ms, state }) =>
      (state === 'closed' && left_ms! - entered_ms! > 5 * minuteMs) ||
      (state === 'open' && nowMs - entered_ms! > 5 * minuteMs),
  )
  const bayDays = (known * capacity) / 1440
  const revenueFen = ended.reduce((sum, { amount_fen }) => sum + amount_fen, 0)
  return {
    utilisation: openKnown > 0 ? openOccupied / (openKnown * capacity) : null,
    usualPeak: levels[Math.ceil(0.95 * levels.length) - 1] ?? 0,
    peakAt: known > 0 ? peakAt : null,
    fullShare: known > 0 ? levels.filter((level) => level >= capacity).length / known : null,
    nearlyFullShare: known > 0 ? levels.filter((level) => capacity - level <= 0.05 * capacity).length / known : null,
    medianDwellBin: medianBin(ended.map(({ entered_ms, left_ms }) => left_ms! - entered_ms!)),
    revenuePerBayDayFen: known > 0 ? Math.round(revenueFen / bayDays) : 0,
    offline: known / ((toMs - fromMs) / minuteMs) < 0.5 ? 1 : 0,
    occupancy: known > 0 ? occupied / (known * capacity) : null,
    arrivals: arrived.length,
    turnoverRate: known > 0 ? arrived.length / bayDays : 0,
    effectiveTurnoverRate: known > 0 ? effective.length / bayDays : 0,
    meanDwellS:
      ended.length > 0
        ? ended.reduce((sum, { entered_ms, left_ms }) => sum + left_ms! - entered_ms!, 0) / ended.length / 1000
        : null,
    peakOccupied: known > 0 ? peak : 0,
    revenueFen,
    coverage: known / ((toMs - fromMs) / minuteMs),
  }
}

/** Bin of the middle one, or of the lower of two. */
const medianBin = (dwells: number[]): number | null =>
  dwells.length > 0 ? dwellBinOf(dwells.toSorted((a, b) => a - b)[Math.ceil(dwells.length / 2) - 1]!) : null

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
        const lot = await openLot({ capacity: 3, stayLimitDays: 2, openingHours })
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
        for (const {
          from,
          to,
          lot: id,
          vacancyRate,
          medianDwellS,
          peakAt,
          offline,
          ...rest
        } of items as LotMetrics[]) {
          const figures = {
            ...rest,
            medianDwellBin: medianDwellS === null ? null : dwellBinOf(medianDwellS * 1000),
            peakAt: peakAt === null ? null : Date.parse(peakAt),
            offline: offline ? 1 : 0,
          }
          const expected = recompute(stays, Date.parse(from), Date.parse(to), nowMs, 3)
          expect(id).toBe('square')
          expect(vacancyRate).toBe(figures.occupancy === null ? null : Math.max(0, 1 - figures.occupancy))
          expect(Object.keys(figures).sort()).toEqual(Object.keys(expected).sort())
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

  it('of a lot without opening hours are read by whole days and are the same', async () => {
    await fc.assert(
      fc.asyncProperty(Reads, async (reads) => {
        const lot = await openLot({ capacity: 3, stayLimitDays: 2 })
        await lot.clock.advance(5 * 86_400)
        for (const { plate, direction, minute } of reads) {
          lot.reads({ plate, direction, at: startMs + minute * minuteMs })
        }
        const query = { from: toTimestamp(startMs), to: toTimestamp(startMs + 6 * dayMs), bucket: '1d' }
        const byDay = await lot.call('GET /lots/square/metrics', { query })
        await lot.call('PUT /lots/square', {
          body: {
            ...lotSettings,
            capacity: 3,
            openingHours: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' }],
          },
        })
        expect((await lot.call('GET /lots/square/metrics', { query })).items).toEqual(byDay.items)
      }),
      { numRuns: 25 },
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

describe('lots by group and district', () => {
  const at = { from: toTimestamp(startMs), to: toTimestamp(startMs + hourMs), bucket: 'all' }
  const three = async () => {
    const lot = await openLot({ district: 'lixia', group: 'street' })
    await lot.call('PUT /lots/yard', { body: { ...lotSettings, capacity: 30, district: 'lixia', group: 'station' } })
    await lot.call('PUT /lots/dock', { body: { ...lotSettings, capacity: 5 } })
    lot.reads({ direction: 'in', at: startMs })
    lot.reads({ direction: 'in', at: startMs, plate: '鲁A22222', gate: 'yard-in' })
    await lot.clock.advance(7200)
    return lot
  }

  it('are added up as numerators and denominators', async () => {
    const lot = await three()
    const { items } = await lot.call('GET /lots/metrics', { query: { ...at, by: 'district' } })
    expect(items).toMatchObject([
      { lot: null, district: 'lixia', occupancy: 2 / 40, arrivals: 2 },
      { lot: null, district: null, occupancy: null, arrivals: 0 },
    ])
  })

  it('can be chosen, alone and with each other', async () => {
    const lot = await three()
    const ids = async (query: object) =>
      (await lot.call('GET /lots/metrics', { query: { ...at, by: 'lot', ...query } })).items.map(
        (row: LotMetrics) => row.lot,
      )
    expect(await ids({ district: 'lixia' })).toEqual(['square', 'yard'])
    expect(await ids({ district: 'lixia', group: 'station' })).toEqual(['yard'])
  })

  it('refuse a name that no lot has', async () => {
    const lot = await three()
    const query = { ...at, group: 'harbour' }
    await expect(lot.call('GET /lots/metrics', { query })).rejects.toThrow('group "harbour" is of no lot')
  })

  it('keep their place when other settings change', async () => {
    const lot = await three()
    await lot.call('PUT /lots/square', { body: { ...lotSettings, capacity: 11 } })
    expect(await lot.call('GET /lots/square')).toMatchObject({ district: 'lixia', group: 'street', capacity: 11 })
  })
})

describe('a matrix', () => {
  const query = { from: toTimestamp(startMs), to: toTimestamp(startMs + hourMs), bucket: '15m', field: 'occupancy' }

  it('holds what the rows hold', async () => {
    const lot = await openLot({ capacity: 4 })
    await lot.call('PUT /lots/yard', { body: lotSettings })
    lot.reads({ direction: 'in', at: startMs + 20 * minuteMs })
    await lot.clock.advance(2100)
    const { lots, starts, values } = await lot.call('GET /lots/metrics/matrix', { query })
    const rows = (await lot.call('GET /lots/metrics', { query: { ...query, by: 'lot' } })).items as LotMetrics[]
    expect(lots).toEqual(['square', 'yard'])
    expect(values.flat()).toEqual(
      rows.map(({ occupancy }) => (occupancy === null ? null : Math.round(occupancy * 1e4) / 1e4)),
    )
    expect(values[0].slice(0, 3)).toEqual([null, 0.25, 0.25])
    expect(starts.slice(0, 4)).toEqual(rows.slice(0, 4).map(({ from }) => from))
  })

  it('comes as a table with a column for each lot', async () => {
    const lot = await openLot()
    const { body } = await lot.call('GET /lots/metrics/matrix.csv', { query: { ...query, field: 'arrivals' } })
    expect(body.split('\r\n').slice(0, 2)).toEqual(['\uFEFFfrom,square', '2026-11-23T00:00:00.000Z,0'])
  })

  it('refuses more values than an answer may have', async () => {
    const lot = await openLot()
    const long = { ...query, to: '2126-11-23T00:00:00.000Z' }
    await expect(lot.call('GET /lots/metrics/matrix', { query: long })).rejects.toThrow('more than 3000000 values')
  })
})
