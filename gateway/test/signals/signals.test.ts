import type { Junction, Page } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import type { Route } from '../../src/http/route.ts'
import { createSignals } from '../../src/signals/signals.ts'
import { crossroads, groupStates } from './crossroads.ts'
import { Outside } from './outside.ts'

function call<T>(routes: readonly Route[], path: string, params: object = {}, query: object = {}): T {
  const found = routes.find((candidate) => candidate.path === path)
  if (!found) throw new Error(`no route ${path}`)
  return found.handle({ params, query } as never) as T
}

function setUp() {
  const outside = new Outside([crossroads('j-2'), crossroads('j-1')])
  const signals = createSignals(outside.core)
  const { clock, feed } = outside
  const state = (junction: string, green: 'v-w' | 'v-n' | undefined, atMs = clock.now(), receivedMs = clock.now()) =>
    feed.deliver('signal', junction, 'state', atMs, receivedMs, { mode: 'coordinated', groups: groupStates(green) })
  return { ...outside, clock, feed, signals, state, outside }
}

describe('junctions', () => {
  it('are listed by id with their tables, and with what they show', async () => {
    const { signals, state } = setUp()
    await signals.start?.()
    state('j-1', 'v-w')
    const { items, nextCursor } = call<Page<Junction>>(signals.routes, '/junctions', {}, { limit: 1 })
    expect(items).toMatchObject([
      { id: 'j-1', live: { mode: 'coordinated', stale: false, groups: groupStates('v-w') } },
    ])
    const next = call<Page<Junction>>(signals.routes, '/junctions', {}, { limit: 1, cursor: nextCursor })
    expect(next).toMatchObject({ items: [{ id: 'j-2', live: null }], nextCursor: null })
    await signals.stop?.()
  })

  it('that do not exist are named', () => {
    const { signals } = setUp()
    expect(() => call(signals.routes, '/junctions/{id}', { id: 'j-9' })).toThrow('no signalled junction "j-9"')
  })

  it('show the last reports of an earlier run from the start', async () => {
    const { signals, state } = setUp()
    state('j-1', 'v-n')
    await signals.start?.()
    expect(call<Junction>(signals.routes, '/junctions/{id}', { id: 'j-1' }).live?.groups).toEqual(groupStates('v-n'))
    await signals.stop?.()
  })
})

describe('the picture of the signals', () => {
  it('colours approaches by their groups and goes dark after three missed reports', async () => {
    const { signals, state, clock, published } = setUp()
    await signals.start?.()
    state('j-1', 'v-w')
    const last = () => published.filter(({ topic }) => topic === 'signals').at(-1)?.items[0]
    expect(last()).toMatchObject({ id: 'j-1', mode: 'coordinated', approaches: { w: 'green', n: 'red' } })
    await clock.advance(15)
    expect(last()).toMatchObject({ mode: 'coordinated' })
    await clock.advance(2)
    expect(last()).toMatchObject({ mode: 'dark', approaches: { w: 'dark', n: 'dark' } })
    state('j-1', 'v-n')
    expect(last()).toMatchObject({ mode: 'coordinated', approaches: { w: 'red', n: 'green' } })
    await signals.stop?.()
  })

  it('is dark at once when the agent’s last will arrives', async () => {
    const { signals, state, feed, clock } = setUp()
    await signals.start?.()
    state('j-1', 'v-w')
    feed.deliver('signal', 'j-1', 'status', clock.now(), clock.now(), { state: 'offline' })
    expect(signals.board.live('j-1')?.stale).toBe(true)
    await signals.stop?.()
  })

  it('is not changed by reports that are older, repeated, or late', async () => {
    const { signals, state, feed, clock } = setUp()
    await signals.start?.()
    const old = state('j-1', 'v-n', clock.now() - 2000)
    state('j-1', 'v-w')
    feed.hand(old)
    state('j-1', 'v-n', clock.now() - 1000)
    expect(signals.board.live('j-1')?.groups).toEqual(groupStates('v-w'))
    await clock.advance(20)
    // Newer than what is shown, but ten seconds on the way.
    state('j-1', 'v-n', clock.now() - 10_000)
    expect(signals.board.live('j-1')).toMatchObject({ groups: groupStates('v-w'), stale: true })
    await signals.stop?.()
  })

  it('takes a controller whose clock is wrong, by the difference that it always has', async () => {
    const { signals, state, clock } = setUp()
    await signals.start?.()
    state('j-1', 'v-w', clock.now() - 3_600_000)
    await clock.advance(5)
    state('j-1', 'v-n', clock.now() - 3_600_000)
    expect(signals.board.live('j-1')).toMatchObject({ groups: groupStates('v-n'), stale: false })
    await signals.stop?.()
  })

  it('knows since when each group shows what it shows', async () => {
    const { signals, state, clock } = setUp()
    await signals.start?.()
    const startMs = clock.now()
    state('j-1', 'v-w')
    await clock.advance(5)
    state('j-1', 'v-w')
    await clock.advance(2)
    state('j-1', undefined)
    expect(signals.board.live('j-1')?.sinceMs).toEqual({ 'v-w': startMs + 7000, 'v-n': startMs })
    await signals.stop?.()
  })
})

