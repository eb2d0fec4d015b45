import { compile, ManualCount, seededRandom, toTimestamp } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayMs, hourMs, lotSettings, minuteMs, openLot, startMs } from '../small-lot.ts'

type Lot = Awaited<ReturnType<typeof openLot>>

const live = (lot: Lot) => lot.call('GET /lots/square')
const corrections = async (lot: Lot) => (await lot.call('GET /lots/square/corrections', { query: {} })).items
const plate = (i: number) => `鲁A${String(10_000 + i)}`

describe('a count by hand', () => {
  it('corrects the count at once, is logged and audited with who made it', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs })
    const body = { occupied: 6, note: 'walked it' }
    expect(await lot.call('POST /lots/square/count', { body })).toMatchObject({
      occupied: 6,
      vacant: 4,
      count: { counted: 1, corrected: 6, evidenceAt: toTimestamp(startMs) },
    })
    expect(await corrections(lot)).toMatchObject([
      {
        lot: 'square',
        before: 1,
        after: 6,
        reason: 'manual',
        who: 'mei',
        evidence: { occupied: 6, note: 'walked it' },
      },
    ])
    expect(lot.audited).toContain('lot.count square')
    expect(await lot.metrics()).toContain('clearway_count_corrections_total{reason="manual"} 1')
  })

  it('of half an hour ago counts with what has passed since', async () => {
    const lot = await openLot()
    await lot.clock.advance(3600)
    lot.reads({ direction: 'in', at: startMs }, { direction: 'in', at: startMs + 45 * minuteMs, plate: plate(1) })
    const body = { occupied: 5, at: toTimestamp(startMs + 30 * minuteMs) }
    expect(await lot.call('POST /lots/square/count', { body })).toMatchObject({ occupied: 6 })
    expect(await corrections(lot)).toMatchObject([{ before: 2, after: 6, reason: 'manual', who: 'mei' }])
  })

  it.each([
    ['occupied', { occupied: 12 }, 'lot square: 10 bays and 1 beside them'],
    ['at', { occupied: 3, at: toTimestamp(startMs + minuteMs) }, 'lies in the future'],
    ['at', { occupied: 3, at: toTimestamp(startMs - 3 * dayMs) }, 'more than two days ago'],
  ])('is refused naming %s: %j', async (field, body, message) => {
    const lot = await openLot()
    await expect(lot.call('POST /lots/square/count', { body })).rejects.toMatchObject({
      message: expect.stringContaining(message),
      fields: [{ field }],
    })
    expect(await corrections(lot)).toEqual([])
  })

  it.each([-1, 1.5, 300_000])('of %d vehicles is refused by its schema, naming occupied', (occupied) => {
    expect(compile(ManualCount).faults({ occupied })).toMatchObject([{ field: 'occupied' }])
  })

  it('of a lot that nobody knows is not found', async () => {
    const lot = await openLot()
    await expect(lot.call('POST /lots/none/count', { body: { occupied: 1 } })).rejects.toMatchObject({
      code: 'lot-unknown',
    })
  })

  it('may use the overflow that the lot is said to have', async () => {
    const lot = await openLot({ overflow: 5 })
    expect(await lot.call('POST /lots/square/count', { body: { occupied: 14 } })).toMatchObject({
      overflow: 5,
      occupied: 10,
      vacant: 0,
      vacancyRate: 0,
      quality: 'suspect',
      reasons: ['over-capacity'],
      count: { corrected: 14 },
    })
  })
})

