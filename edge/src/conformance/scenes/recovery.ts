import type { Examination } from '../examination.ts'
import { dwell, green } from './green.ts'

/** A pre-emption is over: the junction finds back to its clock. */
export async function recovery(exam: Examination): Promise<void> {
  const { verdicts, bounds, table, clock } = exam
  if (table.operation === 'free') {
    verdicts.doesNotApply(['recovery'], 'the table operates free, without a cycle')
    return
  }
  verdicts.begin('recovery')
  if (exam.releasedMs === undefined || exam.barred !== undefined) {
    const mission = await green(exam)
    if (!mission) return exam.skip(['recovery'])
    await dwell(exam, mission)
    await exam.cancel(mission)
    if (!(await exam.calm())) return exam.skip(['recovery'])
  }
  const releasedMs = exam.releasedMs ?? clock.now()
  const leftS = bounds.recoveryS - (clock.now() - releasedMs) / 1000
  const coordinated = await exam.until(() => exam.state?.mode === 'coordinated', leftS)
  const tookS = ((clock.now() - releasedMs) / 1000).toFixed(0)
  verdicts.judge('recovery', coordinated, `mode ${exam.state?.mode} ${tookS} s after the release`, exam.state)
}

/** Nothing but looking on: what the watches need where no other scene is run. */
export async function lookOn(exam: Examination): Promise<void> {
  await exam.until(() => false, exam.table.cycleS + exam.bounds.exitS)
}
