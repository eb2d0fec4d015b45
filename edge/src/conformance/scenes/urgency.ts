import type { Examination } from '../examination.ts'
import type { Mission } from '../mission.ts'
import { type Held, holding, noticeS } from './green.ts'
import { conflictingWay, redWay } from './ways.ts'

const asksForS = 3
const heldUpMs = 90_000

const priority = ['equal-waits', 'stopping-distance', 'more-urgent-wins', 'displaced-told'] as const

/** Who gives way to whom. */
export async function urgency(exam: Examination): Promise<void> {
  const { verdicts, table } = exam
  if (verdicts.wants('bus-never-preempts')) await bus(exam)
  const way = redWay(exam)
  const across = conflictingWay(table, way)
  if (!across) {
    verdicts.doesNotApply(priority, 'the table has no conflicting approaches')
    return
  }
  const held = holding(exam, { way, importance: '1/4' })
  const keeps = async (
    id: 'equal-waits' | 'bus-never-preempts',
    wish: { role: 'bus' | 'ambulance'; importance: string },
  ) => {
    if (!verdicts.wants(id)) return
    const first = await held(noticeS + 1)
    if (!first) return exam.skip([id])
    verdicts.begin(id)
    await holdUp(exam, first)
    const second = exam.mission({ ...across, ...wish })
    await exam.begin(second, { renew: false })
    const lost = await exam.until(() => !exam.holds(first), noticeS)
    const told = exam.told(second)
    const seen = `the first told ${exam.told(first)}, the second ${told ?? 'nothing'}, ${exam.shown()}`
    verdicts.judge(
      id,
      !lost && (id === 'bus-never-preempts' || told === 'watchOtherTraffic'),
      seen,
      exam.answersTo(second).at(-1)?.body,
    )
    await exam.cancel(second)
  }
  await keeps('equal-waits', { role: 'ambulance', importance: '1/4' })
  await keeps('bus-never-preempts', { role: 'bus', importance: '1/1' })
  if (verdicts.wants('stopping-distance', 'more-urgent-wins', 'displaced-told')) await displace(exam, held, across)
  await exam.calm()
}

/** A bus alone at a calm junction, with an importance that is not its own. */
async function bus(exam: Examination): Promise<void> {
  if (exam.barred !== undefined || !(await exam.calm())) return exam.skip(['bus-never-preempts'])
  exam.verdicts.begin('bus-never-preempts')
  const mission = exam.mission({ ...redWay(exam), role: 'bus', importance: '1/1' })
  await exam.begin(mission, { renew: false })
  const moved = await exam.until(() => exam.state?.mode === 'preempted', asksForS)
  exam.verdicts.judge(
    'bus-never-preempts',
    !moved,
    `told ${exam.told(mission) ?? 'nothing'}, ${exam.shown()}`,
    moved ? exam.state : undefined,
  )
  await exam.cancel(mission)
}

/** Its vehicle is far from its stopping distance: only urgency decides. */
async function holdUp(exam: Examination, mission: Mission): Promise<void> {
  mission.earliestMs = exam.clock.now() + heldUpMs
  mission.latestMs = mission.earliestMs + heldUpMs
  await exam.update(mission)
}

async function displace(exam: Examination, held: Held, across: { approach: string; exit: string }): Promise<void> {
  const { verdicts, clock, bounds } = exam
  const first = await held(2 * noticeS + 2)
  if (!first) return exam.skip(['stopping-distance', 'more-urgent-wins', 'displaced-told'])
  verdicts.begin('stopping-distance')
  first.earliestMs = clock.now()
  await exam.update(first)
  const second = exam.mission({ ...across, importance: '1/1', role: 'fire' })
  await exam.begin(second)
  const lost = await exam.until(() => !exam.shows(first), 2 * noticeS)
  verdicts.judge('stopping-distance', !lost, exam.shown(), lost ? exam.state : undefined)

  verdicts.begin('more-urgent-wins', 'displaced-told')
  await holdUp(exam, first)
  const won = await exam.until(() => exam.holds(second), bounds.entryS)
  const told = exam.answersTo(first).map(({ body }) => body.status)
  verdicts.judge(
    'more-urgent-wins',
    won,
    `told ${exam.told(second) ?? 'nothing'}, ${exam.shown()}`,
    exam.answersTo(second).at(-1)?.body,
  )
  if (!won) return exam.skip(['displaced-told'])
  const ended = told.at(-1)
  verdicts.judge(
    'displaced-told',
    ended === 'watchOtherTraffic',
    `the displaced was told ${told.join(', ')}`,
    exam.answersTo(first).at(-1)?.body,
  )
}
