import {
  type Check,
  channels,
  compile,
  type DeviceKind,
  fromTimestamp,
  PeerError,
  payloadLimit,
} from '@clearway/contracts'

const checks = new Map<string, Check<unknown>>(
  Object.entries(channels)
    .filter(([, { sentBy }]) => sentBy === 'gateway')
    .map(([key, { body }]) => [key, compile(body)]),
)

/**
 * The door for downward messages: checked here, trusted afterwards.
 *
 * @throws PeerError `too-large`, `malformed-json`, `unknown-channel`, `schema` or `expired`, naming channel and field
 */
export function admit(kind: DeviceKind, channel: string, payload: Buffer, nowMs: number): unknown {
  const refuse = (code: string, detail: string) => new PeerError(code, `${kind}/${channel}: ${detail}`)
  if (payload.length > payloadLimit.accepted) {
    throw refuse('too-large', `${payload.length} bytes, at most ${payloadLimit.accepted}`)
  }
  const check = checks.get(`${kind}/${channel}`)
  if (!check) throw refuse('unknown-channel', 'is not sent to this kind of device')
  let body: unknown
  try {
    body = JSON.parse(payload.toString('utf8'))
  } catch (error) {
    throw new PeerError('malformed-json', `${kind}/${channel}: ${(error as Error).message}`, [], error)
  }
  if (!check.matches(body)) {
    const fields = check.faults(body)
    const detail = fields.map(({ field, message }) => `${field} ${message}`).join('; ')
    throw new PeerError('schema', `${kind}/${channel}: ${detail}`, fields)
  }
  const { expiresAt } = body as { expiresAt?: string }
  if (expiresAt !== undefined && fromTimestamp(expiresAt) <= nowMs) {
    throw refuse('expired', `expiresAt ${expiresAt} has passed`)
  }
  return body
}
