import { describe, expect, it } from 'vitest'
import { allocate, waitingClosesMs } from '../../../src/parking/reservations/allocate.ts'
import { type Hold, overlap } from '../../../src/parking/reservations/hold.ts'
import { ownerSpans } from '../../../src/parking/reservations/owner-windows.ts'
import {
  after,
  appointment,
  hourMs,
  minuteMs,
  morningMs,
  someDay,
  somePool,
  someShared,
  supplyOf,
} from './some-holds.ts'

const tenMs = morningMs + 4 * hourMs
const states = (placements: readonly { state: string }[]) => placements.map(({ state }) => state)

describe('bays of a hospital', () => {
  it('go to the earliest appointments, whoever asked first', () => {
    const pool = somePool({ advanceBays: 1 })
    const [late, early] = [appointment(tenMs + hourMs), appointment(tenMs)]
    const placements = allocate([late, early], supplyOf(pool), morningMs)
    expect(states(placements)).toEqual(['waiting', 'booked'])
    expect(placements[1]).toMatchObject({ lot: 'clinic', bay: '1', walkM: 0, reason: null })
    expect(placements[0]?.reason).toContain('all bays of clinic for this time are taken')
  })

  it('are not taken from who holds one for who asks later with an earlier appointment', () => {
    const supply = supplyOf(somePool({ advanceBays: 1 }))
    const first = after([appointment(tenMs + hourMs)], allocate([appointment(tenMs + hourMs)], supply, morningMs))
    const placements = allocate([...first, appointment(tenMs)], supply, morningMs)
    expect(states(placements)).toEqual(['booked', 'waiting'])
  })

  it('are given beyond the advance quota when the count of the day shows that they are free', () => {
    const holds = Array.from({ length: 8 }, () => appointment(tenMs))
    const ahead = allocate(holds, supplyOf(somePool()), morningMs)
    expect(states(ahead).filter((state) => state === 'booked')).toHaveLength(6)
    const nowMs = tenMs - 2 * hourMs
    const rolling = somePool({ rollingUntilMs: nowMs + 2 * hourMs, occupied: 1 })
    const onTheDay = allocate(after(holds, ahead), supplyOf(rolling), nowMs)
    // Eight are not protected, one of them is taken by somebody without an appointment.
    expect(states(onTheDay).filter((state) => state === 'booked')).toHaveLength(7)
  })

  it('that are protected stay free, however many wait', () => {
    const rolling = somePool({ rollingUntilMs: tenMs })
    const holds = Array.from({ length: 20 }, () => appointment(tenMs))
    const bays = allocate(holds, supplyOf(rolling), morningMs).flatMap(({ bay }) => bay ?? [])
    expect(bays.toSorted()).toEqual(['1', '2', '3', '4', '5', '6', '7', '8'])
  })

  it('that are protected go to those whom they are for, who then use the others', () => {
    const holds = [1, 2].map(() => appointment(tenMs, { need: 'disabled' }))
    holds.push(appointment(tenMs, { need: 'emergency' }))
    expect(allocate(holds, supplyOf(somePool()), morningMs).map(({ bay }) => bay)).toEqual(['D1', '1', 'E1'])
  })

  it('are packed anew where gaps would leave none whole', () => {
    const supply = supplyOf(somePool({ advanceBays: 2 }))
    const book = (holds: Hold[]) => after(holds, allocate(holds, supply, morningMs))
    // Without moving anybody, bay 1 has 8–11 and 12–15, bay 2 has 10–12 and none has 11–14.
    const held = (fromH: number, untilH: number, bay: string) =>
      appointment(morningMs + (fromH - 6) * hourMs, {
        fromMs: morningMs + (fromH - 6) * hourMs,
        untilMs: morningMs + (untilH - 6) * hourMs,
        state: 'booked',
        bay,
      })
    const first = book([held(8, 11, '1'), held(13, 16, '1'), held(9, 12, '2')])
    const asked = { ...held(11, 14, '1'), state: 'waiting', bay: null } as const
    const placements = allocate([...first, asked], supply, morningMs)
    expect(states(placements)).toEqual(['booked', 'booked', 'booked', 'booked'])
    expect(placements.every(({ bay }) => bay !== null)).toBe(true)
  })
})

