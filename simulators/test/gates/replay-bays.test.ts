import { describe, expect, it } from 'vitest'
import { ReplayBays } from '../../src/gates/replay-bays.ts'
import { gateEvents, StayReplay } from '../../src/parking/index.ts'

const nowMs = Date.parse('2026-11-23T11:00:00.000Z')
const lot = { id: 'altstadt', capacity: 30 }
const replay = new StayReplay([lot], 'Europe/Berlin', 7)

const takenOf = (bays: ReplayBays) =>
  Array.from({ length: lot.capacity }, (_, i) => bays.sensor(i + 1).occupied()).filter(Boolean).length
const insideAt = (atMs: number) => [...replay.stays(atMs, atMs + 1)].length

describe('the bays of a lot', () => {
  it('are as full as the lot, at the start and after hours of passages', () => {
    const bays = new ReplayBays(lot, replay, nowMs)
    expect(takenOf(bays)).toBe(insideAt(nowMs))
    const untilMs = nowMs + 6 * 3_600_000
    for (const event of gateEvents(replay, { atMs: nowMs - 3_600_000 })) {
      if (event.atMs > untilMs) break
      bays.pass(event)
    }
    expect(insideAt(untilMs)).toBeGreaterThan(0)
    expect(takenOf(bays)).toBe(insideAt(untilMs))
  })

  it('know nothing of other lots', () => {
    const bays = new ReplayBays(lot, replay, nowMs)
    const before = takenOf(bays)
    const [event] = gateEvents(replay, { atMs: nowMs })
    bays.pass({ ...event!, lot: 'other' })
    expect(takenOf(bays)).toBe(before)
  })
})
