import { payloadLimit, type SignalRequest, toTimestamp } from '@clearway/contracts'
import type { ClauseId } from '../clauses.ts'
import type { Examination } from '../examination.ts'
import { noticeS } from './green.ts'
import { redWay } from './ways.ts'

/** A device that lives reports within its period. */
const aliveWithinS = 6
const returnsWithinS = 60

const all = [
  'unknown-approach',
  'unreachable-exit',
  'arrival-window',
  'expired-message',
  'garbage',
  'oversize',
] as const

/** No JSON, JSON of the wrong kind, and a request that is none. */
const rubbish: readonly (string | Buffer)[] = [
  '',
  '{"request":',
  'null',
  '[]',
  '"new"',
  '{"id":7,"type":"open"}',
  Buffer.from([0xff, 0xfe, 0x00, 0x7b, 0xc3]),
]

/** What can never be served. Nothing here may move the junction, so the recovery may go on meanwhile. */
export async function refusals(exam: Examination): Promise<void> {
  const { table, clock } = exam
  if (exam.barred !== undefined || !(await exam.calm())) return exam.skip(all)
  const way = redWay(exam)
  const nowhere = 'nowhere'
  await refused(exam, 'unknown-approach', { approach: nowhere }, ['approach'])
  const { exits = [] } = table.approaches.find(({ id }) => id === way.approach) ?? {}
  const elsewhere = table.exits.find(({ id }) => !exits.includes(id))?.id ?? nowhere
  await refused(exam, 'unreachable-exit', { exit: elsewhere }, ['exit'])
  const soon = (s: number) => toTimestamp(clock.now() + s * 1000)
  const window = { arrivalEarliest: soon(40), arrivalLatest: soon(20) }
  await refused(exam, 'arrival-window', window, ['arrivalLatest', 'arrivalEarliest'])
  await ignored(exam, 'expired-message', (message) => {
    const expired = { ...message, at: soon(-10), expiresAt: soon(-5) }
    return [JSON.stringify(expired)]
  })
  await ignored(exam, 'garbage', () => rubbish)
  await ignored(exam, 'oversize', (message) => {
    return [JSON.stringify({ ...message, padding: 'x'.repeat(payloadLimit.accepted) })]
  })
}

/** A request with one wrong field. */
async function refused(
  exam: Examination,
  id: ClauseId,
  wrong: Partial<SignalRequest>,
  fields: readonly string[],
): Promise<void> {
  const { verdicts, bounds } = exam
  if (!verdicts.wants(id)) return
  verdicts.begin(id)
  const mission = exam.mission(redWay(exam))
  await exam.send({ ...mission.next('new', exam.clock.now(), bounds.leaseS), ...wrong })
  const decided = () => exam.told(mission) === 'rejected' || exam.state?.mode === 'preempted'
  await exam.until(decided, bounds.answerS)
  const answer = exam.answersTo(mission).at(-1)?.body
  const named = fields.some((field) => answer?.reason?.includes(field))
  const seen = answer ? `${answer.status}: ${answer.reason ?? 'no reason'}` : `no answer, ${exam.shown()}`
  verdicts.judge(id, answer?.status === 'rejected' && named, seen, answer)
  await settle(exam, mission)
}

/** Messages that may be ignored: the device lives on, and no junction moves for them. */
async function ignored(
  exam: Examination,
  id: 'expired-message' | 'garbage' | 'oversize',
  messages: (request: SignalRequest) => readonly (string | Buffer)[],
): Promise<void> {
  const { verdicts, bounds, link, clock, table } = exam
  if (!verdicts.wants(id)) return
  if (exam.barred !== undefined) return exam.skip([id])
  verdicts.begin(id)
  const mission = exam.mission(redWay(exam))
  const request = mission.next('new', clock.now(), bounds.leaseS)
  const sentMs = clock.now()
  for (const message of messages(request)) await link.send('request', message)
  const moved = await exam.until(() => exam.state?.mode === 'preempted', 2 * noticeS)
  const lives = () => exam.states.some(({ receivedMs }) => receivedMs > sentMs)
  // One that was failed for reporting changes only is not failed again for it: the next change comes within a cycle.
  const silentS = verdicts.failed('state-period') ? Math.max(aliveWithinS, table.cycleS) : aliveWithinS
  const alive = await exam.until(lives, silentS - 2 * noticeS)
  const reborn = exam.statuses.some(({ retained, receivedMs }) => !retained && receivedMs > sentMs)
  const answer = exam.told(mission)
  const seen = [alive ? 'went on reporting' : 'fell silent', reborn ? 'broke the connection' : '', exam.shown()]
  const good = !moved && alive && !reborn && (answer === undefined || answer === 'rejected')
  verdicts.judge(id, good, seen.filter(Boolean).join(', '), exam.answersTo(mission).at(-1)?.body)
  const back = await exam.until(() => exam.status?.body.state !== 'offline', returnsWithinS)
  if (!back) exam.barred = `the device has not come back since ${id}`
  else await settle(exam, mission)
}

/** Takes back what should not have been taken. */
async function settle(exam: Examination, mission: Parameters<Examination['cancel']>[0]): Promise<void> {
  if (exam.state?.mode !== 'preempted') return
  await exam.cancel(mission)
  await exam.calm()
}
