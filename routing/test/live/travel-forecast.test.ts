import { InputError, seededRandom } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LiveSpeeds } from '../../src/live/live-speeds.ts'
import { forecastAlong } from '../../src/live/travel-forecast.ts'
import { UsualSpeeds } from '../../src/live/usual-speeds.ts'
import { roads } from '../roads.ts'
import { gauss } from './noisy-trace.ts'
import { grid, syntheticTraffic } from './synthetic-traffic.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
/** A Monday. */
const monday = Date.UTC(2026, 10, 23)

const road = () => roads('A-B 60s, B-C 60s', '', { A: [0, 0], B: [600, 0], C: [1200, 0] })
const arcsOf = (network: ReturnType<typeof road>) => [network.arc('A>B'), network.arc('B>C')]

/** Twice as slow from seven to nine on every weekday of three weeks before `monday`. */
function learned(network: ReturnType<typeof road>, arcs = arcsOf(network), timeZone = 'UTC'): UsualSpeeds {
  const usual = new UsualSpeeds(network, timeZone)
  for (let ms = monday - 21 * day; ms < monday; ms += 10 * minute) {
    const hours = ((ms % day) + day) % day
    const isRush = hours >= 7 * hour && hours < 9 * hour && (Math.floor(ms / day) + 3) % 7 < 5
    for (const arc of arcs) usual.learn(arc, network.speedMps[arc]! / (isRush ? 2 : 1), ms)
  }
  return usual
}

describe('usual speeds', () => {
  it('differ by the hour and by the kind of day', () => {
    const network = road()
    const usual = learned(network)
    const arc = network.arc('A>B')
    expect(usual.at(arc, monday + 8 * hour).ratio).toBeCloseTo(2, 1)
    expect(usual.at(arc, monday + 12 * hour).ratio).toBeCloseTo(1, 1)
    expect(usual.at(arc, monday + 5 * day + 8 * hour).ratio).toBeCloseTo(1, 1)
    expect(usual.at(arc, monday + 8 * hour).spread).toBeLessThan(0.2)
  })

  it('go by the clock of the city', () => {
    const network = road()
    const usual = learned(network, arcsOf(network), 'Asia/Shanghai')
    const slots = Array.from({ length: 24 }, (_, h) => usual.at(network.arc('A>B'), monday + h * hour).ratio)
    // Learned in UTC hours 7 and 8, local 15 and 16: the same instants, whatever they are called.
    expect(slots.indexOf(Math.max(...slots))).toBe(8)
  })

  it('of an arc that was never seen are those of its class', () => {
    const network = road()
    const usual = learned(network, [network.arc('A>B')])
    expect(usual.at(network.arc('C>B'), monday + 8 * hour).ratio).toBeGreaterThan(1.6)
    expect(usual.at(network.arc('C>B'), monday + 12 * hour).ratio).toBeCloseTo(1, 1)
  })

  it('follow a change of the world within weeks', () => {
    const network = road()
    const usual = learned(network)
    const arc = network.arc('A>B')
    for (let week = 0; week < 8; week++) {
      for (let d = 0; d < 5; d++)
        usual.learn(arc, network.speedMps[arc]! / 4, monday + (7 * week + d) * day + 7.5 * hour)
    }
    usual.learn(arc, 10, monday + 57 * day)
    expect(usual.at(arc, monday + 7.5 * hour).ratio).toBeGreaterThan(3)
  })

  it('survive a restart, and a file that is damaged or of another network is refused', () => {
    const network = road()
    const usual = learned(network)
    const bytes = usual.save()
    const restored = new UsualSpeeds(network, 'UTC')
    restored.restore(bytes, 'usual.bin')
    for (const arc of [0, 1, 2, 3]) {
      for (const h of [3, 8, 130]) expect(restored.at(arc, monday + h * hour)).toEqual(usual.at(arc, monday + h * hour))
    }
    const broken = Uint8Array.from(bytes)
    broken[broken.length - 100]! ^= 1
    expect(() => restored.restore(broken, 'usual.bin')).toThrow('usual.bin is damaged')
    expect(() => restored.restore(bytes.subarray(0, 40), 'usual.bin')).toThrow(InputError)
    expect(() => restored.restore(new Uint8Array(10), 'usual.bin')).toThrow('is no file of usual speeds')
    expect(() => new UsualSpeeds(grid(3), 'UTC').restore(bytes, 'usual.bin')).toThrow('another road network')
    expect(restored.at(network.arc('A>B'), monday + 8 * hour)).toEqual(usual.at(network.arc('A>B'), monday + 8 * hour))
  })

  it('are where live speeds fade to', () => {
    const network = road()
    const live = new LiveSpeeds(network, learned(network))
    const arc = network.arc('A>B')
    expect(live.conditions(monday + 8 * hour).speedMps[arc]).toBeCloseTo(network.speedMps[arc]! / 2, 0)
    expect(live.conditions(monday + 12 * hour).speedMps[arc]).toBeCloseTo(network.speedMps[arc]!, 0)
  })
})

