import { InputError, seededRandom } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { STALE_MS } from '../../src/live/arc-evidence.ts'
import { conditionsDiffer, LiveSpeeds } from '../../src/live/live-speeds.ts'
import type { DriveReading, FlowReading } from '../../src/live/readings.ts'
import { closure } from '../../src/live/road-conditions.ts'
import { type DrawnRoads, roads } from '../roads.ts'

const t0 = Date.UTC(2026, 10, 23, 8)
const minute = 60_000

/** A road of 50 km/h with a stop line at D, and two more roads there. */
function streets(): DrawnRoads {
  const network = roads('A-B 14.4s, B-C 14.4s, C-D 14.4s, D-E 14.4s, D-F 14.4s', '', {
    ...{ A: [0, 0], B: [200, 0], C: [400, 0], D: [600, 0], E: [800, 100], F: [800, -100] },
  })
  network.approachOfArc[network.arc('C>D')] = 0
  return Object.assign(network, { approaches: [{ junction: 'j', approach: 'w', arc: network.arc('C>D') }] })
}

const flowAt = (arc: number, atMs: number, change: Partial<FlowReading> = {}): FlowReading => ({
  ...{ arc, atMs, periodS: 60, count: 12, speedMps: 13, occupancy: 0.1 },
  ...change,
})
const driveOn = (
  network: DrawnRoads,
  arc: number,
  seconds: number,
  atMs: number,
  change: Partial<DriveReading> = {},
) => ({
  ...{ arc, fromM: 0, toM: network.lengthM[arc]!, entryMs: atMs - seconds * 1000, exitMs: atMs },
  ...{ standingMs: 0, confidence: 1, speedFactor: 1 },
  ...change,
})

