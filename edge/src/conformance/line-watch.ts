import type { DeviceLine } from './centre-link.ts'
import type { Verdicts } from './verdicts.ts'

const acknowledgedWithinMs = 5000

/** Judges what was seen in the middle of the device's line over the whole run. */
export function judgeLine(line: DeviceLine | undefined, prefix: string, nowMs: number, verdicts: Verdicts): void {
  if (!line?.readable) {
    const reason = 'needs the device’s line in clear text: --listen or --through'
    verdicts.notRun(['own-topics', 'acknowledgement'], reason)
    return
  }
  const published = line.sessions.flatMap((session) => session.published)
  const foreign = published.find(({ topic }) => !topic.startsWith(prefix))
  if (foreign) verdicts.fail('own-topics', `a message on ${foreign.topic}`)
  else if (published.length > 0) verdicts.pass('own-topics', `${published.length} messages`)
  else verdicts.notRun(['own-topics'], 'the device published nothing through the examiner')
  const delivered = line.sessions.flatMap((session) =>
    session.delivered.map((message) => ({ ...message, endMs: session.closedMs ?? nowMs })),
  )
  const late = delivered.find(
    ({ atMs, acknowledgedMs, endMs }) => (acknowledgedMs ?? endMs) - atMs > acknowledgedWithinMs,
  )
  if (late) verdicts.fail('acknowledgement', `no PUBACK within 5 s for a message on ${late.topic}`)
  else if (delivered.length > 0) verdicts.pass('acknowledgement', `${delivered.length} messages`)
  else verdicts.notRun(['acknowledgement'], 'nothing was delivered with QoS 1')
}
