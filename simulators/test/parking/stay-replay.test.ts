import { describe, expect, it } from 'vitest'
import { type BayGroup, busyBays, layOntoBays } from '../../src/parking/bay-groups.ts'
import { gateEvents, historyOf } from '../../src/parking/replay-events.ts'
import { groupSizes, type ReplayedStay, StayReplay } from '../../src/parking/stay-replay.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** Monday 2026-11-23 08:00 in Heidelberg. */
const nowMs = Date.parse('2026-11-23T07:00:00.000Z')

const lots = [
  { id: 'small', capacity: 7 },
  { id: 'hotel', capacity: 60 },
  { id: 'large', capacity: 150 },
]
const replay = new StayReplay(lots, 'Europe/Berlin', 42)
const within = (fromMs: number, toMs: number) => [...replay.stays(fromMs, toMs)]
const nameOf = ({ lot, bay, enteredAtMs }: ReplayedStay) => `${lot} ${bay} ${enteredAtMs}`
const byName = (stays: ReplayedStay[]) => stays.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))

/** Highest number of vehicles at once. */
function peak(stays: readonly ReplayedStay[]): number {
  const changes = stays.flatMap(({ enteredAtMs, leftAtMs }) => [
    { atMs: enteredAtMs, change: 1 },
    { atMs: leftAtMs, change: -1 },
  ])
  let level = 0
  let highest = 0
  for (const { change } of changes.sort((a, b) => a.atMs - b.atMs || a.change - b.change)) {
    level += change
    highest = Math.max(highest, level)
  }
  return highest
}

describe('the replay of recorded stays', () => {
  const month = within(nowMs - 30 * dayMs, nowMs)

  it('never puts more vehicles into a lot than its capacity, and comes near it', () => {
    for (const { id, capacity } of lots) {
      const highest = peak(month.filter(({ lot }) => lot === id))
      expect(highest).toBeLessThanOrEqual(capacity)
      expect(highest).toBeGreaterThanOrEqual(0.5 * capacity)
    }
  })

  it('never puts two vehicles onto one bay', () => {
    for (const ofBay of Map.groupBy(month, ({ lot, bay }) => `${lot} ${bay}`).values()) {
      const sorted = ofBay.toSorted((a, b) => a.enteredAtMs - b.enteredAtMs)
      for (const [i, stay] of sorted.entries()) {
        expect(stay.leftAtMs).toBeGreaterThan(stay.enteredAtMs)
        expect(sorted[i + 1]?.enteredAtMs ?? Infinity).toBeGreaterThanOrEqual(stay.leftAtMs)
      }
    }
  })

  it('tells the same stays whichever window asks', () => {
    const halves = [...within(nowMs - 30 * dayMs, nowMs - 9 * dayMs), ...within(nowMs - 9 * dayMs, nowMs)]
    const once = [...new Map(halves.map((stay) => [nameOf(stay), stay])).values()]
    expect(byName(once)).toEqual(byName(month))
  })

  it('is the same for the same seed and another for another', () => {
    const again = new StayReplay(lots, 'Europe/Berlin', 42)
    const other = new StayReplay(lots, 'Europe/Berlin', 43)
    expect([...again.stays(nowMs - dayMs, nowMs)]).toEqual(within(nowMs - dayMs, nowMs))
    expect([...other.stays(nowMs - dayMs, nowMs)]).not.toEqual(within(nowMs - dayMs, nowMs))
  })

  it('follows the day of the city: more arrive in its business hours than in its night', () => {
    const arrivals = (from: number, to: number) =>
      month.filter(({ enteredAtMs }) => {
        // In November Heidelberg is at UTC+1; the October days of the window shift by less than the hours differ.
        const hour = new Date(enteredAtMs + hourMs).getUTCHours()
        return hour >= from && hour < to
      }).length
    expect(arrivals(10, 14)).toBeGreaterThan(3 * arrivals(1, 5))
  })

  it('stays whole over the change from summer time', () => {
    const changeMs = Date.parse('2026-10-25T01:00:00.000Z')
    for (const stays of Map.groupBy(within(changeMs - dayMs, changeMs + dayMs), ({ lot, bay }) => lot + bay).values()) {
      const sorted = stays.toSorted((a, b) => a.enteredAtMs - b.enteredAtMs)
      for (let i = 1; i < sorted.length; i++) {
        expect(sorted[i]!.enteredAtMs).toBeGreaterThanOrEqual(sorted[i - 1]!.leftAtMs)
      }
    }
  })

  it('has generated plates of Chinese shape, mostly of Jinan, one in five green', () => {
    const shape = /^[京津沪冀豫皖苏浙晋粤鲁][A-HJ-NP-Z]([A-HJ-NP-Z0-9]{5}|[DABCEFGHJK][A-HJ-NP-Z0-9]\d{4})$/
    for (const { plate, plateColour } of month) {
      expect(plate).toMatch(shape)
      expect(plate).toHaveLength(plateColour === 'green' ? 8 : 7)
    }
    const share = (of: (stay: ReplayedStay) => boolean) => month.filter(of).length / month.length
    expect(share(({ plateColour }) => plateColour === 'green')).toBeCloseTo(0.2, 1)
    expect(share(({ plate }) => plate.startsWith('鲁A'))).toBeCloseTo(0.75, 1)
  })

  it('says how many arrivals found no bay', () => {
    expect([...replay.turnedAwayShare.keys()]).toEqual(['small', 'hotel', 'large'])
    for (const share of replay.turnedAwayShare.values()) {
      expect(share).toBeGreaterThanOrEqual(0)
      expect(share).toBeLessThan(0.5)
    }
  })
})

