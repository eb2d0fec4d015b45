import { describe, expect, it } from 'vitest'
import { clockError, type DeviceFeed, heard, isLost } from '../../../src/parking/health/device-feed.ts'
import { type DirectionRuns, isOneWay, passed } from '../../../src/parking/health/one-way.ts'
import { overfullOf } from '../../../src/parking/health/overfull.ts'
import { dayMs, hourMs, minuteMs } from '../small-lot.ts'

const quarterMs = 15 * minuteMs

/** A device that reports every ten minutes from eight to eight, for some days. */
function ofDays(days: number): DeviceFeed {
  let feed: DeviceFeed | undefined
  for (let day = 0; day < days; day++) {
    for (let at = 8 * hourMs; at <= 20 * hourMs; at += 10 * minuteMs) {
      feed = heard(feed, day * dayMs + at, day * dayMs + at)
    }
  }
  return feed as DeviceFeed
}

describe('a device', () => {
  it('is not lost for a night like the others', () => {
    expect(isLost(ofDays(4), 4 * dayMs + 8 * hourMs)).toBe(false)
  })

  it('is lost when it is silent for twice its longest silence', () => {
    const feed = ofDays(4)
    const lastMs = 3 * dayMs + 20 * hourMs
    expect(isLost(feed, lastMs + 24 * hourMs)).toBe(false)
    expect(isLost(feed, lastMs + 24 * hourMs + 1)).toBe(true)
  })

  it('is not judged before its habits are known', () => {
    expect(isLost(ofDays(1), 30 * dayMs)).toBe(false)
  })

  it('forgets what it did long ago', () => {
    const feed = ofDays(30)
    expect(Object.keys(feed.silences)).toHaveLength(8)
  })
})

describe('a clock', () => {
  const after = (...messages: [received: number, lead: number][]) =>
    messages.reduce<DeviceFeed | undefined>(
      (feed, [received, lead]) => heard(feed, received + lead, received),
      undefined,
    )!

  it('is off as soon as it is ahead, and right again with the next message that is', () => {
    expect(clockError(after([0, hourMs]))).toBe(hourMs)
    expect(clockError(after([0, hourMs], [minuteMs, 0]))).toBeUndefined()
  })

  it('is off when it is behind by the same for long', () => {
    const behind = [0, 1, 2, 3, 4].map((i): [number, number] => [i * 5 * minuteMs, -dayMs])
    expect(clockError(after(...behind))).toBe(-dayMs)
    expect(clockError(after(...behind.slice(0, 4)))).toBeUndefined()
  })

  it('is right where a gate sends late what it has kept', () => {
    const caughtUp = [0, 1, 2, 3, 4].map((i): [number, number] => [i, -hourMs + i * 10 * minuteMs])
    expect(clockError(after(...caughtUp))).toBeUndefined()
    const atOnce = [0, 1, 2, 3, 4].map((i): [number, number] => [i * 1000, -hourMs])
    expect(clockError(after(...atOnce))).toBeUndefined()
  })
})

describe('a lot', () => {
  const runs = (directions: string) =>
    [...directions].reduce<DirectionRuns | undefined>(
      (before, one, i) => passed(before, one === 'i' ? 'in' : 'out', i),
      undefined,
    )!

  it('is one-way when more pass in one direction than ever before', () => {
    expect(isOneWay(runs(`${'io'.repeat(50)}${'i'.repeat(12)}`))).toBe(false)
    expect(isOneWay(runs(`${'io'.repeat(50)}${'i'.repeat(13)}`))).toBe(true)
    expect(isOneWay(runs(`${'i'.repeat(20)}${'o'.repeat(20)}${'i'.repeat(30)}`))).toBe(false)
    expect(isOneWay(runs(`${'i'.repeat(20)}${'o'.repeat(20)}${'i'.repeat(31)}`))).toBe(true)
  })

  it('is no longer when the other gate is heard again', () => {
    expect(isOneWay(runs(`${'i'.repeat(40)}o`))).toBe(false)
  })
})

describe('more stays than bays', () => {
  it('are measured as a share of the time, with the most at once', () => {
    const window = { level: 2, fromMs: 0, toMs: 8 * quarterMs, capacity: 3 }
    const quarters = [
      { startMs: quarterMs, net: 2, rise: 3 },
      { startMs: 5 * quarterMs, net: -2, rise: 0 },
    ]
    expect(overfullOf(window, quarters)).toEqual({ share: 0.5, peak: 5 })
  })

  it('are none in a lot in which nobody is', () => {
    expect(overfullOf({ level: 0, fromMs: 0, toMs: dayMs, capacity: 3 }, [])).toEqual({ share: 0, peak: 0 })
  })
})
