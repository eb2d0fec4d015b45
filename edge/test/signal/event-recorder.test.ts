import { compile, type JunctionTable, type MovementState, SignalEvents, toTimestamp } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import type { ControllerReport, PreemptState } from '../../src/index.ts'
import { type Demanded, EventRecorder, type LogStretch } from '../../src/signal/event-recorder.ts'
import { crossing, tee } from '../fixtures.ts'

const startMs = Date.parse('2026-11-23T08:15:00.000Z')
const nothing: Demanded = { preempt: [], priority: [] }

const states: Record<string, MovementState> = {
  G: 'permissive-Movement-Allowed',
  F: 'permissive-Movement-Allowed',
  Y: 'permissive-clearance',
  r: 'stop-And-Remain',
  '.': 'stop-And-Remain',
  c: 'caution-Conflicting-Traffic',
  d: 'dark',
}

interface Drawing {
  [group: string]: string
}

/** One report a second, drawn as a row of letters for each group: green, flashing, yellow, red. Others stay red. */
function reportsOf(
  table: JunctionTable,
  drawing: Drawing,
  more: (second: number) => Partial<ControllerReport> = () => ({}),
) {
  const seconds = Math.max(...Object.values(drawing).map(({ length }) => length))
  return Array.from({ length: seconds }, (_, second): ControllerReport => {
    const letter = (group: string) => drawing[group]?.[second] ?? 'r'
    const groups = Object.fromEntries(table.groups.map(({ id }) => [id, states[letter(id)] as MovementState]))
    const greenFlash = table.groups.map(({ id }) => id).filter((id) => letter(id) === 'F')
    return {
      display: { mode: 'coordinated', stage: undefined, groups, greenFlash, minEndMs: undefined, maxEndMs: undefined },
      preempt: { state: 'notActive', approach: undefined, exhausted: [] },
      ...more(second),
    }
  })
}

/** Entries as `second code parameter`. */
const told = (stretches: readonly LogStretch[]) =>
  stretches.flatMap(({ events }) =>
    events.map(({ at, code, parameter }) => `${(Date.parse(at) - startMs) / 1000} ${code} ${parameter}`),
  )

function record(
  table: JunctionTable,
  reports: readonly (ControllerReport | undefined)[],
  demanded = (_: number) => nothing,
) {
  const recorder = new EventRecorder(table)
  const stretches = reports.flatMap((report, second) =>
    recorder.observe(startMs + second * 1000, second * 1000, report, demanded(second)),
  )
  return [...stretches, ...recorder.end()]
}

describe('the log of the faces', () => {
  it('tells every change of a group with its codes, the clearance until the first conflicting green', () => {
    const table = tee()
    // Groups in the table: 1 v-e, 2 v-w, 3 v-s, 4 p-e.
    const log = record(
      table,
      reportsOf(table, { 'v-w': 'rGGGFFYYYrrrrrrr', 'v-s': 'rrrrrrrrrrrGGYYr', 'p-e': 'rrrrrrrrrrrGYYrr' }),
    )
    expect(told(log)).toEqual([
      ...['1 1 2', '4 6 2', '4 7 2', '4 250 2', '6 8 2', '9 9 2', '9 10 2'],
      ...['11 11 2', '11 1 3', '11 21 4', '12 22 4', '13 6 3', '13 7 3', '13 8 3', '14 23 4', '15 9 3', '15 10 3'],
    ])
  })

  it('tells what the controller is about: hand, flash and the way back into step', () => {
    const table = tee()
    const modes = ['coordinated', 'manual', 'manual', 'recovering', 'coordinated', 'flash', 'recovering'] as const
    const reports = reportsOf(table, { 'v-e': '.......' }).map((report, index) => ({
      ...report,
      display: { ...report.display, mode: modes[index] as 'flash' },
    }))
    expect(told(record(table, reports))).toEqual([
      ...['1 178 1', '3 178 0', '3 150 6', '4 150 1', '5 173 1', '6 173 2', '6 150 6'],
    ])
  })

  it('says why an actuated green ended: by gap, at its longest, by a pre-emption', () => {
    const actuated: JunctionTable = { ...tee(), operation: 'free' }
    const green = (second: number, maxEndS: number, state: PreemptState = 'notActive'): Partial<ControllerReport> => ({
      display: {
        ...(reportsOf(actuated, { 'v-s': 'GGGY' })[second] as ControllerReport).display,
        timing: { 'v-s': { minEndMs: startMs, maxEndMs: startMs + maxEndS * 1000 } },
      },
      preempt: { state: second < 3 ? 'notActive' : state, approach: 'w', exhausted: [] },
      detectors: [],
    })
    const causes = (maxEndS: number, state?: PreemptState) =>
      told(
        record(
          actuated,
          reportsOf(actuated, { 'v-s': 'GGGY' }, (second) => green(second, maxEndS, state)),
        ),
      ).slice(0, 1)
    expect(causes(30)).toEqual(['3 4 3'])
    expect(causes(3)).toEqual(['3 5 3'])
    expect(causes(30, 'entryStarted')).toEqual(['3 20 3'])
  })
})

