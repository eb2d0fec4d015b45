import { fromTimestamp } from '@clearway/contracts'
import type { ClauseId } from '../clauses.ts'
import type { Examination } from '../examination.ts'
import type { Mission, Way } from '../mission.ts'
import { redWay } from './ways.ts'

/** What is accepted or refused shows within this. */
export const noticeS = 1.5
/** A state that shows the green may come this much after the grant. */
const shownAfterS = 1

const refused = ['rejected', 'maxPresence', 'reserviceLocked']

interface GreenWish {
  way?: Way
  importance?: string
  /** Of the first message. */
  leaseS?: number
}

/**
 * Asks for a green from a calm junction and waits until it is granted and shown; the lease is renewed from then on.
 * Gives the verdicts of `request-answered` and `request-granted`.
 *
 * @returns undefined when there is no green, and the reason is in the verdicts
 */
export async function green(
  exam: Examination,
  { way, importance, leaseS }: GreenWish = {},
): Promise<Mission | undefined> {
  if (exam.barred !== undefined || !(await exam.calm())) return undefined
  const { bounds, verdicts } = exam
  const wish = { ...(way ?? redWay(exam)), ...(importance === undefined ? {} : { importance }) }
  const mission = exam.mission(wish)
  const begunMs = exam.clock.now()
  verdicts.begin('request-answered', 'request-granted')
  await exam.begin(mission, leaseS === undefined ? {} : { leaseS })
  if (!(await exam.until(() => exam.answersTo(mission).length > 0, bounds.answerS))) {
    verdicts.fail('request-answered', `no answer within ${bounds.answerS} s`, mission.sent[0])
    exam.barred = 'the device does not answer requests'
    await exam.cancel(mission)
    return undefined
  }
  const [first] = exam.answersTo(mission)
  const { sequence } = first?.body ?? {}
  const ours = mission.sent.some((message) => message.sequence === sequence)
  verdicts.judge('request-answered', ours, `${first?.body.status} to sequence ${sequence}`, first?.body)
  const decided = () => exam.told(mission) === 'granted' || refused.includes(exam.told(mission) ?? '')
  await exam.until(decided, bounds.entryS)
  const tookS = ((exam.clock.now() - begunMs) / 1000).toFixed(1)
  const last = exam.answersTo(mission).at(-1)?.body
  verdicts.judge('request-granted', last?.status === 'granted', `${last?.status} after ${tookS} s`, last)
  if (last?.status !== 'granted') {
    exam.barred = 'the device granted no request'
    await exam.cancel(mission)
    return undefined
  }
  // A grant that came too early is told apart by its own watch; what follows needs the green itself.
  await exam.until(() => exam.shows(mission), shownAfterS)
  await exam.until(() => exam.shows(mission), bounds.entryS)
  if (exam.reportsChanges === false) exam.barred = 'the device does not report changes when they happen'
  else if (!exam.shows(mission)) exam.barred = `the green of ${mission.group} is never shown`
  else if (!(await exam.until(() => exam.state?.mode === 'preempted', shownAfterS))) {
    exam.modeTells = false
    verdicts.fail('state-consistent', `mode ${exam.state?.mode} while ${mission.request} is granted`, exam.state)
  }
  if (exam.barred === undefined) return mission
  await exam.cancel(mission)
  return undefined
}

/** Waits until the green has had every minimum: whatever ends it would show at once. */
export async function dwell(exam: Examination, mission: Mission): Promise<void> {
  await exam.until(() => !exam.shows(mission), exam.bounds.dwellS)
}

/** Seconds that the device has to keep a green, counted from its request. */
export const presenceLeftS = (exam: Examination, mission: Mission): number =>
  (fromTimestamp(mission.sent[0]?.at ?? '') - exam.clock.now()) / 1000 + exam.bounds.maxPresenceS

/** Hands out a green that lasts for `needS` more seconds; undefined when there is none, and the reason is `exam.skip`'s. */
export type Held = (needS: number) => Promise<Mission | undefined>

/** One held green as long as it lasts, then another. */
export function holding(exam: Examination, wish: GreenWish): Held {
  let mission: Mission | undefined
  const lasts = (needS: number) => mission && exam.holds(mission) && presenceLeftS(exam, mission) > needS
  return async (needS) => {
    if (lasts(needS)) return mission
    mission = await green(exam, wish)
    if (mission) await dwell(exam, mission)
    return lasts(needS) ? mission : undefined
  }
}

/** Does something that must leave a held green alone, and looks whether it does. */
export async function leavesAlone(
  exam: Examination,
  id: ClauseId,
  held: Held,
  act: (mission: Mission) => Promise<void>,
): Promise<void> {
  if (!exam.verdicts.wants(id)) return
  const mission = await held(noticeS + 1)
  if (!mission) return exam.skip([id])
  exam.verdicts.begin(id)
  await act(mission)
  const lost = await exam.until(() => !exam.holds(mission), noticeS)
  exam.verdicts.judge(id, !lost, `told ${exam.told(mission)}, ${exam.shown()}`, lost ? exam.state : undefined)
}
