import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  delayWithoutPriority,
  entryTime,
  type JunctionAhead,
  type LiveJunction,
  longestEntryTime,
  planGreenChannel,
} from '../../src/green-channel/green-channel.ts'
import { crossroads, showing } from './crossroads.ts'

const table = crossroads('j-1')
const fromNorth = { approach: 'n', exit: 's' }
const nowMs = 1_700_000_000_000
const since = (secondsAgo: number) => Object.fromEntries(table.groups.map(({ id }) => [id, nowMs - secondsAgo * 1000]))

describe('entry time', () => {
  it('is nothing while the approach is green', () => {
    expect(entryTime(table, fromNorth, { groups: showing(table, 'v-n', 'v-s'), sinceMs: since(2) }, nowMs)).toBe(0)
  })

  it('is safe minimum, green flash, yellow and all-red after a conflicting green has just begun', () => {
    expect(entryTime(table, fromNorth, { groups: showing(table, 'v-e'), sinceMs: since(0) }, nowMs)).toBe(5 + 3 + 3 + 2)
    expect(entryTime(table, fromNorth, { groups: showing(table, 'v-e'), sinceMs: since(3) }, nowMs)).toBe(2 + 3 + 3 + 2)
    expect(entryTime(table, fromNorth, { groups: showing(table, 'v-e'), sinceMs: since(20) }, nowMs)).toBe(3 + 3 + 2)
  })

  it('never cuts into green flash, yellow or all-red', () => {
    const flash = { groups: showing(table, 'v-e'), greenFlash: ['v-e'], sinceMs: since(1) }
    expect(entryTime(table, fromNorth, flash, nowMs)).toBe(2 + 3 + 2)
    const yellow = { groups: { ...showing(table), 'v-e': 'protected-clearance' as const }, sinceMs: since(1) }
    expect(entryTime(table, fromNorth, yellow, nowMs)).toBe(2 + 2)
    expect(entryTime(table, fromNorth, { groups: showing(table), sinceMs: since(1) }, nowMs)).toBe(1)
    expect(entryTime(table, fromNorth, { groups: showing(table), sinceMs: since(9) }, nowMs)).toBe(0)
  })

  it('ends walk at once but lets pedestrians finish crossing', () => {
    expect(entryTime(table, fromNorth, { groups: showing(table, 'p-n'), sinceMs: since(0) }, nowMs)).toBe(12 + 1)
    const clearing = { groups: { ...showing(table), 'p-n': 'protected-clearance' as const }, sinceMs: since(10) }
    expect(entryTime(table, fromNorth, clearing, nowMs)).toBe(2 + 1)
  })

  it('waits for the rest of a walk that has a least one', () => {
    const kept = { ...table, preempt: { ...table.preempt, minWalkS: 5 } }
    const entryS = (ago: number) =>
      entryTime(kept, fromNorth, { groups: showing(table, 'p-n'), sinceMs: since(ago) }, nowMs)
    expect([0, 2, 9].map(entryS)).toEqual([5 + 13, 3 + 13, 13])
    expect(longestEntryTime(kept, fromNorth)).toBe(5 + 13)
  })

  it('is the longest possible when nothing is known, and never longer', () => {
    expect(entryTime(table, fromNorth, undefined, nowMs)).toBe(13)
    const states = fc.constantFrom(
      'stop-And-Remain',
      'pre-Movement',
      'protected-Movement-Allowed',
      'protected-clearance',
    ) as fc.Arbitrary<'stop-And-Remain' | 'pre-Movement' | 'protected-Movement-Allowed' | 'protected-clearance'>
    fc.assert(
      fc.property(
        fc.record(Object.fromEntries(table.groups.map(({ id }) => [id, states]))),
        fc.integer({ min: -5, max: 90 }),
        fc.constantFrom('n', 'e', 's', 'w'),
        (groups, ago, approach) => {
          const entryS = entryTime(table, { approach, exit: 'n' }, { groups, sinceMs: since(ago) }, nowMs)
          expect(entryS).toBeGreaterThanOrEqual(0)
          expect(entryS).toBeLessThanOrEqual(longestEntryTime(table, { approach, exit: 'n' }))
        },
      ),
    )
  })

  it('names the approach that the junction does not have', () => {
    expect(() => entryTime(table, { approach: 'x', exit: 's' }, undefined, nowMs)).toThrow(
      /j-1 has no approach "x"; it has n, e, s, w/,
    )
  })
})