describe('live speeds', () => {
  it('are the roads own where nothing is known', () => {
    const network = streets()
    const { speedMps, closed, delayS, confidence } = new LiveSpeeds(network).conditions(t0)
    expect([...speedMps]).toEqual([...network.speedMps])
    expect(new Set([...closed, ...delayS, ...confidence])).toEqual(new Set([0]))
  })

  it('come from vehicles that pass a detector away from signals, for the road behind it too', () => {
    const network = streets()
    const live = new LiveSpeeds(network)
    for (let i = 0; i < 5; i++) live.flow(flowAt(network.arc('B>C'), t0 + i * minute, { speedMps: 4 }))
    const { speedMps, confidence } = live.conditions(t0 + 5 * minute)
    expect(speedMps[network.arc('B>C')]).toBeCloseTo(4, 0)
    expect(speedMps[network.arc('A>B')]!).toBeLessThan(6)
    expect(speedMps[network.arc('C>B')]).toBe(network.speedMps[network.arc('C>B')])
    expect(confidence[network.arc('B>C')]!).toBeGreaterThan(confidence[network.arc('A>B')]!)
  })

  it('of an approach come from its queue, not from vehicles that start from red', () => {
    const network = streets()
    const [arc, behind] = [network.arc('C>D'), network.arc('B>C')]
    const free = new LiveSpeeds(network)
    const queued = new LiveSpeeds(network)
    for (let i = 0; i < 5; i++) {
      free.flow(flowAt(arc, t0 + i * minute, { speedMps: 6, queueM: 0 }))
      queued.flow(flowAt(arc, t0 + i * minute, { speedMps: 6, queueM: 300 }))
    }
    expect(free.conditions(t0 + 5 * minute).speedMps[arc]).toBeCloseTo(network.speedMps[arc]!, 3)
    const { speedMps } = queued.conditions(t0 + 5 * minute)
    // 140 vehicles a kilometre, 1,900 an hour: 3.8 m/s.
    expect(speedMps[arc]).toBeCloseTo(3.8, 0)
    expect(speedMps[behind]!).toBeGreaterThan(5)
    expect(speedMps[behind]!).toBeLessThan(8)
  })

  it('come from vehicles that were followed; the time at a stop line is the signals', () => {
    const network = streets()
    const live = new LiveSpeeds(network)
    for (let i = 0; i < 4; i++) {
      live.drive(driveOn(network, network.arc('A>B'), 50, t0 + i * minute))
      live.drive(driveOn(network, network.arc('C>D'), 54.4, t0 + i * minute, { standingMs: 40_000 }))
    }
    const { speedMps } = live.conditions(t0 + 4 * minute)
    expect(speedMps[network.arc('A>B')]).toBeCloseTo(4.8, 0)
    expect(speedMps[network.arc('C>D')]).toBeCloseTo(13.9, 0)
  })

  it('believe an emergency vehicle only where it was slower than others are thought to be', () => {
    const network = streets()
    const live = new LiveSpeeds(network)
    const arc = network.arc('A>B')
    const swift = { speedFactor: 1.2 }
    for (let i = 0; i < 4; i++) {
      live.drive(driveOn(network, arc, 50, t0 + i * minute))
      live.drive(driveOn(network, arc, 10, t0 + i * minute, swift))
      live.drive(driveOn(network, network.arc('B>C'), 40, t0 + i * minute, swift))
    }
    const { speedMps } = live.conditions(t0 + 4 * minute)
    expect(speedMps[arc]!).toBeLessThan(5.5)
    // 5 m/s with horn and lights is no more than 4.2 m/s for others; one source, half believed.
    expect(speedMps[network.arc('B>C')]!).toBeLessThan(9)
    expect(speedMps[network.arc('B>C')]!).toBeGreaterThan(4)
  })

  it('fade to the road’s own within fifteen minutes of the last reading, and never jump on the way', () => {
    const network = streets()
    const live = new LiveSpeeds(network)
    const arc = network.arc('A>B')
    for (let i = 0; i < 5; i++) live.flow(flowAt(arc, t0 + i * minute, { speedMps: 3 }))
    let before = 0
    for (let s = 0; s <= 960; s += 5) {
      const speed = live.conditions(t0 + 4 * minute + s * 1000).speedMps[arc]!
      expect(speed).toBeGreaterThanOrEqual(before - 1e-4)
      if (before > 0) expect(speed - before).toBeLessThan(0.5)
      if (s <= 120) expect(speed).toBeLessThan(3.8)
      before = speed
    }
    expect(live.conditions(t0 + 4 * minute + STALE_MS).speedMps[arc]).toBe(network.speedMps[arc])
  })

  it('are not thrown off by single absurd readings, and follow a jam within minutes', () => {
    const network = streets()
    const live = new LiveSpeeds(network)
    const arc = network.arc('A>B')
    const random = seededRandom(4)
    for (let i = 0; i < 20; i++) {
      const speedMps = i % 7 === 3 ? 0.5 : 12 + 2 * random.next()
      live.flow(flowAt(arc, t0 + i * minute, { speedMps, count: 8 }))
      if (i > 3) expect(live.conditions(t0 + i * minute).speedMps[arc]!).toBeGreaterThan(6)
    }
    for (let i = 20; i < 26; i++) live.flow(flowAt(arc, t0 + i * minute, { speedMps: 3, count: 8 }))
    expect(live.conditions(t0 + 26 * minute).speedMps[arc]!).toBeLessThan(4.5)
  })

  it('are found again from scattered readings of a known truth', () => {
    const network = streets()
    const random = seededRandom(9)
    const live = new LiveSpeeds(network)
    const truth = new Map(
      [
        ['A>B', 5],
        ['B>C', 9],
        ['D>E', 12],
        ['E>D', 2.5],
      ].map(([name, mps]) => [network.arc(name as string), mps as number]),
    )
    let offs = 0
    let counted = 0
    for (let s = 0; s < 1800; s += 20) {
      const atMs = t0 + s * 1000
      for (const [arc, mps] of truth) {
        if (random.next() < 0.3) continue
        const seen = mps * Math.exp(0.4 * (random.next() + random.next() - 1))
        live.drive(driveOn(network, arc, network.lengthM[arc]! / seen, atMs))
        if (s < 300) continue
        offs += Math.abs(live.conditions(atMs).speedMps[arc]! - mps) / mps
        counted++
      }
    }
    expect(offs / counted).toBeLessThan(0.12)
  })

  it('stay positive, finite and within what vehicles can drive, whatever is read', () => {
    const network = streets()
    const arcs = fc.integer({ min: 0, max: network.arcCount - 1 })
    const flow = fc.record({
      arc: arcs,
      speedMps: fc.double({ min: 0, max: 70, noNaN: true }),
      count: fc.nat(60),
      queueM: fc.double({ min: 0, max: 5000, noNaN: true }),
      s: fc.nat(4000),
    })
    const drive = fc.record({
      arc: arcs,
      seconds: fc.double({ min: 0, max: 900, noNaN: true }),
      speedFactor: fc.constantFrom(1, 1.2),
      s: fc.nat(4000),
    })
    fc.assert(
      fc.property(fc.array(fc.oneof(flow, drive), { maxLength: 40 }), (readings) => {
        const live = new LiveSpeeds(network)
        for (const reading of readings) {
          const atMs = t0 + reading.s * 1000
          if ('seconds' in reading)
            live.drive(driveOn(network, reading.arc, reading.seconds, atMs, { speedFactor: reading.speedFactor }))
          else live.flow(flowAt(reading.arc, atMs, reading))
        }
        const { speedMps, confidence } = live.conditions(t0 + 2000 * 1000)
        for (const [arc, mps] of speedMps.entries()) {
          expect(mps).toBeGreaterThanOrEqual(0.499)
          expect(mps).toBeLessThanOrEqual(network.speedMps[arc]! * 1.301)
          expect(confidence[arc]! >= 0 && confidence[arc]! <= 1).toBe(true)
        }
      }),
    )
  })

  it.each<[string, Partial<FlowReading>]>([
    ['speedMps', { speedMps: Number.NaN }],
    ['speedMps', { speedMps: -1 }],
    ['speedMps', { speedMps: 95 }],
    ['count', { count: -3 }],
    ['count', { count: 5000 }],
    ['occupancy', { occupancy: 1.2 }],
    ['periodS', { periodS: 0 }],
    ['queueM', { queueM: Number.POSITIVE_INFINITY }],
    ['atMs', { atMs: Number.NaN }],
    ['arc', { arc: 99 }],
    ['arc', { arc: 1.5 }],
  ])('refuse a detector with an absurd %s and name the field: %o', (field, change) => {
    const network = streets()
    const live = new LiveSpeeds(network)
    const refused = () => live.flow({ ...flowAt(0, t0), ...change })
    expect(refused).toThrow(InputError)
    expect(refused).toThrow(field)
    expect(Math.max(...live.conditions(t0).confidence)).toBe(0)
  })

  it.each<[string, Partial<DriveReading>]>([
    ['toM', { toM: 1e6 }],
    ['exitMs', { exitMs: 5 }],
    ['standingMs', { standingMs: -1 }],
    ['confidence', { confidence: Number.NaN }],
    ['speedFactor', { speedFactor: 0 }],
    ['arc', { arc: -1 }],
  ])('refuse a drive with an absurd %s and name the field', (field, change) => {
    const network = streets()
    const refused = () => new LiveSpeeds(network).drive({ ...driveOn(network, 0, 20, t0), ...change })
    expect(refused).toThrow(InputError)
    expect(refused).toThrow(field)
  })
})