describe('the log of corrections', () => {
  it('makes up the difference between what was counted and what is shown, whatever happens in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const random = seededRandom(seed)
        const lot = await openLot({ capacity: 6 })
        for (let i = 0; i < 40; i++) {
          await lot.clock.advance(random.integer(8 * 3600))
          const at = lot.clock.now() - random.integer(random.next() < 0.1 ? 6 * dayMs : 12 * hourMs)
          if (random.next() < 0.1) await lot.call('POST /lots/square/count', { body: { occupied: random.integer(7) } })
          else lot.reads({ direction: random.pick(['in', 'out']), at, plate: plate(i) })
        }
        const { count, occupied, vacant } = await live(lot)
        const rows = (await lot.call('GET /lots/square/corrections', { query: { limit: 1000 } })).items
        const corrected = rows.reduce(
          (sum: number, { before, after }: { before: number; after: number }) => sum + after - before,
          count.counted,
        )
        expect(count.corrected).toBe(corrected)
        expect(vacant).toBeGreaterThanOrEqual(0)
        expect(occupied + vacant).toBe(6)
      }),
      { numRuns: 20 },
    )
  })

  it('is paged, and exported as a table', async () => {
    const lot = await openLot({ capacity: 1 })
    for (let i = 0; i < 5; i++) lot.reads({ direction: 'out', at: startMs + i * minuteMs, plate: plate(i) })
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await lot.call('GET /lots/square/corrections', { query: { limit: 2, ...(cursor && { cursor }) } })
      seen.push(...page.items.map(({ reason }: { reason: string }) => reason))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(seen).toEqual(Array(5).fill('floor'))
    const { body } = await lot.call('GET /lots/square/corrections.csv')
    expect(body.split('\r\n')[0]).toBe('\uFEFFsequence,lot,at,before,after,reason,who,evidence')
    expect(body.split('\r\n')).toHaveLength(7)
  })
})

describe('reads that come late', () => {
  it('leave the count as if they had come in time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const random = seededRandom(seed)
        const reads = Array.from({ length: 60 }, (_, i) => ({
          direction: random.pick(['in', 'in', 'out'] as const),
          at: startMs - random.integer(dayMs),
          plate: plate(i),
          key: random.next(),
        }))
        const pictures = await Promise.all(
          [reads.toSorted((a, b) => a.at - b.at), reads.toSorted((a, b) => a.key - b.key)].map(async (given) => {
            const lot = await openLot({ capacity: 12 })
            for (const { key, ...read } of given) lot.reads(read)
            return (await live(lot)).count
          }),
        )
        expect(pictures[1]).toEqual(pictures[0])
      }),
      { numRuns: 15 },
    )
  })

  it('are not counted twice when somebody has counted since: what was told had seen them', async () => {
    const lot = await openLot()
    await lot.call('POST /lots/square/count', { body: { occupied: 5 } })
    lot.reads({ direction: 'in', at: startMs - hourMs })
    expect(await live(lot)).toMatchObject({ occupied: 5, count: { counted: 1, corrected: 5 } })
    await lot.clock.advance(7 * 86_400)
    // The window moves on; what is older than it and lies before evidence is counted, and shown in the log only.
    lot.reads({ direction: 'in', at: startMs + 7 * dayMs, plate: plate(1) })
    await lot.call('POST /lots/square/count', { body: { occupied: 6 } })
    lot.reads({ direction: 'in', at: startMs + hourMs, plate: plate(2) })
    expect(await live(lot)).toMatchObject({ occupied: 6, count: { counted: 3, corrected: 6 } })
    expect((await corrections(lot))[0]).toMatchObject({ reason: 'late', before: 7, after: 6 })
  })

  it('write no point of the past into the time series of now', async () => {
    const lot = await openLot()
    lot.reads({ direction: 'in', at: startMs }, { direction: 'in', at: startMs - hourMs, plate: plate(1) })
    expect(lot.points.map(({ atMs }) => atMs)).toEqual([startMs])
  })
})