describe('who finds all bays taken', () => {
  const full = () => [1, 2, 3, 4, 5, 6].map(() => appointment(tenMs))

  it('gets a bay in the nearest shared lot, with its walk', () => {
    const holds = [...full(), appointment(tenMs)]
    const last = allocate(holds, supplyOf(somePool(), someShared()), morningMs).at(-1)
    // Bay b is its owner's at noon.
    expect(last).toMatchObject({ state: 'booked', lot: 'court', bay: 'a', walkM: 240 })
    expect(last?.reason).toContain('clinic is full')
  })

  it('is not sent far away when a disabled bay is needed', () => {
    const holds = [...full(), ...[1, 2].map(() => appointment(tenMs, { need: 'disabled' }))]
    const placements = allocate(holds, supplyOf(somePool(), someShared()), morningMs)
    expect(placements.slice(-2).map(({ lot, state }) => [lot, state])).toEqual([
      ['clinic', 'booked'],
      ['clinic', 'waiting'],
    ])
  })

  it('moves up as soon as somebody cancels, the earliest appointment first', () => {
    const supply = supplyOf(somePool())
    const asked = [...full(), appointment(tenMs + minuteMs), appointment(tenMs)]
    const [cancelled, ...rest] = after(asked, allocate(asked, supply, morningMs))
    const placements = allocate(rest, supply, morningMs)
    expect(placements.slice(-2).map(({ state, bay }) => [state, bay])).toEqual([
      ['waiting', null],
      ['booked', cancelled?.bay],
    ])
  })

  it('has one entry on the waiting list, which closes 10 min before', () => {
    const supply = supplyOf(somePool())
    const holds = [...full(), appointment(tenMs, { vehicle: 'x' }), appointment(tenMs + hourMs, { vehicle: 'x' })]
    const placements = allocate(holds, supply, morningMs)
    expect(states(placements.slice(-2))).toEqual(['waiting', 'refused'])
    expect(placements.at(-1)?.reason).toContain(`with ${holds.at(-2)?.id}`)
    const held = after(holds, placements)
    expect(allocate(held, supply, tenMs - waitingClosesMs - 1).at(-1)?.state).toBe('waiting')
    expect(allocate(held, supply, tenMs - waitingClosesMs).at(-1)?.state).toBe('refused')
  })
})

describe('a shared bay', () => {
  const court = { origin: 'lot/court', lot: 'court' }
  const asked = (fromH: number, untilH: number, change: Partial<Hold> = {}) =>
    appointment(morningMs + (fromH - 6) * hourMs, {
      ...court,
      fromMs: morningMs + (fromH - 6) * hourMs,
      untilMs: morningMs + (untilH - 6) * hourMs,
      ...change,
    })
  const supply = supplyOf(somePool(), someShared())

  it('is back before its owner needs it, with the margin', () => {
    const bayFor = (untilMin: number) => {
      const hold = asked(14, 17)
      return allocate([{ ...hold, untilMs: hold.untilMs + untilMin * minuteMs }], supply, morningMs)[0]?.bay
    }
    expect(bayFor(45)).toBe('a')
    expect(bayFor(46)).toBe('b')
  })

  it('that its owner needs soonest is given first, so that long stays find the others', () => {
    const placements = allocate([asked(9, 11), asked(9, 17)], supply, morningMs)
    expect(placements.map(({ bay }) => bay)).toEqual(['b', 'a'])
  })

  it('is changed for another one when its owner needs it after all', () => {
    const booked = after([asked(9, 11)], allocate([asked(9, 11)], supply, morningMs))
    expect(booked[0]?.bay).toBe('b')
    const all = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
    const [a, b] = someShared().bays
    const needed = someShared({ bays: [a!, { ...b!, windows: [{ days: [...all], from: '10:00', until: '11:00' }] }] })
    expect(allocate(booked, supplyOf(somePool(), needed), morningMs)[0]).toMatchObject({ state: 'booked', bay: 'a' })
  })

  it('whose vehicle does not leave is not given to the next one', () => {
    const stays = asked(9, 11, { state: 'arrived', bay: 'b' })
    const next = asked(11, 11.5, { state: 'booked', bay: 'b' })
    const nowMs = morningMs + 5.1 * hourMs
    const [still, moved] = allocate([stays, next], supplyOf(somePool(), someShared({ vacant: 1 })), nowMs)
    expect(still).toMatchObject({ state: 'arrived', bay: 'b' })
    expect(moved).toMatchObject({ state: 'booked', bay: 'a' })
    expect(moved?.reason).toContain('bay b of court is not free in time')
  })
})

