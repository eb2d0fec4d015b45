import type { Examination } from '../examination.ts'
import { green, type Held, holding, leavesAlone, noticeS } from './green.ts'
import { conflictingWay, redWay } from './ways.ts'

/** The lease of a first message that is to be replayed: it must not be refused for being late alone. */
const longLeaseS = 90
const cancelLeaseS = 10
/** A cancel shows in this time, long before the lease would end. */
const cancelShowsS = 4

/** One request from `new` to `cancel`, with everything that must not move it. */
export async function exchange(exam: Examination): Promise<void> {
  const { verdicts, clock, table, bounds } = exam
  const way = redWay(exam)
  const held = holding(exam, { way, leaseS: longLeaseS })
  if (verdicts.wants('request-answered', 'request-granted')) await held(0)
  if (verdicts.wants('update-keeps')) await keepOn(exam, held)

  await leavesAlone(exam, 'duplicate', held, async (mission) => {
    const last = mission.sent.at(-1)
    if (!last) return
    await exam.send(last)
    await exam.send({ ...last, id: `${last.id}:again` })
  })

  const elsewhere = conflictingWay(table, way)
  if (elsewhere) {
    await leavesAlone(exam, 'stale-update', held, async (mission) => {
      const stale = mission.message('update', 1, clock.now(), bounds.leaseS)
      await exam.send({ ...stale, ...elsewhere })
    })
  } else verdicts.doesNotApply(['stale-update'], 'the table has no conflicting approaches')

  await leavesAlone(exam, 'stale-cancel', held, async (mission) => {
    await exam.update(mission)
    await exam.send(mission.message('cancel', mission.sequence - 1, clock.now(), bounds.leaseS))
  })

  if (!verdicts.wants('cancel-releases', 'replayed-new')) return
  const mission = await held(cancelShowsS)
  if (!mission) return exam.skip(['cancel-releases', 'replayed-new'])
  verdicts.begin('cancel-releases')
  exam.silence(mission)
  await exam.update(mission, cancelLeaseS)
  await exam.cancel(mission)
  const begun = await exam.until(() => !exam.shows(mission) || exam.local, cancelShowsS)
  const ended = begun && (await exam.until(() => exam.local, bounds.exitS))
  verdicts.judge('cancel-releases', ended, exam.shown(), exam.state)

  verdicts.begin('replayed-new')
  if (!(await exam.calm())) return exam.skip(['replayed-new'])
  const [first] = mission.sent
  if (!first) return
  const answered = exam.answersTo(mission).length
  await exam.send(first)
  const served = () =>
    exam.state?.mode === 'preempted' ||
    exam
      .answersTo(mission)
      .slice(answered)
      .some(({ body }) => body.status !== 'rejected')
  const moved = await exam.until(served, 2 * noticeS)
  verdicts.judge('replayed-new', !moved, exam.shown(), moved ? exam.answersTo(mission).at(-1)?.body : undefined)
  if (moved) await exam.cancel(mission)
}

/** Updates and nothing else, for longer than the lease. */
async function keepOn(exam: Examination, held: Held): Promise<void> {
  const { verdicts, bounds } = exam
  const mission = await held(bounds.leaseS + 2)
  if (!mission) return exam.skip(['update-keeps'])
  verdicts.begin('update-keeps')
  const lost = await exam.until(() => !exam.holds(mission), bounds.leaseS + 1)
  verdicts.judge('update-keeps', !lost, `told ${exam.told(mission)}, ${exam.shown()}`, lost ? exam.state : undefined)
  if (lost) exam.barred = 'updates do not keep the green'
}

/** Silence of the centre: the lease is not renewed any more. */
export async function lease(exam: Examination): Promise<void> {
  const { bounds, verdicts } = exam
  const mission = await green(exam)
  if (!mission) return exam.skip(['lease-expires'])
  verdicts.begin('lease-expires')
  exam.silence(mission)
  await exam.update(mission)
  const ended = await exam.until(() => exam.local, bounds.leaseS + bounds.dwellS + bounds.exitS)
  verdicts.judge('lease-expires', ended, exam.shown(), exam.state)
  if (!ended) await exam.cancel(mission)
}
