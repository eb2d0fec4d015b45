import { channels, compile, devicePrefix } from '@clearway/contracts'
import type { DeviceConnect, DeviceLine } from '../centre-link.ts'
import type { Examination } from '../examination.ts'
import type { Verdicts } from '../verdicts.ts'

const keptWithinS = 3
const subscribedWithinS = 3
const checkStatus = compile(channels['signal/status'].body)

const byLine = ['client-id', 'user-name', 'protocol', 'subscription', 'will'] as const

/** The device comes: its CONNECT, its subscription, its birth. */
export async function connection(exam: Examination, district: string, device: string, waitS: number): Promise<void> {
  const { verdicts, link } = exam
  verdicts.begin('birth', ...byLine)
  await link.askRetained()
  const { line } = link
  const online = () => exam.statuses.some(({ body }) => body.state === 'online')
  const onLine = () => line === undefined || line.sessions.length > 0
  await exam.until(() => online() && onLine(), waitS)
  const born = online()
  if (!born) {
    verdicts.fail('birth', `no \`status\` online within ${waitS} s`)
    exam.barred = 'the device was never online'
  } else {
    await link.askRetained()
    const kept = await exam.until(
      () => exam.statuses.some(({ retained, body }) => retained && body.state === 'online'),
      keptWithinS,
    )
    const last = exam.statuses.at(-1)?.body
    verdicts.judge('birth', kept, kept ? 'online, kept by the broker' : 'online, but the broker does not keep it', last)
  }
  await judgeLine(exam, line, devicePrefix({ district, kind: 'signal', device }), device)
  if (exam.barred !== undefined) return
  if (!(await exam.until(() => exam.state !== undefined, waitS))) exam.barred = 'no state arrived'
  else if (!(await exam.until(() => exam.local, exam.bounds.recoveryS))) {
    exam.barred = `the controller does not run its plan: ${exam.shown()}`
  }
}

async function judgeLine(
  exam: Examination,
  line: DeviceLine | undefined,
  prefix: string,
  device: string,
): Promise<void> {
  const { verdicts } = exam
  if (!line?.readable) {
    verdicts.notRun([...byLine, 'own-topics', 'acknowledgement'], 'needs the device’s line: --listen or --through')
    return
  }
  const session = line.sessions.find(({ connect }) => connect !== undefined)
  if (!session?.connect) {
    verdicts.notRun(byLine, 'the device did not connect through the examiner')
    return
  }
  judgeConnect(verdicts, session.connect, prefix, device)
  const wanted = `${prefix}request`
  await exam.until(() => session.subscribed.some(({ topic }) => topic === wanted), subscribedWithinS)
  const seen = session.subscribed.map(({ topic, qos }) => `${topic} with QoS ${qos}`).join(', ') || 'no SUBSCRIBE'
  const own = session.subscribed.every(({ topic }) => topic.startsWith(prefix))
  // A filter of the device's own may stand for the channel.
  const hears = ({ topic, qos }: { topic: string; qos: number }) =>
    qos > 0 && [wanted, `${prefix}#`, `${prefix}+`].includes(topic)
  verdicts.judge('subscription', own && session.subscribed.some(hears), seen)
}

function judgeConnect(verdicts: Verdicts, connect: DeviceConnect, prefix: string, device: string): void {
  const { clientId, username, protocolVersion, will } = connect
  verdicts.judge('client-id', clientId.startsWith(device), `client id ${clientId}`)
  verdicts.judge('user-name', username === device, `user name ${username ?? 'not given'}`)
  verdicts.judge('protocol', protocolVersion === 4, `protocol level ${protocolVersion}`)
  if (!will) {
    verdicts.fail('will', 'no will')
    return
  }
  const { topic, qos, retain, payload } = will
  const seen = `${topic}, QoS ${qos}, ${retain ? '' : 'not '}retained: ${payload}`
  verdicts.judge('will', topic === `${prefix}status` && qos === 1 && retain && isDeath(String(payload)), seen)
}

function isDeath(text: string): boolean {
  try {
    const body: unknown = JSON.parse(text)
    return checkStatus.matches(body) && body.state === 'offline'
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