describe('the log of pre-emptions', () => {
  const table = crossing()
  const [n, w] = ['n', 'w'].map((id) => table.approaches.findIndex((approach) => approach.id === id) + 1)
  const states = (rows: [PreemptState, string | undefined, string[]?][], calls: string[][]) => {
    const reports = reportsOf(table, { 'v-n': '.'.repeat(rows.length) }, (second) => {
      const [state, approach, exhausted = []] = rows[second] as (typeof rows)[number]
      return { preempt: { state, approach, exhausted } }
    })
    return told(
      record(table, reports, (second) => ({
        preempt: (calls[second] ?? []).map((approach) => ({ approach, urgency: 1 })),
        priority: [],
      })),
    )
  }

  it('tells call, entry, dwell, end of the call and exit', () => {
    const log = states(
      [
        ['notActive', undefined],
        ['entryStarted', 'n'],
        ['dwell', 'n'],
        ['dwell', 'n'],
        ['exitStarted', 'n'],
        ['notActive', undefined],
      ],
      [[], ['n'], ['n'], [], [], []],
    )
    expect(log).toEqual([`1 102 ${n}`, `1 105 ${n}`, `2 107 ${n}`, `3 104 ${n}`, `4 111 ${n}`])
  })

  it('tells the exit of one that is displaced, and its new entry', () => {
    const log = states(
      [
        ['notActive', undefined],
        ['dwell', 'n'],
        ['entryStarted', 'w'],
        ['dwell', 'n'],
      ],
      [['n'], ['n'], ['n', 'w'], ['n']],
    )
    expect(log).toEqual([
      ...[`1 105 ${n}`, `1 107 ${n}`, `2 102 ${w}`, `2 111 ${n}`, `2 105 ${w}`],
      ...[`3 104 ${w}`, `3 111 ${w}`, `3 105 ${n}`, `3 107 ${n}`],
    ])
  })

  it('tells the maximum presence, and each of those served together', () => {
    expect(
      states(
        [
          ['dwell', 'n'],
          ['maxPresence', undefined, ['n']],
        ],
        [['n'], ['n']],
      ),
    ).toEqual([`1 110 ${n}`, `1 111 ${n}`])
    const together = reportsOf(table, { 'v-n': '..' }, (second) =>
      second === 0 ? {} : { preempt: { state: 'dwell', approach: 'n', together: ['s'], exhausted: [] } },
    )
    expect(told(record(table, together))).toEqual(['1 105 1', '1 107 1', '1 105 3', '1 107 3'])
  })
})