describe('the forecast', () => {
  it('takes each part of the way at the hour in which it is driven', () => {
    const network = road()
    const usual = learned(network)
    const [night, rush] = [monday + 3 * hour, monday + 8 * hour].map((ms) =>
      forecastAlong(network, arcsOf(network), ms, { usual }),
    )
    expect(night![1]!.expectedMs - (monday + 3 * hour)).toBeCloseTo(120_000, -4)
    expect(rush![1]!.expectedMs - (monday + 8 * hour)).toBeCloseTo(240_000, -4.3)
    const { earliestMs, expectedMs, latestMs } = rush![1]!
    expect(earliestMs).toBeLessThan(expectedMs)
    expect(latestMs).toBeGreaterThan(expectedMs)
  })

  it('begins with the jam of now and forgets it with time', () => {
    const network = road()
    const usual = learned(network)
    const now = new LiveSpeeds(network, usual).conditions(monday + 12 * hour)
    for (const arc of arcsOf(network)) now.speedMps[arc] = network.speedMps[arc]! / 3
    const tookS = (afterMs: number) => {
      const ends = forecastAlong(network, arcsOf(network), now.atMs + afterMs, { usual, now })
      return (ends[1]!.expectedMs - now.atMs - afterMs) / 1000
    }
    expect(tookS(0)).toBeGreaterThan(300)
    expect(tookS(30 * minute)).toBeLessThan(tookS(0))
    expect(tookS(4 * hour)).toBeCloseTo(120, -1)
  })

  it('starts and ends within arcs, waits at stop lines and drives as fast as the profile does', () => {
    const network = road()
    network.approachOfArc[network.arc('A>B')] = 0
    const usual = new UsualSpeeds(network, 'UTC')
    const [first, last] = forecastAlong(network, arcsOf(network), monday, {
      usual,
      fromOffsetM: 300,
      toOffsetM: 150,
      waitS: [20],
      speedFactor: 1.2,
    })
    expect(first!.expectedMs - monday).toBeCloseTo(25_000, -2)
    expect(last!.expectedMs - monday).toBeCloseTo(25_000 + 20_000 + 12_500, -2)
  })

  it('never lets who leaves later arrive earlier, at the bounds neither', () => {
    const network = grid(4)
    const truth = syntheticTraffic(network, 5)
    const usual = new UsualSpeeds(network, 'UTC')
    for (let ms = monday - 8 * day; ms < monday; ms += hour) {
      for (let arc = 0; arc < network.arcCount; arc++) usual.learn(arc, network.speedMps[arc]! / truth(arc, ms), ms)
    }
    const now = new LiveSpeeds(network, usual).conditions(monday + 7 * hour)
    const random = seededRandom(3)
    for (let arc = 0; arc < network.arcCount; arc++) now.speedMps[arc]! *= 0.2 + random.next()
    const arcs = Int32Array.from({ length: 20 }, () => random.integer(network.arcCount))
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 * hour }), fc.integer({ min: 1, max: 20 * minute }), (after, later) => {
        const a = forecastAlong(network, arcs, now.atMs + after, { usual, now }).at(-1)!
        const b = forecastAlong(network, arcs, now.atMs + after + later, { usual, now }).at(-1)!
        expect(b.earliestMs).toBeGreaterThanOrEqual(a.earliestMs)
        expect(b.expectedMs).toBeGreaterThanOrEqual(a.expectedMs)
        expect(b.latestMs).toBeGreaterThanOrEqual(a.latestMs)
        expect(a.earliestMs <= a.expectedMs && a.expectedMs <= a.latestMs).toBe(true)
      }),
    )
  })

  it('refuses a way without arcs and a departure that is no instant', () => {
    const network = road()
    const usual = new UsualSpeeds(network, 'UTC')
    expect(() => forecastAlong(network, [], monday, { usual })).toThrow('arcs is empty')
    expect(() => forecastAlong(network, arcsOf(network), Number.NaN, { usual })).toThrow('departMs NaN')
  })

  it('is nearer to a known truth than free flow and than the speeds of now', () => {
    const network = grid(6)
    const truth = syntheticTraffic(network, 21)
    const usual = new UsualSpeeds(network, 'UTC')
    const live = new LiveSpeeds(network, usual)
    const random = seededRandom(8)
    // Half of the arcs have a detector, which is off by a tenth.
    const seen = Array.from({ length: network.arcCount }, (_, arc) => arc).filter(() => random.next() < 0.5)
    const read = (atMs: number) => {
      for (const arc of seen) {
        const speedMps = (network.speedMps[arc]! / truth(arc, atMs)) * Math.exp(0.1 * gauss(random))
        live.flow({ arc, atMs, periodS: 300, count: 20, speedMps, occupancy: 0.2 })
      }
    }
    for (let ms = monday - 21 * day; ms < monday; ms += 10 * minute) {
      read(ms)
      const { speedMps } = live.conditions(ms)
      for (const arc of seen) usual.learn(arc, speedMps[arc]!, ms)
    }
    const routes = Array.from({ length: 12 }, () => walk(network, random))
    const trueMs = (arcs: readonly number[], departMs: number) =>
      arcs.reduce(
        (ms, arc) => ms + (network.lengthM[arc]! / network.speedMps[arc]!) * truth(arc, ms) * 1000,
        departMs,
      ) - departMs
    const table: Record<string, Record<string, number>> = {}
    for (const aheadMs of [0, 30 * minute, 2 * hour, 12 * hour]) {
      const errors = { freeFlow: 0, speedsOfNow: 0, forecast: 0 }
      let within = 0
      let count = 0
      for (let ms = monday + 5 * hour; ms < monday + 7 * day; ms += 3.3 * hour) {
        for (let before = 30 * minute; before >= 0; before -= 10 * minute) read(ms - before)
        const now = live.conditions(ms)
        for (const arcs of routes) {
          const departMs = ms + aheadMs
          const tookMs = trueMs(arcs, departMs)
          const own = arcs.reduce((sum, arc) => sum + (network.lengthM[arc]! / network.speedMps[arc]!) * 1000, 0)
          const present = arcs.reduce((sum, arc) => sum + (network.lengthM[arc]! / now.speedMps[arc]!) * 1000, 0)
          const { earliestMs, expectedMs, latestMs } = forecastAlong(network, arcs, departMs, { usual, now }).at(-1)!
          const off = (ms: number) => Math.abs(ms - tookMs) / tookMs
          errors.freeFlow += off(own)
          errors.speedsOfNow += off(present)
          errors.forecast += off(expectedMs - departMs)
          if (departMs + tookMs >= earliestMs && departMs + tookMs <= latestMs) within++
          count++
        }
      }
      const share = (sum: number) => Math.round((1000 * sum) / count) / 10
      table[`${aheadMs / hour} h ahead`] = {
        'free flow, % off': share(errors.freeFlow),
        'speeds of now, % off': share(errors.speedsOfNow),
        'forecast, % off': share(errors.forecast),
        'within the interval, %': share(within),
      }
      expect(errors.forecast).toBeLessThan(errors.freeFlow)
      expect(errors.forecast).toBeLessThanOrEqual(1.02 * errors.speedsOfNow)
      expect(within / count).toBeGreaterThan(0.65)
    }
    console.table(table)
    expect(table['2 h ahead']!['forecast, % off']!).toBeLessThan(0.7 * table['2 h ahead']!['speeds of now, % off']!)
  }, 60_000)
})

/** A way of twelve arcs without turning round. */
function walk(network: ReturnType<typeof grid>, random: ReturnType<typeof seededRandom>): number[] {
  const arcs = [random.integer(network.arcCount)]
  while (arcs.length < 12) {
    const node = network.head[arcs.at(-1)!]!
    const out = Array.from(
      { length: network.firstOut[node + 1]! - network.firstOut[node]! },
      (_, i) => network.firstOut[node]! + i,
    )
    arcs.push(random.pick(out.filter((arc) => arc !== network.reverse[arcs.at(-1)!]!)))
  }
  return arcs
}