describe('history and live events', () => {
  it('make each stay whole, wherever the seam is', () => {
    const seamMs = nowMs + 4 * hourMs
    const open = new Map<string, number>()
    let closed = 0
    for (const { lot, bay, leftAtMs } of historyOf(replay, seamMs - 2 * dayMs, seamMs)) {
      if (leftAtMs === null) open.set(`${lot} ${bay}`, 1)
      else closed++
    }
    expect(closed).toBeGreaterThan(100)
    expect(open.size).toBeGreaterThan(10)
    for (const { lot, bay, direction, atMs } of gateEvents(replay, { atMs: seamMs })) {
      if (atMs >= seamMs + 10 * hourMs) break
      const place = `${lot} ${bay}`
      // Every exit has its entry, in the history or before it among the events.
      expect(open.get(place) ?? 0).toBe(direction === 'in' ? 0 : 1)
      open.set(place, direction === 'in' ? 1 : 0)
    }
  })

  it('resume after the last event that was handed out', () => {
    const take = (count: number, cursor: Parameters<typeof gateEvents>[1]) =>
      gateEvents(replay, cursor).take(count).toArray()
    const events = take(400, { atMs: nowMs })
    expect(events.every(({ atMs }, i) => i === 0 || atMs >= events[i - 1]!.atMs)).toBe(true)
    const last = events[149]!
    expect(take(250, { atMs: last.atMs, after: last })).toEqual(events.slice(150))
  })

  it('have ids that are unique within a gate and fit a message', () => {
    const events = gateEvents(replay, { atMs: nowMs }).take(1000).toArray()
    expect(new Set(events.map(({ lot, direction, id }) => `${lot} ${direction} ${id}`)).size).toBe(1000)
    for (const { id } of events) expect(id).toMatch(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/)
  })
})

describe('stays laid onto bays', () => {
  const stays = [
    { arrival: 0, departure: 60 },
    { arrival: 10, departure: 30 },
    { arrival: 20, departure: 50 },
    { arrival: 30, departure: 40 },
  ]
  const arrivals = ({ bays }: BayGroup) => bays.map((weeks) => weeks.flat().map(({ arrival }) => arrival))

  it('take the first bay that is free, also one left in that minute', () =>
    expect(arrivals(layOntoBays(stays, 3))).toEqual([[0], [10, 30], [20]]))

  it('turn away when there is none', () => {
    const group = layOntoBays(stays, 2)
    expect(arrivals(group)).toEqual([[0], [10, 30]])
    expect(group.turnedAway).toBe(1)
  })

  it('need as many bays as are busy in all but one minute in twenty', () => {
    expect(
      busyBays([
        { arrival: 0, departure: 1000 },
        { arrival: 0, departure: 990 },
        { arrival: 0, departure: 40 },
      ]),
    ).toBe(2)
  })

  it.each([
    [7, 20, [7]],
    [60, 17, [15, 15, 15, 15]],
    [61, 17, [15, 15, 15, 16]],
  ])('are in groups: %i bays by %i', (capacity, size, expected) => expect(groupSizes(capacity, size)).toEqual(expected))
})
