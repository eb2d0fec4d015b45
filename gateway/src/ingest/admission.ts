import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import {
  type Check,
  channelOf,
  channels,
  compile,
  type FieldError,
  fromTimestamp,
  payloadLimit,
  type Topic,
} from '@clearway/contracts'
import type { TSchema } from 'typebox'
import { isNestedBeyond } from '../json-depth.ts'
import type { EntryRow, QuarantineRow } from './journal-file.ts'

/** Stable codes of the `rejected` channel. */
type Fault = 'malformed-json' | 'schema' | 'unknown-channel' | 'too-large' | 'clock'

export type Admission =
  | { admitted: true; row: EntryRow; body: Record<string, unknown>; skewS: number }
  /** `fields`: which were wrong, without their values, which may be plates. */
  | { admitted: false; row: QuarantineRow; fields: string[] }

/** Deeper than any channel's schema, and shallow enough for every recursive reader. */
const maxDepth = 16
/** Beyond this the device's clock is not to be trusted. */
const skewedS = 600

const checks = new Map<string, Check<unknown>>(
  Object.entries(channels)
    .filter(([, channel]) => channel.sentBy === 'device')
    .map(([key, channel]) => [key, compile(channel.body as TSchema)]),
)

/**
 * Checks a message of a known device where its bytes enter; what passes is trusted from here on. What fails becomes a
 * row for quarantine, never an error: an error would close the connection and the device would send it again for ever.
 */
export function admit(topic: Topic, topicText: string, payload: Buffer, receivedMs: number): Admission {
  const refuse = (reason: Fault, detail: string, id: string | null = null, fields: string[] = []): Admission => ({
    admitted: false,
    fields,
    row: {
      receivedMs,
      device: topic.device,
      topic: topicText,
      id,
      reason,
      detail,
      digest: createHash('sha256').update(topicText).update('\0').update(payload).digest('hex'),
      body: payload,
    },
  })
  if (payload.length > payloadLimit.accepted) {
    return refuse('too-large', `payload has ${payload.length} bytes, at most ${payloadLimit.accepted} are allowed`)
  }
  if (!isUtf8(payload)) return refuse('malformed-json', 'payload is not UTF-8')
  const text = payload.toString('utf8')
  if (isNestedBeyond(maxDepth, text))
    return refuse('malformed-json', `payload is nested more than ${maxDepth} levels deep`)
  let body: Record<string, unknown>
  try {
    body = JSON.parse(text)
  } catch (error) {
    return refuse('malformed-json', `payload is not JSON: ${(error as Error).message}`)
  }
  const id = typeof body?.id === 'string' ? body.id.slice(0, 64) : null
  const key = `${topic.kind}/${topic.channel}`
  const check = checks.get(key)
  if (!check) {
    const known = [...checks.keys()].filter((other) => other.startsWith(`${topic.kind}/`)).join(', ')
    const what = channelOf(topic.kind, topic.channel) ? 'is sent by the gateway' : 'is not a channel'
    return refuse('unknown-channel', `${key} ${what}; a ${topic.kind} may publish ${known}`, id)
  }
  if (!check.matches(body)) {
    const faults = check.faults(body)
    return refuse('schema', describe(faults), id, [...new Set(faults.map(({ field }) => field))].slice(0, 5))
  }
  if (!isCalendarDay(body.at as string))
    return refuse('clock', `at ${JSON.stringify(body.at)} is not a day of the calendar`, id)
  const atMs = fromTimestamp(body.at as string)
  const skewS = (atMs - receivedMs) / 1000
  const row: EntryRow = {
    receivedMs,
    district: topic.district,
    kind: topic.kind,
    device: topic.device,
    channel: topic.channel,
    id: body.id as string,
    atMs,
    skewed: Math.abs(skewS) > skewedS ? 1 : 0,
    body: text,
  }
  return { admitted: true, row, body, skewS }
}

/** The first few faults, each with field and value. */
const describe = (faults: FieldError[]): string =>
  faults
    .slice(0, 5)
    .map(({ field, message }) => `${field} ${message}`)
    .join('; ')
    .slice(0, 500)

/** The schema admits 31 February, which Date.parse would silently turn into 3 March. */
function isCalendarDay(timestamp: string): boolean {
  const day = timestamp.slice(0, 10)
  return Number(day.slice(8)) <= 28 || new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
}
