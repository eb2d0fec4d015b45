import {
  type Check,
  channels,
  channelsOf,
  compile,
  fromTimestamp,
  type JunctionTable,
  payloadLimit,
  type SignalEvents,
} from '@clearway/contracts'
import type { Arrived } from './centre-link.ts'
import type { Verdicts } from './verdicts.ts'

/** One message, read as far as it can be. */
export interface Message {
  channel: string
  receivedMs: number
  retained: boolean
  /** The device's clock; the time of arrival where it cannot be read. */
  atMs: number
  body: Record<string, unknown>
}

/** How far a device's clock may be off, the way of the message included. */
const clockToleranceMs = 5000
/** What waited in an outage arrives with the first messages after the birth. */
const backlogMs = 30_000

const checks = new Map<string, Check<unknown>>(
  channelsOf('signal', 'device').map((channel) => [
    channel,
    compile(channels[`signal/${channel}` as keyof typeof channels].body),
  ]),
)

/** Codes of the high-resolution log whose parameter is the place of something in the timing table. */
const codesOf = {
  groups: [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 21, 22, 23],
  detectors: [81, 82],
  approaches: [102, 103, 104, 105, 106, 107, 110, 111],
} as const

/** Looks at every message by itself: topic, form, id, time, number. */
export class MessageWatch {
  readonly #prefix: string
  readonly #table: JunctionTable
  readonly #verdicts: Verdicts
  readonly #ids = new Map<string, string>()
  /** By boot, the numbers that came. */
  readonly #numbers = new Map<string, Set<number>>()
  /** When the device was last born, and when it was last seen before; what happened between comes late. */
  #bornMs = Number.NEGATIVE_INFINITY
  #judged = 0
  #fresh = 0
  #events = 0

  constructor(prefix: string, table: JunctionTable, verdicts: Verdicts) {
    this.#prefix = prefix
    this.#table = table
    this.#verdicts = verdicts
  }

  /** @returns the message where it can be used, though it may have been complained of */
  take({ topic, payload, qos, retained, receivedMs }: Arrived): Message | undefined {
    const channel = topic.startsWith(this.#prefix) ? topic.slice(this.#prefix.length) : topic
    // Our own requests come back on the same levels.
    if (channelsOf('signal', 'gateway').includes(channel)) return undefined
    const check = checks.get(channel)
    const text = payload.toString('utf8')
    if (!check) {
      this.#verdicts.fail('own-channels', `a message on ${topic}`, shorten(text))
      return undefined
    }
    this.#judged++
    if (retained && channel !== 'status') this.#verdicts.fail('retained', `the broker keeps ${topic}`, shorten(text))
    if (qos !== 1) this.#verdicts.fail('qos', `${channel} with QoS ${qos}`, shorten(text))
    if (payload.length > payloadLimit.accepted) {
      this.#verdicts.fail('schema', `${channel} of ${payload.length} bytes`, shorten(text))
    }
    const body = objectOf(text)
    if (!body) {
      this.#verdicts.fail('schema', `${channel} is no JSON object`, shorten(text))
      return undefined
    }
    const faults = check.faults(body)
    if (faults.length > 0) {
      const detail = faults.map(({ field, message }) => `${field} ${message}`).join('; ')
      this.#verdicts.fail('schema', `${channel}: ${detail}`, body)
    }
    const parsedMs = typeof body.at === 'string' ? fromTimestamp(body.at) : Number.NaN
    const message = { channel, receivedMs, retained, atMs: Number.isNaN(parsedMs) ? receivedMs : parsedMs, body }
    this.#judgeId(message, text)
    if (!retained && channel === 'status' && body.state === 'online') this.#bornMs = receivedMs
    if (!retained && !(channel === 'status' && body.state === 'offline')) {
      this.#judgeTime(message)
      this.#number(message)
    }
    if (channel === 'events' && faults.length === 0) this.#judgeEvents(message)
    return message
  }

  /** The run is over: what was looked at and found good passes. */
  finish(): void {
    if (this.#judged === 0) {
      const watched = ['own-channels', 'retained', 'schema', 'qos', 'ids', 'clock', 'sequence', 'events'] as const
      this.#verdicts.notRun(watched, 'no message arrived')
      return
    }
    const seen = `${this.#judged} messages`
    for (const id of ['own-channels', 'retained', 'schema', 'qos', 'ids'] as const) this.#verdicts.pass(id, seen)
    if (this.#fresh > 0) this.#verdicts.pass('clock', `${this.#fresh} messages`)
    else this.#verdicts.notRun(['clock'], 'nothing was sent during the run')
    if (this.#events > 0) this.#verdicts.pass('events', `${this.#events} events`)
    else this.#verdicts.doesNotApply(['events'], 'the device sends none')
    this.#finishSequence()
  }

  #finishSequence(): void {
    let count = 0
    for (const [boot, numbers] of this.#numbers) {
      const sorted = [...numbers].sort((a, b) => a - b)
      count += sorted.length
      const gap = sorted.findIndex((number, place) => place > 0 && number !== (sorted[place - 1] as number) + 1)
      if (gap > 0) this.#verdicts.fail('sequence', `after ${sorted[gap - 1]} came ${sorted[gap]} in boot ${boot}`)
    }
    if (count > 1) this.#verdicts.pass('sequence', `${count} numbers`)
    else this.#verdicts.doesNotApply(['sequence'], 'fewer than two messages carried one')
  }

  #judgeId({ channel, body }: Message, text: string): void {
    if (typeof body.id !== 'string') return
    const before = this.#ids.get(body.id)
    if (before !== undefined && before !== channel + text) {
      this.#verdicts.fail('ids', `id ${body.id} of another message`, body)
    }
    this.#ids.set(body.id, channel + text)
  }

  #judgeTime({ channel, receivedMs, atMs, body }: Message): void {
    this.#fresh++
    const lateMs = receivedMs - atMs
    const late = channel !== 'state' && receivedMs - this.#bornMs < backlogMs
    if (lateMs < -clockToleranceMs || (lateMs > clockToleranceMs && !late)) {
      this.#verdicts.fail('clock', `${channel} with \`at\` ${(lateMs / 1000).toFixed(1)} s before its arrival`, body)
    }
  }

  #number({ channel, body: { sequence, bootId } }: Message): void {
    // A response carries the number of the request that it answers.
    if (channel === 'response' || typeof sequence !== 'number' || typeof bootId !== 'string') return
    const numbers = this.#numbers.get(bootId) ?? new Set()
    this.#numbers.set(bootId, numbers.add(sequence))
  }

  #judgeEvents({ atMs, body }: Message): void {
    const { events } = body as unknown as SignalEvents
    this.#events += events.length
    let lastMs = Number.NEGATIVE_INFINITY
    for (const event of events) {
      const eventMs = fromTimestamp(event.at)
      const { code, parameter } = event
      if (eventMs < lastMs) this.#verdicts.fail('events', `${event.at} after a later one`, event)
      if (eventMs > atMs + clockToleranceMs)
        this.#verdicts.fail('events', `${event.at} is later than its message`, event)
      lastMs = eventMs
      for (const [field, codes] of Object.entries(codesOf)) {
        if (!(codes as readonly number[]).includes(code)) continue
        const { length } = this.#table[field as keyof typeof codesOf] ?? []
        if (parameter >= 1 && parameter <= length) continue
        this.#verdicts.fail(
          'events',
          `code ${code}: the table has no ${field} ${parameter}, only 1 to ${length}`,
          event,
        )
      }
    }
  }
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const shorten = (text: string): string => (text.length > 200 ? `${text.slice(0, 199)}…` : text)