it('tells detectors and push buttons by their place, transit priority by its approach', () => {
  const table: JunctionTable = {
    ...tee(),
    detectors: [
      { id: 'loop', kind: 'vehicle', groups: ['v-s'] },
      { id: 'button', kind: 'pedestrian', groups: ['p-e'] },
    ],
  }
  const on = [[], ['loop'], ['loop', 'button'], []]
  const reports = reportsOf(table, { 'v-s': '....' }, (second) => ({
    detectors: on[second] as string[],
    priority: { state: second === 2 ? 'earlyGreen' : 'notActive', approach: 'w', lockedMs: 0 },
  }))
  const bus = { preempt: [], priority: [{ approach: 'w', exit: 'e', urgency: 1 }] }
  expect(told(record(table, reports, (second) => (second === 2 ? bus : nothing)))).toEqual([
    ...['1 82 1', '2 112 2', '2 113 2', '2 90 2', '3 115 2', '3 81 1', '3 89 2'],
  ])
})

it('gives an overlap the codes of overlaps', () => {
  const table = tee()
  const withOverlap = { ...table, rings: { phases: [], rings: [], overlaps: [{ group: 'v-w', phases: [2], redS: 1 }] } }
  const log = record(withOverlap, reportsOf(table, { 'v-w': 'rGYrr', 'v-s': 'rrrrG' }))
  expect(told(log)).toEqual(['1 61 2', '2 63 2', '3 64 2', '4 65 2', '4 1 3'])
})

describe('the stretches of the log', () => {
  const table = tee()
  const quiet = (seconds: number) => reportsOf(table, { 'v-e': '.'.repeat(seconds) })

  it('follow each other without a hole, every ten seconds with events and every minute without', () => {
    const busy = reportsOf(table, { 'v-e': `r${'GY'.repeat(10)}` })
    const log = record(table, [...busy, ...quiet(140)])
    expect((log[0] as LogStretch).sinceMs).toBe(startMs)
    for (const [index, { sinceMs }] of log.slice(1).entries()) expect(sinceMs).toBe(log[index]?.untilMs)
    const lengths = log.map(({ sinceMs, untilMs, events }) => [(untilMs - sinceMs) / 1000, events.length > 0])
    expect(lengths.slice(0, 2)).toEqual([
      [10, true],
      [10, true],
    ])
    expect(lengths.slice(-3)).toEqual([
      [60, false],
      [60, false],
      [10, false],
    ])
  })

  it('leave a hole where the controller did not answer', () => {
    const log = record(table, [...quiet(5), undefined, undefined, ...quiet(5)])
    expect(log.map(({ sinceMs, untilMs }) => [(sinceMs - startMs) / 1000, (untilMs - startMs) / 1000])).toEqual([
      [0, 4],
      [7, 11],
    ])
  })

  it('begin anew when the clock is set, and say so', () => {
    const recorder = new EventRecorder(table)
    const [red, green] = reportsOf(table, { 'v-e': 'rG' })
    recorder.observe(startMs, 0, red, nothing)
    const [before] = recorder.observe(startMs + 301_000, 1000, green, nothing)
    expect(before).toEqual({ sinceMs: startMs, untilMs: startMs, events: [] })
    expect(told(recorder.end())).toEqual(['301 181 255', '301 1 1'])
  })

  it('are messages of the contract whatever one step brings', () => {
    const groups = Array.from({ length: 130 }, (_, i) => ({
      ...(table.groups[0] as JunctionTable['groups'][number]),
      id: `g${i}`,
    }))
    const many = { ...table, groups, intergreens: [] }
    const rows = Object.fromEntries(groups.map(({ id }) => [id, 'rGr']))
    const log = record(many, reportsOf(many, rows))
    const check = compile(SignalEvents)
    for (const { sinceMs, untilMs, events } of log) {
      check.require({ id: '1', at: toTimestamp(untilMs), since: toTimestamp(sinceMs), events }, 'message')
    }
    expect(told(log)).toHaveLength(130 + 3 * 130)
  })
})