describe('closures and incidents', () => {
  const network = streets()
  const arc = network.arc('A>B')
  const other = network.arc('D>E')

  it('hold from their beginning to their end, and one without an end until it is removed', () => {
    const live = new LiveSpeeds(network)
    const works = {
      id: 'c-1',
      arcs: [arc],
      fromMs: t0 + minute,
      untilMs: t0 + 5 * minute,
      closed: closure.everyone,
      speedFactor: 1,
      delayS: 0,
    }
    live.disruptions.put(works)
    live.disruptions.put({ ...works, id: 'c-2', arcs: [other], closed: closure.ordinary, untilMs: null })
    const closedAt = (minutes: number) => {
      const { closed } = live.conditions(t0 + minutes * minute)
      return [closed[arc], closed[other]]
    }
    expect([0, 1, 4.9, 5, 600].map(closedAt)).toEqual([
      [0, 0],
      [2, 1],
      [2, 1],
      [0, 1],
      [0, 1],
    ])
    live.disruptions.remove('c-2')
    expect(closedAt(601)).toEqual([0, 0])
  })

  it('slow a road by their factor until it is measured, what was measured before no longer counts', () => {
    const live = new LiveSpeeds(network)
    for (let i = 0; i < 5; i++) live.flow(flowAt(arc, t0 + i * minute, { speedMps: 13 }))
    live.disruptions.put({
      id: 'i-1',
      arcs: [arc],
      fromMs: t0 + 5 * minute,
      untilMs: null,
      closed: 0,
      speedFactor: 0.3,
      delayS: 20,
    })
    const during = live.conditions(t0 + 5 * minute)
    expect(during.speedMps[arc]).toBeCloseTo(0.3 * network.speedMps[arc]!, 1)
    expect(during.delayS[arc]).toBe(20)
    for (let i = 6; i < 12; i++) live.flow(flowAt(arc, t0 + i * minute, { speedMps: 2 }))
    expect(live.conditions(t0 + 12 * minute).speedMps[arc]).toBeCloseTo(2, 0)
    live.disruptions.remove('i-1')
    expect(live.conditions(t0 + 12 * minute).speedMps[arc]).toBe(network.speedMps[arc])
  })

  it('that lie over each other act by the strictest of each kind', () => {
    const live = new LiveSpeeds(network)
    const one = { arcs: [arc], fromMs: t0, untilMs: null, closed: closure.ordinary, speedFactor: 0.8, delayS: 5 }
    live.disruptions.put({ ...one, id: 'a' })
    live.disruptions.put({ ...one, id: 'b', closed: closure.everyone, speedFactor: 0.5, delayS: 0 })
    const { closed, delayS, speedMps } = live.conditions(t0)
    expect([closed[arc], delayS[arc]]).toEqual([2, 5])
    expect(speedMps[arc]).toBeCloseTo(0.5 * network.speedMps[arc]!, 3)
  })

  it.each<[string, object]>([
    ['speedFactor', { speedFactor: 0 }],
    ['speedFactor', { speedFactor: Number.NaN }],
    ['untilMs', { untilMs: t0 - 1 }],
    ['delayS', { delayS: -1 }],
    ['arc', { arcs: [arc, 99] }],
  ])('with an absurd %s are refused', (field, change) => {
    const { disruptions } = new LiveSpeeds(network)
    const refused = () =>
      disruptions.put({
        id: 'x',
        arcs: [arc],
        fromMs: t0,
        untilMs: null,
        closed: 0,
        speedFactor: 1,
        delayS: 0,
        ...change,
      })
    expect(refused).toThrow(InputError)
    expect(refused).toThrow(field)
  })
})

