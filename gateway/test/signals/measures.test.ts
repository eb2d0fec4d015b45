import { fromTimestamp, type JunctionTable, type SignalMeasures } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Stretch } from '../../src/signals/event-log.ts'
import { JunctionMeasuring } from '../../src/signals/measures.ts'
import { crossroads } from './crossroads.ts'

const startMs = fromTimestamp('2026-11-23T08:00:00.000Z')

/** Signal groups: 1 `v-w`, 2 `v-n`, 3 `p-n`. Detectors: 1 before the stop line of w, 2 of n, 3 a push button. */
function watched(): JunctionTable {
  const table = crossroads('j-1')
  const walk = { ...table.groups[0], id: 'p-n', kind: 'pedestrian', approach: 'n', yellowS: 0, clearanceS: 8 } as const
  return {
    ...table,
    groups: [...table.groups, walk as JunctionTable['groups'][number]],
    detectors: [
      { id: 'loop-w', kind: 'vehicle', groups: ['v-w'] },
      { id: 'loop-n', kind: 'vehicle', groups: ['v-n'] },
      { id: 'button', kind: 'pedestrian', groups: ['p-n'] },
    ],
  }
}

/** `second code parameter`, one a line or separated by commas. */
const drawn = (text: string, untilS: number, fromS = 0, seq = 1): Stretch => ({
  fromMs: startMs + fromS * 1000,
  toMs: startMs + untilS * 1000,
  seq,
  events: text
    .split(/[\n,]/)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [second, code, parameter] = line.trim().split(/\s+/).map(Number) as [number, number, number]
      return { atMs: startMs + Math.round(second * 10) * 100, code, parameter }
    }),
})

function measured(stretches: readonly Stretch[], edgesS: readonly number[], table = watched()): SignalMeasures[] {
  const edges = edgesS.map((second) => startMs + second * 1000)
  const measuring = new JunctionMeasuring(table, edges)
  for (const stretch of stretches) measuring.take(stretch)
  return measuring.finish()
}

const one = (text: string, untilS: number) => measured([drawn(text, untilS)], [0, untilS])[0] as SignalMeasures
const group = (measures: SignalMeasures, id: string) => measures.groups.find((each) => each.group === id)
const duration = (...seconds: number[]) => ({
  count: seconds.length,
  meanS: seconds.reduce((sum, s) => sum + s, 0) / seconds.length,
  minS: Math.min(...seconds),
  maxS: Math.max(...seconds),
})
const none = { count: 0, meanS: null, minS: null, maxS: null }

/** Two cycles of 60 s and 50 s. v-w is green from 10 to 35 and from 70 to 90; flash 2 s, yellow 3 s, all-red 2 s. */
const twoCycles = `
  10 1 1, 35 4 1, 35 7 1, 35 250 1, 37 8 1, 40 9 1, 40 10 1, 42 11 1
  42 1 2, 62 6 2, 62 7 2, 62 8 2, 65 9 2, 65 10 2, 70 11 2
  70 1 1, 90 5 1, 90 7 1, 90 8 1, 93.5 9 1, 93.5 10 1, 96 11 1
  96 1 2, 115 6 2, 115 7 2, 115 8 2, 118 9 2, 118 10 2, 120 11 2
  120 1 1`

