import {
  type Clock,
  ConflictError,
  type Device,
  type DeviceStatus,
  formatTopic,
  toTimestamp,
  type WorldError,
} from '@clearway/contracts'
import type { Logger } from 'pino'
import type { Intake, Publication } from '../broker/broker.ts'
import { admit } from './admission.ts'
import type { IngestCounters } from './counters.ts'
import type { Journal, QuarantineRow } from './journal.ts'
import type { PresenceBoard } from './presence.ts'

type Done = (error: Error | undefined, intake?: Intake) => void

/** Device clocks further off than this are counted. */
const noticedSkewS = 5

/** From a publish to its row on disk: checks, journal, answer. */
export class MessageIntake {
  readonly #journal: Journal
  readonly #presence: PresenceBoard
  readonly #clock: Clock
  readonly #log: Logger
  readonly #counters: IngestCounters
  readonly #send: (topic: string, payload: Buffer, retain?: boolean) => Promise<void>

  constructor(
    journal: Journal,
    presence: PresenceBoard,
    clock: Clock,
    log: Logger,
    counters: IngestCounters,
    send: (topic: string, payload: Buffer, retain?: boolean) => Promise<void>,
  ) {
    this.#journal = journal
    this.#presence = presence
    this.#clock = clock
    this.#log = log
    this.#counters = counters
    this.#send = send
  }

  accept(publication: Publication, done: Done): void {
    const { device, topic, topicText } = publication
    const receivedMs = this.#clock.now()
    const payload = publication.will ? died(publication.payload, receivedMs) : publication.payload
    const admission = admit(topic, topicText, payload, receivedMs)
    if (!publication.will) this.#presence.heard(device.id)
    if (!admission.admitted) {
      this.#journal.quarantine(admission.row, (error) => {
        if (error) return done(error)
        this.#reject(publication, admission.row, admission.fields)
        done(undefined)
      })
      return
    }
    const { row, body, skewS } = admission
    const status = topic.channel === 'status' ? (body as unknown as DeviceStatus) : undefined
    // So does the will of one connection while the device holds another, for example after a takeover.
    const stale = publication.connectedElsewhere || (status && this.#presence.isStaleWill(device.id, status))
    if (status && publication.will && stale) {
      this.#counters.messages.staleWill.inc()
      done(new ConflictError('will-stale', `the last will of boot ${status.bootId} comes too late`))
      return
    }
    if (Math.abs(skewS) > noticedSkewS) this.#counters.skewed.inc({ beyond: row.skewed ? '10min' : '5s' })
    if (status) this.#presence.announced(device.id, status)
    this.#journal.append(row, body, (error: WorldError | undefined, outcome) => {
      if (error) return done(error)
      this.#counters.messages[outcome].inc()
      const fresh = outcome === 'inserted'
      if (status && fresh) this.#presence.confirmed(device.id, status)
      done(undefined, status && fresh ? { retain: payload } : {})
    })
  }

  /** In place of a will that was lost. `last` is the device's last status. @throws WorldError when it is not stored */
  async declareOffline(device: Device, last: DeviceStatus): Promise<void> {
    const topic = { district: device.district, kind: device.kind, device: device.id, channel: 'status' }
    const topicText = formatTopic(topic)
    const payload = Buffer.from(JSON.stringify({ ...last, state: 'offline' }))
    const retain = await new Promise<Buffer | undefined>((resolve, reject) => {
      const publication = { device, topic, topicText, payload, will: true, connectedElsewhere: false }
      this.accept(publication, (error, intake) => (error ? reject(error) : resolve(intake?.retain)))
    })
    if (retain) await this.#send(topicText, retain, true)
  }

  #reject({ device, topic, will }: Publication, row: QuarantineRow, fields: string[]): void {
    const { id, receivedMs, reason, detail } = row
    this.#counters.messages.quarantined.inc()
    this.#counters.rejected.inc({ reason })
    this.#log.warn({
      event: 'message-rejected',
      device: device.id,
      channel: topic.channel.slice(0, 63),
      reason,
      // Not the detail: it quotes the message, and that may be a plate. The device's answer and the quarantine have it.
      ...(fields.length > 0 && { fields: fields.map((field) => field.slice(0, 63)) }),
    })
    if (will) return
    const answer = { id, at: toTimestamp(receivedMs), channel: topic.channel, reason, detail }
    this.#send(formatTopic({ ...topic, channel: 'rejected' }), Buffer.from(JSON.stringify(answer))).catch((error) => {
      this.#log.warn({ err: error, device: device.id }, 'the answer to a rejected message could not be sent')
    })
  }
}

/**
 * A will was written when its device connected. It takes effect now, so it gets this instant and an id of its own: the
 * same device may die more than once with the same words.
 */
function died(payload: Buffer, receivedMs: number): Buffer {
  try {
    const will = JSON.parse(payload.toString('utf8'))
    const id = `${String(will.id).slice(0, 48)}.${receivedMs.toString(36)}`
    return Buffer.from(JSON.stringify({ ...will, id, at: toTimestamp(receivedMs) }))
  } catch {
    // Not JSON: admission says so.
    return payload
  }
}
