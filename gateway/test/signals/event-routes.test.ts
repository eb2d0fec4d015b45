import type { Readable } from 'node:stream'
import { compile, Page, SignalEventPage, SignalMeasures, toTimestamp } from '@clearway/contracts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JournalEntry } from '../../src/ingest/entry.ts'
import { createSignals, type Signals } from '../../src/signals/signals.ts'
import { crossroads } from './crossroads.ts'
import { Outside } from './outside.ts'

let outside: Outside
let signals: Signals
const startMs = Date.parse('2026-11-23T08:00:00.000Z')

beforeEach(async () => {
  outside = new Outside([crossroads('j-1'), crossroads('j-2')])
  signals = createSignals(outside.core)
  await signals.start?.()
})
afterEach(() => signals.stop?.())

/** Hands one message of `j-1` to the projections. */
function tell(sinceS: number, untilS: number, events: [number, number, number][]): void {
  const atMs = startMs + untilS * 1000
  const at = (second: number) => toTimestamp(startMs + second * 1000)
  const body = {
    ...{ id: `m-${untilS}`, at: at(untilS), since: at(sinceS) },
    events: events.map(([second, code, parameter]) => ({ at: at(second), code, parameter })),
  }
  const entry = { seq: untilS, receivedMs: atMs, district: 'test', kind: 'signal', device: 'j-1', channel: 'events' }
  for (const projection of signals.projections ?? []) {
    if (projection.channels.includes('signal/events'))
      projection.apply([{ ...entry, id: body.id, atMs, body } as JournalEntry])
  }
}

async function ask(path: string, query: Record<string, unknown> = {}, id = 'j-1') {
  const row = signals.routes.find((route) => route.path === path)
  if (!row) throw new Error(`there is no ${path}`)
  const window = { from: toTimestamp(startMs), to: toTimestamp(startMs + 100_000) }
  return (await row.handle({ params: { id }, query: { ...window, ...query } } as never)) as never
}
const events = async (query?: Record<string, unknown>): Promise<SignalEventPage> => {
  const answer = await ask('/junctions/{id}/events', query)
  return compile(SignalEventPage).require(answer, 'answer')
}
const measures = async (query?: Record<string, unknown>): Promise<SignalMeasures[]> => {
  const answer = await ask('/junctions/{id}/measures', query)
  return compile(Page(SignalMeasures)).require(answer, 'answer').items as SignalMeasures[]
}

describe('GET /junctions/{id}/events', () => {
  it('names what each entry is about, and the gaps', async () => {
    tell(0, 10, [
      [1, 1, 2],
      [2, 102, 1],
      [3, 173, 1],
      [4, 200, 9],
    ])
    tell(20, 100, [])
    const { items, gaps, nextCursor } = await events()
    expect(items.map(({ at, code, name, subject }) => [at.slice(17, 23), code, name, subject])).toEqual([
      ['01.000', 1, 'phase begin green', 'v-n'],
      ['02.000', 102, 'preempt call on', 'w'],
      ['03.000', 173, 'unit flash', null],
      ['04.000', 200, null, null],
    ])
    expect(gaps).toEqual([{ from: '2026-11-23T08:00:10.000Z', to: '2026-11-23T08:00:20.000Z' }])
    expect(nextCursor).toBeNull()
  })

  it('goes on where a page ended, whatever the filter, none twice and none lost', async () => {
    for (let s = 0; s < 100; s += 10) {
      tell(s, s + 10, [
        [s + 1, 1, 1],
        [s + 1, 82, 1],
        [s + 1, 1, 2],
        [s + 9, 8, 1],
      ])
    }
    for (const [code, count] of [
      ['1,8', 30],
      [undefined, 40],
      ['102', 0],
    ] as const) {
      const got = []
      let cursor: string | undefined
      do {
        const page = await events({ limit: 7, ...(code && { code }), ...(cursor && { cursor }) })
        expect(page.items.length).toBeLessThanOrEqual(7)
        expect(page.gaps).toEqual([])
        got.push(...page.items)
        cursor = page.nextCursor ?? undefined
      } while (cursor)
      expect(got).toHaveLength(count)
      expect(new Set(got.map((item) => JSON.stringify(item))).size).toBe(count)
    }
  })

  it('cuts the log at the window', async () => {
    tell(0, 10, [
      [1, 1, 1],
      [5, 7, 1],
      [9, 8, 1],
    ])
    const page = await events({ from: toTimestamp(startMs + 5000), to: toTimestamp(startMs + 9000) })
    expect(page.items.map(({ code }) => code)).toEqual([7])
  })

  it('refuses a junction, a window, a code and a cursor that are none', async () => {
    await expect(ask('/junctions/{id}/events', {}, 'j-9')).rejects.toMatchObject({ code: 'junction-unknown' })
    const refused = (query: Record<string, unknown>, field: string) =>
      expect(events(query)).rejects.toMatchObject({ fields: [{ field }] })
    await refused({ to: toTimestamp(startMs) }, 'to')
    await refused({ code: '1,300' }, 'code')
    await refused({ cursor: 'bm9wZQ' }, 'cursor')
  })

  it('comes as a table', async () => {
    tell(0, 10, [[1.5, 1, 2]])
    const { body } = (await ask('/junctions/{id}/events.csv')) as { body: Readable }
    expect((await body.toArray()).join('')).toBe(
      '\uFEFFat,code,parameter,name,subject\r\n2026-11-23T08:00:01.500Z,1,2,phase begin green,v-n\r\n',
    )
  })
})