describe('the measures of a signal group', () => {
  it('are greens, splits and clearances as counted by hand', () => {
    const measures = one(twoCycles, 130)
    expect(measures.coverage).toBe(1)
    expect(measures.gaps).toEqual([])
    expect(measures.cycle).toEqual(duration(60, 50))
    expect(group(measures, 'v-w')).toMatchObject({
      greens: 3,
      green: duration(25, 20),
      greenFlash: duration(2),
      yellow: duration(3, 3.5),
      redClearance: duration(2, 2.5),
      split: duration(32, 26),
      ends: { gapOut: 1, maxOut: 1, forceOff: 0, preemption: 0, unknown: 0 },
      // Known from its first event at 10 s on: 25 + 2 of flash, 20, and 10 of the last green.
      knownS: 120,
      greenShare: (27 + 20 + 10) / 120,
    })
    expect(group(measures, 'v-n')).toMatchObject({ greens: 2, green: duration(20, 19), ends: { forceOff: 2 } })
  })

  it('are walks, their delay and their clearance', () => {
    const measures = one('5 90 3, 7 89 3, 9 90 3, 30 21 3, 37 22 3, 45 23 3, 46 90 3, 90 21 3, 91 90 3', 100)
    expect(group(measures, 'p-n')).toMatchObject({
      ...{ kind: 'pedestrian', actuations: 4, greens: 2, green: duration(7), pedestrianClearance: duration(8) },
      ...{ split: duration(15), pedestrianDelay: duration(25, 44), arrivals: null, splitFailures: null },
    })
  })

  it('are arrivals on green, flash included, of the group whose detector it is', () => {
    const measures = one(
      '1 82 1, 2 81 1, 10 1 1, 12 82 1, 13 81 1, 35 7 1, 35 250 1, 36 82 1, 37 8 1, 38 82 2, 41 9 1, 41 10 1, 45 82 1',
      60,
    )
    // The one at 1 s came before anybody had seen the display.
    expect(group(measures, 'v-w')).toMatchObject({ arrivals: 4, arrivalsOnGreen: 2, arrivalsOnGreenShare: 2 / 3 })
    expect(group(measures, 'v-n')).toMatchObject({ arrivals: 1, arrivalsOnGreen: 0, arrivalsOnGreenShare: null })
    expect(group(measures, 'p-n')).toMatchObject({ arrivals: null, arrivalsOnGreenShare: null })
  })

  it('count a split failure where green and the first five seconds of red were covered by four fifths', () => {
    const green = (covered: string) =>
      group(one(`0 10 1, 10 1 1, 30 7 1, 30 8 1, 33 9 1, 33 10 1, ${covered}`, 60), 'v-w')
    const sorted = (covered: string) =>
      `${covered}, 10 1 1, 30 7 1, 30 8 1, 33 9 1, 33 10 1`
        .split(', ')
        .sort((a, b) => Number.parseFloat(a) - Number.parseFloat(b))
        .join(', ')
    const failures = (covered: string) => group(one(sorted(covered), 60), 'v-w')?.splitFailures
    expect(green('40 82 1')?.splitFailures).toBe(0)
    expect(failures('5 82 1')).toBe(1)
    expect(failures('5 82 1, 26 81 1, 33 82 1')).toBe(1)
    expect(failures('5 82 1, 25.9 81 1, 33 82 1')).toBe(0)
    expect(failures('5 82 1, 36.9 81 1')).toBe(0)
    expect(failures('5 82 1, 37 81 1')).toBe(1)
  })

  it('say nothing of what lasted longer than an hour', () => {
    const measures = one('10 1 1, 3700 7 1, 3700 8 1, 3703 9 1, 3703 10 1', 4000)
    expect(group(measures, 'v-w')).toMatchObject({ green: none, ends: { unknown: 0 }, knownS: 3600 + 300 })
  })
})