describe('on any day', () => {
  const seeds = Array.from({ length: 300 }, (_, i) => i)
  /** A day that is lived through: people come, cancel, stay away, ask late; the allocator is asked every quarter. */
  function live(seed: number, look: (holds: readonly Hold[], nowMs: number, day: ReturnType<typeof someDay>) => void) {
    const day = someDay(seed)
    const { supply, random } = day
    let [asked, holds] = [day.holds, [] as Hold[]]
    const log: unknown[] = []
    for (let nowMs = morningMs; nowMs < morningMs + 14 * hourMs; nowMs += 15 * minuteMs) {
      const coming = asked.filter(() => random.next() < 0.2)
      asked = asked.filter((hold) => !coming.includes(hold))
      holds = [...holds, ...coming].flatMap((hold): Hold[] => {
        if (hold.state === 'booked' && random.next() < 0.03) return []
        if (hold.state === 'booked' && nowMs >= hold.fromMs && random.next() < 0.4)
          return [{ ...hold, state: 'arrived' }]
        if (hold.state === 'booked' && nowMs > hold.anchorMs + 30 * minuteMs) return []
        // One in ten stays for longer than it may.
        const gone = nowMs >= hold.untilMs ? random.next() < 0.9 : false
        return hold.state === 'arrived' && gone ? [] : [hold]
      })
      const placements = allocate(holds, supply, nowMs)
      log.push(placements)
      holds = after(holds, placements)
      look(holds, nowMs, day)
    }
    return log
  }

  it('no bay has two holders at one time', () => {
    for (const seed of seeds) {
      live(seed, (holds, nowMs) => {
        const held = holds.filter(({ bay }) => bay !== null)
        for (const [i, a] of held.entries()) {
          for (const b of held.slice(i + 1)) {
            if (a.lot !== b.lot || a.bay !== b.bay) continue
            const until = (hold: Hold) => (hold.state === 'arrived' ? Math.max(hold.untilMs, nowMs + 1) : hold.untilMs)
            const clash = overlap({ ...a, untilMs: until(a) }, { ...b, untilMs: until(b) })
            expect(clash, `seed ${seed}: ${a.id} and ${b.id} in ${a.lot} ${a.bay}`).toBe(false)
          }
        }
      })
    }
  })

  it('no ordinary vehicle has a protected bay, and no more hold bays than are not protected', () => {
    for (const seed of seeds) {
      live(seed, (holds, _, { supply }) => {
        const { capacity, protectedBays, risk } = supply.pools.get('clinic')!
        const inClinic = holds.filter(({ lot, state }) => lot === 'clinic' && state !== 'waiting')
        for (const { need, section } of inClinic) if (need === 'ordinary') expect(section).toBe('general')
        for (const section of ['disabled', 'emergency'] as const) {
          for (const hold of inClinic.filter((each) => each.section === section)) expect(hold.need).toBe(section)
        }
        if (risk > 0) return
        const general = inClinic.filter(({ section }) => section === 'general')
        for (const { fromMs } of general) {
          const there = general.filter((hold) => hold.fromMs <= fromMs && fromMs < hold.untilMs)
          expect(there.length).toBeLessThanOrEqual(capacity - protectedBays.disabled - protectedBays.emergency)
        }
      })
    }
  })

  it("an owner's bay is promised to nobody at any time that is his", () => {
    for (const seed of seeds) {
      live(seed, (holds, nowMs, { supply }) => {
        const shared = supply.shared.get('court')!
        for (const { bay, windows } of shared.bays) {
          const needed = ownerSpans(windows, { fromMs: morningMs, untilMs: morningMs + 48 * hourMs }, shared.zone)
          // Who is there and stays too long is told of; nothing was promised to him.
          const promised = holds.filter((hold) => hold.lot === 'court' && hold.bay === bay && hold.state !== 'waiting')
          for (const hold of promised) {
            // Who found his bay overrun was moved on the way, into one that is free from then on.
            const fromMs = hold.state === 'arrived' ? Math.max(hold.fromMs, nowMs) : hold.fromMs
            const span = { fromMs, untilMs: hold.untilMs + shared.returnMarginMs }
            if (hold.untilMs > nowMs) expect(needed.some((each) => overlap(each, span))).toBe(false)
          }
        }
      })
    }
  })

  it('a second look changes nothing, and a second run is the first', () => {
    for (const seed of seeds.slice(0, 100)) {
      const first = live(seed, (holds, nowMs, { supply }) => {
        const again = allocate(holds, supply, nowMs)
        expect(after(holds, again)).toEqual(holds)
      })
      expect(live(seed, () => {})).toEqual(first)
    }
  })

  it('the order in which holds are given does not matter', () => {
    for (const seed of seeds.slice(0, 100)) {
      const { holds, supply, random } = someDay(seed)
      const byId = (placements: readonly { id: string }[]) => placements.toSorted((a, b) => (a.id < b.id ? -1 : 1))
      const shuffled = holds.map((hold) => ({ hold, at: random.next() })).sort((a, b) => a.at - b.at)
      const straight = byId(allocate(holds, supply, morningMs))
      const mixed = allocate(
        shuffled.map(({ hold }) => hold),
        supply,
        morningMs,
      )
      expect(byId(mixed)).toEqual(straight)
    }
  })

  it('nobody waits while one with a later appointment, asking for the same, was given a bay at that moment', () => {
    for (const seed of seeds) {
      const { holds, supply } = someDay(seed)
      const ordinary = holds.filter(({ need, origin }) => need === 'ordinary' && origin !== 'lot/court')
      // All of one time of day, so that they ask for the same.
      const same = ordinary.map((hold) => ({ ...hold, fromMs: tenMs, untilMs: tenMs + hourMs, showGroup: 'group' }))
      const placements = allocate(same, supply, morningMs)
      const order = same.map((hold, i) => ({ ...hold, got: placements[i]!.state }))
      const firstWaiting = Math.min(...order.filter(({ got }) => got !== 'booked').map(({ anchorMs }) => anchorMs))
      const lastBooked = Math.max(...order.filter(({ got }) => got === 'booked').map(({ anchorMs }) => anchorMs), 0)
      expect(lastBooked).toBeLessThanOrEqual(firstWaiting)
    }
  })
})