describe('news for the engine', () => {
  it('are changes that matter; a reading that says the same again is none', () => {
    const network = streets()
    const live = new LiveSpeeds(network)
    const empty = live.conditions(t0)
    expect(conditionsDiffer(empty, live.conditions(t0 + minute, empty))).toBe(false)
    live.flow(flowAt(network.arc('A>B'), t0 + minute, { speedMps: 5 }))
    const slow = live.conditions(t0 + minute, empty)
    expect(conditionsDiffer(empty, slow)).toBe(true)
    live.flow(flowAt(network.arc('A>B'), t0 + 2 * minute, { speedMps: 5, count: 1 }))
    live.disruptions.put({ id: 'c', arcs: [3], fromMs: t0, untilMs: null, closed: 2, speedFactor: 1, delayS: 0 })
    expect(conditionsDiffer(slow, live.conditions(t0 + 2 * minute, slow))).toBe(true)
  })

  it('are the same for the same readings', () => {
    const network = streets()
    const run = () => {
      const live = new LiveSpeeds(network)
      const random = seededRandom(2)
      let last = live.conditions(t0)
      for (let i = 0; i < 500; i++) {
        const speedMps = 20 * random.next()
        live.flow(flowAt(random.integer(network.arcCount), t0 + i * 5000, { speedMps, queueM: 100 * random.next() }))
        last = live.conditions(t0 + i * 5000, last)
      }
      return last
    }
    expect(run()).toEqual(run())
  })
})