describe('the measures of pre-emptions', () => {
  it('run from call to entry, to green, through dwell and back into step', () => {
    const { preemption } = one('10 102 1, 10.5 105 1, 18 107 1, 30 104 1, 31 111 1, 40 150 6, 131 150 1', 200)
    expect(preemption).toMatchObject({
      ...{ calls: 1, entries: 1, maxPresences: 0, toEntry: duration(0.5), toGreen: duration(8), dwell: duration(13) },
      ...{ recovery: duration(100) },
    })
    expect(preemption.records).toEqual([
      {
        approach: 'w',
        calledAt: '2026-11-23T08:00:10.000Z',
        enteredAt: '2026-11-23T08:00:10.500Z',
        greenAt: '2026-11-23T08:00:18.000Z',
        exitAt: '2026-11-23T08:00:31.000Z',
        recoveredAt: '2026-11-23T08:02:11.000Z',
        end: 'recovered',
        maxPresence: false,
        wastedGreenS: 13,
      },
    ])
  })

  it('waste the green after the last vehicle over the detectors of the approach', () => {
    const wasted = (log: string) => one(log, 100).preemption.records[0]?.wastedGreenS
    expect(wasted('8 1 1, 10 105 1, 10 107 1, 15 82 1, 16 81 1, 17 82 2, 30 111 1, 31 150 1')).toBe(14)
    expect(wasted('8 1 1, 10 105 1, 10 107 1, 15 82 1, 30 111 1, 31 150 1')).toBe(0)
  })

  it('tell those that were displaced, not served, followed by another, or cut at the maximum presence', () => {
    const log = `
      1 102 1, 1 105 1, 5 107 1, 6 102 2, 6 111 1, 6 105 2, 12 107 2, 20 104 2, 21 111 2
      21 105 1, 25 107 1, 60 110 1, 60 111 1, 70 150 1, 80 102 2, 82 104 2`
    const { preemption } = one(log, 100)
    expect(preemption.records.map(({ approach, end, maxPresence }) => [approach, end, maxPresence])).toEqual([
      ['w', 'overridden', false],
      ['n', 'followed', false],
      ['w', 'recovered', true],
      ['n', 'not-served', false],
    ])
    expect(preemption).toMatchObject({ calls: 3, entries: 3, maxPresences: 1, dwell: duration(1, 9, 35) })
    // The displaced one waits from its first call on.
    expect(preemption.toGreen).toEqual(duration(4, 6, 24))
  })
})

describe('gaps', () => {
  it('are told, and nothing is measured across them', () => {
    const measures = measured(
      [drawn('10 1 1', 20), drawn('40 7 1, 40 8 1, 43 9 1, 43 10 1', 60, 30, 2)],
      [0, 100],
    )[0] as SignalMeasures
    expect(measures.coverage).toBe(0.5)
    expect(measures.gaps).toEqual([
      { from: '2026-11-23T08:00:20.000Z', to: '2026-11-23T08:00:30.000Z' },
      { from: '2026-11-23T08:01:00.000Z', to: '2026-11-23T08:01:40.000Z' },
    ])
    expect(group(measures, 'v-w')).toMatchObject({ green: none, knownS: 10 + 20 })
  })

  it('are not closed by a log that is told twice, nor by one of a clock that was set back', () => {
    const log = [
      drawn('10 1 1, 30 7 1, 30 8 1, 33 9 1, 33 10 1', 40),
      drawn('20 181 60, 22 1 1, 24 8 1, 50 1 1', 60, 20, 2),
    ]
    expect(group(measured(log, [0, 60])[0] as SignalMeasures, 'v-w')).toMatchObject({ green: duration(20), greens: 2 })
    const twice = [drawn('10 1 1', 20), drawn('10 1 1', 20, 0, 2), drawn('30 7 1', 40, 20, 3)]
    expect(measured(twice, [0, 60])[0]).toMatchObject({ coverage: 40 / 60 })
  })
})

const faces = [1, 4, 7, 8, 9, 10, 11, 21, 22, 23, 81, 82, 90, 150, 173, 250]

/** Any log whatever, sound or not, in stretches with and without gaps. A pre-emption lasts minutes, so pieces
 * of one that are an hour apart are no log that a window could be read from. */
