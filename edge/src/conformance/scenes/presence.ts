import type { Examination } from '../examination.ts'
import type { Mission } from '../mission.ts'
import { green, noticeS, presenceLeftS } from './green.ts'
import { compatibleWay } from './ways.ts'

/** The device may count from the entry and not from the call. */
const presenceToleranceS = 3
const lock = ['max-presence', 'reservice-lock'] as const

/** One green held until it is taken away. */
export async function presence(exam: Examination): Promise<void> {
  const { verdicts } = exam
  const mission = await green(exam)
  if (!mission) return exam.skip(['compatible', ...lock])
  if (verdicts.wants('compatible')) await together(exam, mission)
  if (verdicts.wants(...lock)) await useUp(exam, mission)
  await exam.calm()
}

async function together(exam: Examination, mission: Mission): Promise<void> {
  exam.verdicts.begin('compatible')
  const other = exam.mission(compatibleWay(exam.table, mission.wish))
  await exam.begin(other, { renew: false })
  const lost = await exam.until(() => !exam.holds(mission), noticeS)
  const told = exam.told(other)
  const served = told === 'granted' || told === 'processing' || told === 'watchOtherTraffic'
  const seen = `the first told ${exam.told(mission)}, the second ${told ?? 'nothing'}, ${exam.shown()}`
  exam.verdicts.judge('compatible', !lost && served, seen, exam.answersTo(other).at(-1)?.body)
  await exam.cancel(other)
}

async function useUp(exam: Examination, mission: Mission): Promise<void> {
  const { verdicts, bounds } = exam
  verdicts.begin(...lock)
  const taken = () => exam.told(mission) === 'maxPresence'
  await exam.until(taken, presenceLeftS(exam, mission) + presenceToleranceS)
  const last = exam.answersTo(mission).at(-1)?.body
  const back = taken() && (await exam.until(() => exam.local, bounds.exitS))
  verdicts.judge('max-presence', back, `told ${last?.status}, ${exam.shown()}`, last)
  exam.silence(mission)
  if (!taken()) {
    verdicts.notRun(['reservice-lock'], 'the maximum presence was never reached')
    return
  }
  const { approach, exit, vehicle } = mission.wish
  const again = exam.mission({ approach, exit, vehicle })
  await exam.begin(again, { renew: false })
  await exam.until(() => exam.told(again) !== undefined, bounds.answerS)
  const moved = await exam.until(() => exam.state?.mode === 'preempted', noticeS)
  const seen = `told ${exam.told(again) ?? 'nothing'}, ${exam.shown()}`
  verdicts.judge(
    'reservice-lock',
    !moved && exam.told(again) === 'reserviceLocked',
    seen,
    exam.answersTo(again).at(-1)?.body,
  )
  await exam.cancel(again)
}