describe('a green channel', () => {
  const live = (change: Partial<LiveJunction> = {}): LiveJunction => ({
    mode: 'coordinated',
    stale: false,
    groups: showing(table, 'v-e', 'v-w'),
    sinceMs: since(0),
    ...change,
  })
  const ahead = (junction: string, arrivalS: number, queue = 0): JunctionAhead => ({
    junction,
    ...fromNorth,
    earliestMs: nowMs + arrivalS * 900,
    expectedMs: nowMs + arrivalS * 1000,
    latestMs: nowMs + arrivalS * 1300,
    queue,
    arrivalFlow: 0,
  })
  const plan = (junctions: JunctionAhead[], states: Record<string, LiveJunction | undefined> = {}) =>
    planGreenChannel({
      nowMs,
      ahead: junctions,
      table: (id) => (id === 'j-unknown' ? undefined : crossroads(id)),
      live: (id) => (id in states ? states[id] : live()),
    })

  it('asks each junction early enough for its longest entry, its queue and the margin', () => {
    const [near, far] = plan([ahead('j-1', 60), ahead('j-2', 90, 5)])
    expect(near).toMatchObject({ greenPromised: true, expectedDelayS: 0, requestMs: nowMs + (54 - 13 - 3.4) * 1000 })
    expect(far?.requestMs).toBeCloseTo(nowMs + (81 - 13 - 3.4 - 2 - (5 * 3600) / 1900) * 1000, 3)
  })

  it('asks a head start earlier, and promises what entry and queue allow without it', () => {
    const [early] = plan([{ ...ahead('j-1', 60), headStartS: 20 }])
    expect(early).toMatchObject({ greenPromised: true, requestMs: nowMs + (54 - 13 - 3.4 - 20) * 1000 })
    const [late] = plan([{ ...ahead('j-1', 30), headStartS: 20 }])
    expect(late).toMatchObject({ greenPromised: true, expectedDelayS: 0, requestMs: nowMs })
  })

  it('has no more of a head start than keeps the green held until the vehicle comes', () => {
    const wanted = { ...ahead('j-1', 200, 5), headStartS: 100 }
    const [green] = plan([wanted])
    // What is held before the vehicle, as expected, is 50 s; entering comes before that.
    expect(green?.requestMs).toBeCloseTo(wanted.expectedMs - (50 + 13) * 1000, 3)
    const long = { ...ahead('j-1', 200, 40), headStartS: 100 }
    expect(plan([long])[0]?.requestMs).toBe(plan([ahead('j-1', 200, 40)])[0]?.requestMs)
  })

  it('says what delay is left where it is too late, and moves all later arrivals by it', () => {
    const [near, far] = plan([ahead('j-1', 10), ahead('j-2', 60)])
    expect(near).toMatchObject({ greenPromised: false, requestMs: nowMs })
    expect(near?.expectedDelayS).toBeCloseTo(13 + 3.4 - 10, 9)
    expect(far?.arrivalMs).toBeCloseTo(nowMs + (60 + 6.4) * 1000, 3)
    expect(far?.greenPromised).toBe(true)
  })

  it('asks no junction before the vehicle is as near as it is to look ahead', () => {
    const junctions = [ahead('j-1', 60), ahead('j-2', 70), ahead('j-3', 120)]
    const input = { nowMs, ahead: junctions, table: crossroads, live: () => live() }
    const one = planGreenChannel({ ...input, lookAheadJunctions: 1 })
    expect(one.map(({ requestMs }) => (requestMs - nowMs) / 1000)).toEqual([
      54 - 13 - 3.4,
      60,
      expect.closeTo(108 - 13 - 3.4, 3),
    ])
    // The next one is 10 s away when it is asked, which is not enough for entry and margin; that delays what follows.
    expect(one.map(({ expectedDelayS }) => expectedDelayS)).toEqual([0, expect.closeTo(13 + 3.4 - 10, 9), 0])
    expect(one[2]?.arrivalMs).toBeCloseTo(nowMs + (120 + 6.4) * 1000, 3)
    expect(planGreenChannel({ ...input, lookAheadJunctions: 2 })).toEqual(planGreenChannel(input))
  })

  it('promises no green where the controller is silent, in other hands, or unknown', () => {
    const silent = plan([ahead('j-1', 60)], { 'j-1': undefined })[0]
    expect(silent).toMatchObject({ greenPromised: false })
    expect(silent?.expectedDelayS).toBe(delayWithoutPriority(table, fromNorth))
    expect(plan([ahead('j-1', 60)], { 'j-1': live({ stale: true }) })[0]?.greenPromised).toBe(false)
    expect(plan([ahead('j-1', 60)], { 'j-1': live({ mode: 'manual' }) })[0]?.greenPromised).toBe(false)
    expect(plan([ahead('j-unknown', 60)])[0]).toMatchObject({ greenPromised: false, expectedDelayS: 0 })
  })

  it('never asks before now, and keeps the order of the junctions', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 12 }), (arrivals) => {
        const greens = plan(arrivals.sort((a, b) => a - b).map((s, i) => ahead(`j-${i}`, s)))
        expect(greens.map(({ junction }) => junction)).toEqual(arrivals.map((_, i) => `j-${i}`))
        for (const green of greens) {
          expect(green.requestMs).toBeGreaterThanOrEqual(nowMs)
          expect(green.greenPromised).toBe(green.expectedDelayS === 0)
        }
      }),
    )
  })
})