const anyLog = (preemptions: 'whole' | 'in pieces') =>
  fc
    .array(
      fc.record({
        waitS: fc.oneof(
          { weight: 4, arbitrary: fc.integer({ min: 0, max: 20 }) },
          { weight: 1, arbitrary: fc.integer({ min: 0, max: 9000 }) },
        ),
        code: fc.oneof(
          { weight: 3, arbitrary: fc.constantFrom(1, 8, 82, 102) },
          fc.constantFrom(...faces, ...(preemptions === 'whole' ? [] : [104, 105, 107, 110, 111])),
        ),
        parameter: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 3 })),
        cut: fc.constantFrom('no', 'no', 'no', 'here', 'gap'),
      }),
      { minLength: 30, maxLength: 60 },
    )
    .map((steps) => {
      const stretches: Stretch[] = []
      let atMs = startMs
      let open: Stretch = { fromMs: atMs, toMs: atMs, seq: 1, events: [] }
      for (const { waitS, code, parameter, cut } of steps) {
        atMs += waitS * 1000
        const codes = code === 102 && preemptions === 'whole' ? [102, 105, 107, 104, 111] : [code]
        for (const [index, each] of codes.entries()) {
          if (index > 0) atMs += 7000
          open.events.push({ atMs, code: each, parameter })
        }
        if (cut === 'no') continue
        stretches.push({ ...open, toMs: atMs })
        const fromMs = cut === 'gap' ? atMs + 1000 : atMs
        atMs = fromMs
        open = { fromMs, toMs: fromMs, seq: stretches.length + 1, events: [] }
      }
      return [...stretches, { ...open, toMs: atMs }]
    })

/** Every figure that can be added up, by name. */
function sums(items: readonly SignalMeasures[]): Map<string, number> {
  const all = new Map<string, number>()
  const add = (name: string, value: number) => all.set(name, (all.get(name) ?? 0) + value)
  const walk = (name: string, value: unknown) => {
    if (typeof value === 'number' && !/Share|meanS|minS|maxS|coverage/.test(name)) add(name, value)
    else if (value !== null && typeof value === 'object') {
      const { count, meanS } = value as { count?: number; meanS?: number | null }
      if (count !== undefined && meanS !== undefined) add(`${name}.sum`, count * (meanS ?? 0))
      for (const [key, inner] of Object.entries(value)) walk(`${name}.${key}`, inner)
    }
  }
  for (const item of items) {
    add('covered', item.coverage * (fromTimestamp(item.to) - fromTimestamp(item.from)))
    for (const key of ['cycle', 'priority', 'flashes', 'manualControls'] as const) walk(key, item[key])
    for (const each of item.groups) walk(each.group, each)
    const { records, ...rest } = item.preemption
    walk('preemption', rest)
    add('records', records.length)
  }
  return all
}

describe('whatever the log', () => {
  const close = (a: Map<string, number>, b: Map<string, number>) => {
    for (const name of new Set([...a.keys(), ...b.keys()]))
      expect(a.get(name) ?? 0, name).toBeCloseTo(b.get(name) ?? 0, 3)
  }
  const cuts = fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 6 })

  it('adjacent buckets add up to the whole', () => {
    fc.assert(
      fc.property(anyLog('in pieces'), cuts, (log, between) => {
        const edges = [0, ...new Set(between.toSorted((a, b) => a - b)), 300_000]
        close(sums(measured(log, edges)), sums(measured(log, [0, 300_000])))
      }),
      { numRuns: 200 },
    )
  })

  it('a window read alone, with the hour before it, gives the same as the bucket of a longer one', () => {
    fc.assert(
      fc.property(anyLog('whole'), fc.noBias(fc.integer({ min: 0, max: 1000 })), (log, thousandths) => {
        const endS = ((log.at(-1) as Stretch).toMs - startMs) / 1000
        const second = Math.ceil((thousandths / 1000) * endS + 0.1)
        const fromMs = startMs + second * 1000
        const late = log.filter(({ toMs }) => toMs >= fromMs - 3_600_000)
        const [, bucket] = measured(log, [0, second, 300_000])
        close(sums([bucket as SignalMeasures]), sums(measured(late, [second, 300_000])))
      }),
      { numRuns: 200 },
    )
  })
})