describe('bay sensors', () => {
  it('that see every bay set the count to what they see', async () => {
    const lot = await openLot({ capacity: 4 })
    lot.bays(...[1, 2, 3, 4].map((bay) => ({ at: startMs, bay, occupied: bay <= 3 })))
    expect(await live(lot)).toMatchObject({ occupied: 3, vacant: 1, quality: 'good', count: { counted: 0 } })
    expect(await corrections(lot)).toMatchObject([{ reason: 'bays', evidence: { bays: 4, occupied: 3 } }])
  })

  it('and gates are told apart: a vehicle that has just come in need not stand on a bay yet', async () => {
    const lot = await openLot({ capacity: 4 })
    lot.bays(...[1, 2, 3, 4].map((bay) => ({ at: startMs, bay, occupied: false })))
    await lot.clock.advance(3600)
    const at = lot.clock.now()
    lot.reads({ direction: 'in', at })
    lot.bays({ at, bay: 1, occupied: false })
    expect(await live(lot)).toMatchObject({ occupied: 1 })
  })

  it('that see a part of the bays move the count by their error only', async () => {
    const lot = await openLot({ capacity: 40 })
    await lot.call('POST /lots/square/count', { body: { occupied: 20 } })
    lot.bays(...[1, 2, 3, 4, 5].map((bay) => ({ at: startMs, bay, occupied: bay <= 3 })))
    expect(await live(lot)).toMatchObject({ occupied: 20 })
  })

  it('of no known lot are warned of and change nothing', async () => {
    const lot = await openLot({ capacity: 4 })
    lot.bays({ at: startMs, bay: 1, occupied: true, device: 'nowhere-bay-1' })
    expect(lot.warnings).toMatchObject([{ device: 'nowhere-bay-1', lot: 'nowhere' }])
    expect(await live(lot)).toMatchObject({ occupied: 0 })
  })

  it('that report out of order keep their newest word', async () => {
    const lot = await openLot({ capacity: 1 })
    lot.bays({ at: startMs, bay: 1, occupied: true })
    lot.bays({ at: startMs - minuteMs, bay: 1, occupied: false })
    expect(await live(lot)).toMatchObject({ occupied: 1 })
  })
})

describe('the stays of a lot', () => {
  it('correct once an hour what the gates have missed', async () => {
    const lot = await openLot({ capacity: 50 })
    lot.parking.start?.()
    const random = seededRandom(11)
    // Thirty vehicles a day for an hour each; a third of the exits is not seen at all.
    for (let day = 0; day < 3; day++) {
      for (let i = 0; i < 30; i++) {
        lot.reads({ direction: 'in', at: lot.clock.now(), plate: plate(day * 100 + i) })
        await lot.clock.advance(1200)
        if (random.next() < 0.67) lot.reads({ direction: 'out', at: lot.clock.now(), plate: plate(day * 100 + i) })
      }
      await lot.clock.advance(14 * 3600)
    }
    const { count } = await live(lot)
    expect(count.counted).toBeGreaterThan(20)
    expect(count.corrected).toBeLessThan(count.counted / 2)
    const reasons = new Set((await corrections(lot)).map(({ reason }: { reason: string }) => reason))
    expect(reasons).toContain('stays')
    await lot.parking.stop?.()
  })
})

describe('a capacity that is edited while vehicles are inside', () => {
  it('takes room away without a negative vacancy, and gives it back', async () => {
    const lot = await openLot({ capacity: 5 })
    for (let i = 0; i < 5; i++) lot.reads({ direction: 'in', at: startMs + i, plate: plate(i) })
    await lot.call('PUT /lots/square', { body: { ...lotSettings, capacity: 2 } })
    expect(await live(lot)).toMatchObject({ occupied: 2, vacant: 0, reasons: ['over-capacity'] })
    lot.reads({ direction: 'out', at: startMs + minuteMs, plate: plate(0) })
    expect((await live(lot)).count.corrected).toBeLessThanOrEqual(3)
    await lot.call('PUT /lots/square', { body: { ...lotSettings, capacity: 8 } })
    const { occupied, vacant } = await live(lot)
    expect(occupied + vacant).toBe(8)
  })
})
