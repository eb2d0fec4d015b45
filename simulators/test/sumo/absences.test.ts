import type { SignalMode } from '@clearway/contracts'
import type { ControllerReport } from '@clearway/edge'
import { describe, expect, it } from 'vitest'
import { AbsenceWatch } from '../../src/sumo/absences.ts'

const lanes = [
  { lane: 'a_0', loop: 'straight', area: '', groups: ['v1'] },
  { lane: 'a_1', loop: 'left', area: '', groups: ['v1-2'] },
]
const report = (mode: SignalMode, served?: string): ControllerReport => ({
  display: {
    ...{ mode, stage: undefined, greenFlash: [], minEndMs: undefined, maxEndMs: undefined },
    groups: { v1: served ? 'protected-Movement-Allowed' : 'stop-And-Remain', 'v1-2': 'stop-And-Remain' },
  },
  preempt: { state: served ? 'dwell' : 'notActive', approach: served, exhausted: [] },
})

/** One second each: `.` in its plan, `e` entry, `p` green and a vehicle over the loop, `w` green and nobody, `r` on its way back. */
function watched(course: string, covered = 'straight') {
  const watch = new AbsenceWatch({ id: 'j-1' } as never, [{ junction: 'j-1', approach: 'a1', lanes }])
  for (const [atS, letter] of [...course].entries()) {
    const mode = { '.': 'coordinated', r: 'recovering' }[letter] ?? 'preempted'
    const served = 'pw'.includes(letter) ? 'a1' : undefined
    watch.observe(report(mode as SignalMode, served), atS, (loop) => letter === 'p' && loop === covered)
  }
  return watch.all
}

describe('a junction that is away from its plan', () => {
  it('is so from the begin of a pre-emption until it is back in step; its recovery begins with the release', () => {
    expect(watched('..eepprrrr..')).toEqual([
      { junction: 'j-1', enteredS: 2, releasedS: 6, recoveredS: 10, wastedGreenS: 0 },
    ])
  })

  it('is away once where a pre-emption follows another before it is back', () => {
    expect(watched('.epprreprr.')).toMatchObject([{ enteredS: 1, releasedS: 8, recoveredS: 10 }])
    expect(watched('.eprr.epr.')).toHaveLength(2)
  })

  it('is not back at the end of the run', () => {
    expect(watched('.epr')).toMatchObject([{ releasedS: 3, recoveredS: undefined }])
    expect(watched('.ep')).toMatchObject([{ releasedS: undefined, recoveredS: undefined }])
  })

  it('wastes green from the fourth second in which nobody comes by', () => {
    expect(watched('.epwwwwwpr.')).toMatchObject([{ wastedGreenS: 2 }])
    expect(watched('.ewwwwwr.')).toMatchObject([{ wastedGreenS: 1 }])
  })

  it('wastes green while only a lane is covered that it does not release', () => {
    expect(watched('.eppppppr.', 'left')).toMatchObject([{ wastedGreenS: 2 }])
  })
})
