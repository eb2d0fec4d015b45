import { fromTimestamp, type SignalEvents } from '@clearway/contracts'
import type { DeviceLine } from '../centre-link.ts'
import type { Examination } from '../examination.ts'
import { dwell, green } from './green.ts'

const diesWithinS = 10
const returnsWithinS = 60
const reportsWithinS = 10
const keptWithinS = 3
/** Of the high-resolution log: the call goes off, the exit begins. */
const endOfPreemption = [104, 111]

const ofTheLine = ['lost-link', 'death', 'reconnect', 'resend'] as const

/** The line breaks while a green is held, stays broken for as long as the green may last, and is mended. */
export async function outage(exam: Examination): Promise<void> {
  const { verdicts, link, bounds, clock } = exam
  const { line } = link
  if (!line) {
    verdicts.notRun(ofTheLine, 'needs the device’s line: --listen or --through')
    return
  }
  if (!line.sessions.some(({ closedMs }) => closedMs === undefined)) {
    verdicts.notRun(ofTheLine, 'the device is not connected through the examiner: point it there')
    return
  }
  const mission = await green(exam)
  if (mission) await dwell(exam, mission)
  else exam.skip(['lost-link', 'resend'])
  const unacknowledged = mission && verdicts.wants('resend') ? await leaveOne(exam, line) : undefined
  if (mission) {
    exam.silence(mission)
    await exam.update(mission)
  }
  const cutMs = clock.now()
  verdicts.begin('lost-link', 'death', 'reconnect', 'resend')
  line.cut()
  exam.interrupt()
  await judgeDeath(exam, cutMs)
  const attemptsBefore = line.sessions.length
  const passedS = (clock.now() - cutMs) / 1000
  const outageS = bounds.leaseS + bounds.dwellS + bounds.exitS
  await exam.until(() => false, outageS - passedS)
  const attempts = line.sessions.length - attemptsBefore
  const mendMs = clock.now()
  line.withhold(false)
  line.mend()
  const born = () => exam.status?.body.state === 'online' && exam.status.receivedMs >= mendMs
  const back = await exam.until(born, returnsWithinS)
  const tookS = ((clock.now() - mendMs) / 1000).toFixed(1)
  const seen = `${attempts} attempts in ${(outageS - passedS).toFixed(0)} s, ${back ? `back after ${tookS} s` : 'never back'}`
  verdicts.judge('reconnect', back && attempts <= Math.ceil(outageS - passedS) + 1, seen)
  if (!back) {
    exam.barred = 'the device did not come back after the outage'
    return
  }
  if (mission) await judgeStreet(exam, cutMs, mendMs)
  if (unacknowledged !== undefined) {
    const again = await exam.until(() => unacknowledged.count() > 1, reportsWithinS)
    verdicts.judge('resend', again, `${unacknowledged.id} came ${unacknowledged.count()} times`)
  }
}

/** Has the device send an answer that is never acknowledged. */
async function leaveOne(exam: Examination, line: DeviceLine) {
  if (!line.readable) {
    exam.verdicts.notRun(['resend'], 'needs a line in clear text')
    return undefined
  }
  line.withhold(true)
  // Any answer will do; this one moves nothing.
  const probe = exam.mission({ approach: 'nowhere', exit: 'nowhere' })
  await exam.begin(probe, { renew: false })
  await exam.until(() => exam.answersTo(probe).length > 0, exam.bounds.answerS)
  const id = exam.answersTo(probe).at(-1)?.body.id
  if (id !== undefined) return { id, count: () => exam.copiesOf(id) }
  exam.verdicts.notRun(['resend'], 'the device sent nothing that could be sent again')
  return undefined
}

async function judgeDeath(exam: Examination, cutMs: number): Promise<void> {
  const { verdicts, link } = exam
  const dead = () => exam.status?.body.state === 'offline' && exam.status.receivedMs >= cutMs
  if (!(await exam.until(dead, diesWithinS))) {
    verdicts.fail('death', `no \`status\` offline within ${diesWithinS} s of the cut`)
    return
  }
  await link.askRetained()
  const kept = () => exam.statuses.some(({ retained, receivedMs }) => retained && receivedMs >= cutMs)
  const isKept = await exam.until(kept, keptWithinS)
  const last = exam.statuses.at(-1)?.body
  verdicts.judge('death', isKept && last?.state === 'offline', isKept ? 'offline, kept' : 'offline, not kept', last)
}

/** Where was the junction while nobody saw it? By its first state, and by its log where it keeps one. */
async function judgeStreet(exam: Examination, cutMs: number, mendMs: number): Promise<void> {
  const { verdicts, bounds } = exam
  const first = () => exam.states.find(({ receivedMs }) => receivedMs >= mendMs)
  await exam.until(() => first() !== undefined, reportsWithinS)
  const body = first()?.body
  const local = body?.mode === 'coordinated' || body?.mode === 'recovering'
  const logged = exam.events
    .flatMap((message) => (message.body as unknown as SignalEvents).events)
    .filter(({ code, at }) => endOfPreemption.includes(code) && fromTimestamp(at) >= cutMs)
    .map(({ at }) => (fromTimestamp(at) - cutMs) / 1000)
  const endedS = logged.length > 0 ? Math.min(...logged) : undefined
  const inTime = endedS === undefined || endedS <= bounds.leaseS + bounds.dwellS + bounds.exitS
  const log = endedS === undefined ? '' : `, by its log released ${endedS.toFixed(1)} s after the cut`
  verdicts.judge('lost-link', local && inTime, `first state in mode ${body?.mode ?? 'unknown'}${log}`, body)
}