describe('detectors', () => {
  it('tell flow per hour, and queue and arrivals per lane of their approach while they are fresh', async () => {
    const { signals, feed, clock, published } = setUp()
    await signals.start?.()
    const flow = { periodS: 60, count: 10, occupancy: 0.3, queueM: 50 }
    const first = feed.deliver('detector', 'j-1-w', 'flow', clock.now(), clock.now(), flow)
    expect(call<Page<unknown>>(signals.routes, '/detectors').items).toMatchObject([
      { id: 'j-1-w', flowVehPerH: 600, occupancy: 0.3, queueM: 50 },
    ])
    expect(signals.detectors.traffic('j-1', 'w', 2, clock.now())).toEqual({
      queue: expect.closeTo(7, 6),
      arrivalFlow: 300,
    })
    const before = published.length
    feed.hand(first)
    expect(published).toHaveLength(before)
    expect(signals.detectors.traffic('j-1', 'w', 2, clock.now() + 121_000)).toEqual({ queue: 0, arrivalFlow: 0 })
    // A detector that tells its lanes apart says more of one movement than of the approach.
    const told = { ...flow, groupQueuesM: { 'v-w': 10, 'v-w-left': 50 } }
    feed.deliver('detector', 'j-1-w', 'flow', clock.now() + 1, clock.now() + 1, told)
    const queueOf = (group?: string) => signals.detectors.traffic('j-1', 'w', 2, clock.now(), group).queue
    expect(queueOf('v-w') / queueOf('v-w-left')).toBeCloseTo(0.2, 6)
    expect([queueOf('v-other'), queueOf()]).toEqual([queueOf('v-w-left'), queueOf('v-w-left')])
    await signals.stop?.()
  })

  it('are heard again after their clock was once far ahead', async () => {
    const { signals, feed, clock } = setUp()
    await signals.start?.()
    const flow = { periodS: 60, count: 10, occupancy: 0.3, queueM: 50 }
    const report = (aheadMs: number, count: number) =>
      feed.deliver('detector', 'j-1-w', 'flow', clock.now() + aheadMs, clock.now(), { ...flow, count })
    report(86_400_000, 10)
    await clock.advance(180)
    report(0, 5)
    expect(call<Page<unknown>>(signals.routes, '/detectors').items).toMatchObject([{ flowVehPerH: 300 }])
    await signals.stop?.()
  })
})

describe('the series', () => {
  it('have a point for every flow report and for every change of mode', () => {
    const { signals, feed, clock, points } = setUp()
    const entry = (mode: string) =>
      feed.deliver('signal', 'j-1', 'state', clock.now(), clock.now(), { mode, groups: groupStates('v-w') })
    const flow = feed.deliver('detector', 'j-1-w', 'flow', clock.now(), clock.now(), {
      ...{ periodS: 60, count: 6, occupancy: 0.1, speedMps: 9 },
    })
    const [projection] = signals.projections ?? []
    projection?.apply([entry('coordinated'), entry('coordinated'), flow, entry('preempted')])
    expect(points.map(({ measurement, tags, fields }) => ({ measurement, tags, fields }))).toEqual([
      { measurement: 'signal_mode', tags: { junction: 'j-1' }, fields: { mode: 0 } },
      {
        measurement: 'detector_flow',
        tags: { detector: 'j-1-w' },
        fields: { flowVehPerH: 360, occupancy: 0.1, speedMps: 9 },
      },
      { measurement: 'signal_mode', tags: { junction: 'j-1' }, fields: { mode: 1 } },
    ])
  })
})