describe('GET /junctions/{id}/measures', () => {
  const cycle: [number, number, number][] = [
    [12, 1, 1],
    [32, 7, 1],
    [32, 8, 1],
    [35, 9, 1],
    [35, 10, 1],
    [37, 11, 1],
  ]

  it('measures from before the window where an interval reaches into it', async () => {
    tell(0, 100, cycle)
    const [item] = await measures({ from: toTimestamp(startMs + 30_000) })
    expect(item).toMatchObject({ coverage: 1, gaps: [] })
    expect(item?.groups[0]).toMatchObject({ group: 'v-w', greens: 0, green: { count: 1, meanS: 20 }, knownS: 70 })
  })

  it('says that nothing is known where there is no log', async () => {
    const [item] = await measures()
    expect(item).toMatchObject({ coverage: 0, gaps: [{ from: '2026-11-23T08:00:00.000Z' }] })
    expect(item?.groups[0]).toMatchObject({ greenShare: null, green: { count: 0, meanS: null } })
  })

  it('parts the window at whole multiples of the bucket, days by the calendar of the city', async () => {
    const edges = (items: SignalMeasures[]) => [...items.map(({ from }) => from), items.at(-1)?.to]
    expect(
      edges(await measures({ from: '2026-11-23T08:03:00.000Z', to: '2026-11-23T08:11:00.000Z', bucket: '5m' })),
    ).toEqual([
      ...[
        '2026-11-23T08:03:00.000Z',
        '2026-11-23T08:05:00.000Z',
        '2026-11-23T08:10:00.000Z',
        '2026-11-23T08:11:00.000Z',
      ],
    ])
    const days = await measures({ from: '2026-11-23T08:00:00.000Z', to: '2026-11-24T16:00:00.000Z', bucket: '1d' })
    expect(edges(days)).toEqual(['2026-11-23T08:00:00.000Z', '2026-11-23T16:00:00.000Z', '2026-11-24T16:00:00.000Z'])
  })

  it('refuses more buckets than an answer may have', async () => {
    await expect(measures({ to: '2027-11-23T08:00:00.000Z', bucket: '5m' })).rejects.toMatchObject({
      fields: [{ field: 'to' }],
    })
  })

  it('comes as a table, a row for each bucket and group', async () => {
    tell(0, 100, cycle)
    const { body } = (await ask('/junctions/{id}/measures.csv')) as { body: string }
    const [head, first, second] = body.split('\r\n').map((line) => line.split(','))
    expect(first).toHaveLength(head?.length ?? 0)
    const cell = (name: string, row = first) => row?.[head?.indexOf(name) ?? -1]
    expect([cell('group'), cell('greens'), cell('greenMeanS'), cell('unknown'), cell('arrivals')]).toEqual([
      ...['v-w', '1', '20', '1', ''],
    ])
    expect(cell('group', second)).toBe('v-n')
  })
})

describe('a live signal', () => {
  const timing = { 'v-w': { minEndAt: '2026-11-23T08:00:20.000Z', maxEndAt: '2026-11-23T08:00:30.000Z' } }
  const body = { mode: 'coordinated', groups: { 'v-w': 'protected-Movement-Allowed' }, timing }
  const live = (aheadMs: number) => {
    const nowMs = outside.clock.now()
    outside.feed.deliver('signal', 'j-1', 'state', nowMs + aheadMs, nowMs, body)
    return signals.board.junction('j-1')?.live
  }

  it('carries the predicted ends of every group, and the map those of the approaches', () => {
    expect(live(-30)).toMatchObject({ timing })
    expect(live(-30)).not.toHaveProperty('clockAheadS')
    expect(signals.board.delta('j-1')?.timing).toEqual({ w: timing['v-w'] })
  })

  it('tells them in our time where the clock of the controller is another, and by how much', () => {
    expect(live(90_000)).toMatchObject({
      clockAheadS: 90,
      timing: { 'v-w': { minEndAt: '2026-11-23T07:58:50.000Z', maxEndAt: '2026-11-23T07:59:00.000Z' } },
    })
    expect(signals.board.delta('j-1')?.timing?.w?.minEndAt).toBe('2026-11-23T07:58:50.000Z')
  })
})
