import { signalEventCode as code, type JunctionTable, type SignalEvent, toTimestamp } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { recordedRun } from '../../src/junction/recorded-run.ts'

const startMs = Date.parse('2026-11-23T08:00:00.000Z')
const event = (atS: number, what: number, parameter: number): SignalEvent => ({
  at: toTimestamp(startMs + atS * 1000),
  code: what,
  parameter,
})
const table = {
  groups: [
    { id: 'v-n', kind: 'vehicle' },
    { id: 'p-n', kind: 'pedestrian' },
  ],
  approaches: [{ id: 'n' }, { id: 'e' }],
} as JunctionTable
const between = (fromS: number, toS: number, events: SignalEvent[]) =>
  recordedRun(table, events, startMs + fromS * 1000, startMs + toS * 1000)
const drawn = (spans: readonly { state: string; fromMs: number; toMs: number }[]) =>
  spans.map(({ state, fromMs, toMs }) => `${state} ${(fromMs - startMs) / 1000}–${(toMs - startMs) / 1000}`)

describe('a recorded run', () => {
  it('has for every face what it showed and until when', () => {
    const { rows } = between(0, 60, [
      event(5, code.phaseBeginGreen, 1),
      event(20, code.groupBeginGreenFlash, 1),
      event(23, code.phaseBeginYellow, 1),
      event(26, code.phaseBeginRedClearance, 1),
      event(28, code.phaseEndRedClearance, 1),
      event(0, code.pedestrianBeginDontWalk, 2),
    ])
    expect(drawn(rows[0]!.spans)).toEqual([
      'unknown 0–5',
      'green 5–20',
      'green-flash 20–23',
      'yellow 23–26',
      'red 26–60',
    ])
    expect(drawn(rows[1]!.spans)).toEqual(['red 0–60'])
  })

  it('knows what was shown at its start from events before', () => {
    const { rows } = between(30, 40, [event(5, code.phaseBeginGreen, 1)])
    expect(drawn(rows[0]!.spans)).toEqual(['green 30–40'])
  })

  it('invents nothing where nothing was recorded', () => {
    expect(drawn(between(0, 10, []).rows[0]!.spans)).toEqual(['unknown 0–10'])
  })

  it('follows a pre-emption from its call to the junction in step again', () => {
    const { preemptions } = between(0, 300, [
      event(10, code.preemptCallOn, 2),
      event(10.5, code.preemptEntry, 2),
      event(20, code.preemptDwell, 2),
      event(40, code.preemptCallOff, 2),
      event(45, code.preemptExit, 2),
      event(45, code.coordinationState, 6),
      event(160, code.coordinationState, 1),
      event(200, code.preemptCallOn, 1),
    ])
    const seconds = (ms: number | undefined) => (ms === undefined ? undefined : (ms - startMs) / 1000)
    const [first, second] = preemptions
    expect(first).toMatchObject({ approach: 'e', maxPresence: false })
    expect(
      [first!.callOnMs, first!.entryMs, first!.dwellMs, first!.callOffMs, first!.exitMs, first!.recoveredMs].map(
        seconds,
      ),
    ).toEqual([10, 10.5, 20, 40, 45, 160])
    expect(second).toMatchObject({ approach: 'n' })
    expect(second!.recoveredMs).toBeUndefined()
  })

  it('is not in step before the pre-emption has ended', () => {
    const { preemptions } = between(0, 60, [
      event(10, code.preemptCallOn, 2),
      event(11, code.coordinationState, 1),
      event(12, code.preemptEntry, 2),
    ])
    expect(preemptions[0]!.recoveredMs).toBeUndefined()
  })
})
