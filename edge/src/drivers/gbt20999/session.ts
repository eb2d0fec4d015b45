import { connect, type Socket } from 'node:net'
import { type ClearwayError, type Clock, type FieldError, PeerError, WorldError } from '@clearway/contracts'
import type { Report } from '../../report.ts'
import { type DataValue, encodeFrame, type Frame, FrameDecoder, frameTypes } from './frame.ts'
import { errorName, nameOf, type ObjectId } from './objects.ts'
import type { Site } from './settings.ts'

/** A value asked for, or written. */
export interface Wanted {
  id: ObjectId
  /** Absent in a query. */
  data?: Uint8Array
}

/** What came back for one value: its bytes, or why not. */
export type Answer = { data: Uint8Array } | { error: string }

/** @param answers one for each value wanted, in their order; undefined when the connection was lost first */
type Done = (answers: readonly Answer[] | undefined) => void

/** What is wrong: the line or what it says, or that orders are refused. Each is told once until it is right again. */
type Complaint = 'reading' | 'writing'

interface Pending {
  frame: Frame
  done: Done
  answers: (Answer | undefined)[]
  sentMs: number
  tries: number
}

const tries = 3
const connectMs = 5000
const heartbeatMs = 10_000
const firstBackOffMs = 1000
const longestBackOffMs = 30_000
/** The goodbye is waited for so long. */
const partingS = 1

const replyOf = (type: number): { good: number; bad: number } => ({ good: type + 0x10, bad: type + 0x11 })

/**
 * The TCP connection to one controller: opened again with growing pauses, kept alive by heartbeats in both directions.
 * A request is repeated under its own sequence number; when none of its repeats is answered, the connection is given up.
 * All its time is the steady time of `step`.
 */
export class Session {
  readonly #site: Site
  readonly #clock: Clock
  readonly #report: Report
  readonly #pending = new Map<number, Pending>()
  #socket: Socket | undefined
  #decoder: FrameDecoder
  #connected = false
  #stopping = false
  #sequence = 0
  #upMs = 0
  #openedMs = 0
  #nextTryMs = 0
  #backOffMs = firstBackOffMs
  #beatMs = 0
  readonly #complained = new Set<Complaint>()

  /** Connections made so far: what was learnt over an earlier one no longer holds. */
  generation = 0
  /** The controller has reported something by itself. */
  reported = false
  sent = 0
  received = 0

  constructor(site: Site, clock: Clock, report: Report) {
    this.#site = site
    this.#clock = clock
    this.#report = report
    this.#decoder = new FrameDecoder(site.assumed)
  }

  get connected(): boolean {
    return this.#connected
  }

  /** Nothing is waited for: no reply, no connection. */
  get idle(): boolean {
    return this.#pending.size === 0 && (this.#socket === undefined || this.#connected)
  }

  /** Opens, closes, repeats and beats as is due. */
  step(upMs: number): void {
    this.#upMs = upMs
    if (this.#stopping) return
    if (!this.#socket) {
      if (upMs >= this.#nextTryMs) this.#open()
      return
    }
    if (!this.#connected) {
      if (upMs - this.#openedMs >= connectMs) this.#lose('does not accept the connection')
      return
    }
    for (const pending of [...this.#pending.values()]) {
      if (upMs - pending.sentMs < this.#site.replyMs) continue
      if (pending.tries >= tries) {
        const { checksum, malformed, skipped } = this.#decoder.counts
        const damage = `${checksum + malformed} damaged frames and ${skipped} stray bytes came instead`
        const message = `is not answered in ${tries} tries${checksum + malformed + skipped > 0 ? `; ${damage}` : ''}`
        this.complain('reading', [{ field: wantedName(pending.frame), message }])
        this.#drop()
        this.#retryLater()
        return
      }
      pending.tries++
      pending.sentMs = upMs
      this.#write(pending.frame)
    }
    if (upMs - this.#beatMs >= heartbeatMs) {
      this.#beatMs = upMs
      // Nobody waits for its reply: the polls tell whether the controller lives, and some makers answer no heartbeat.
      this.#write(this.#frame(frameTypes.heartbeat, this.#nextSequence(), []))
    }
  }

  query(ids: readonly ObjectId[], done: Done): void {
    this.#request(
      frameTypes.query,
      ids.map((id) => ({ id })),
      done,
    )
  }

  set(values: readonly Required<Wanted>[], done: Done): void {
    this.#request(frameTypes.set, values, done)
  }

  /** Sends `last`, waits a moment for its answer, and closes for good. */
  async close(last: readonly Required<Wanted>[]): Promise<void> {
    const socket = this.#socket
    this.#stopping = true
    if (socket && this.#connected && last.length > 0) {
      const patience = new AbortController()
      const answered = new Promise<void>((resolve) => {
        this.set(last, () => resolve())
      })
      await Promise.race([answered, this.#clock.wait(partingS, patience.signal).catch(() => {})])
      patience.abort(new Error('answered'))
    }
    this.#drop()
  }

  /** One complaint of a kind until `settle`: a controller that is out for an hour fills no log. */
  complain(kind: Complaint, fields: readonly FieldError[]): void {
    const detail = fields.map(({ field, message }) => `${field} ${message}`).join('; ')
    this.#tell(kind, (name) => new PeerError('controller-answer', `${name}: ${detail}`, fields))
  }

  /** All is well again in this respect: the next fault is news. */
  settle(kind: Complaint): void {
    this.#complained.delete(kind)
    if (kind === 'reading') this.#backOffMs = firstBackOffMs
  }

  #tell(kind: Complaint, fault: (name: string) => ClearwayError): void {
    if (this.#complained.has(kind)) return
    this.#complained.add(kind)
    const { host, port } = this.#site.settings
    this.#report(fault(`controller ${host}:${port}`))
  }

  #open(): void {
    const { host, port } = this.#site.settings
    const socket = connect({ host, port, noDelay: true })
    this.#socket = socket
    this.#openedMs = this.#upMs
    this.#decoder = new FrameDecoder(this.#site.assumed)
    socket.on('connect', () => {
      if (socket !== this.#socket) return
      this.#connected = true
      this.#beatMs = this.#upMs
      this.generation++
    })
    socket.on('data', (chunk) => {
      if (socket !== this.#socket) return
      for (const frame of this.#decoder.push(chunk)) this.#take(frame)
    })
    socket.on('error', (error) => {
      if (socket === this.#socket) this.#lose(error.message, error)
    })
    socket.on('close', () => {
      if (socket === this.#socket) this.#lose('has closed the connection')
    })
  }

  #lose(what: string, cause?: Error): void {
    this.#drop()
    this.#retryLater()
    this.#tell('reading', (name) => new WorldError('controller-link', `${name}: ${what}; trying again`, cause))
  }

  #retryLater(): void {
    this.#nextTryMs = this.#upMs + this.#backOffMs
    this.#backOffMs = Math.min(longestBackOffMs, this.#backOffMs * 2)
  }

  #drop(): void {
    const socket = this.#socket
    this.#socket = undefined
    this.#connected = false
    socket?.destroy()
    const waiting = [...this.#pending.values()]
    this.#pending.clear()
    for (const { done } of waiting) done(undefined)
  }

  #request(type: number, wanted: readonly Wanted[], done: Done): void {
    if (!this.#connected) {
      done(undefined)
      return
    }
    const frame = this.#frame(
      type,
      this.#nextSequence(),
      wanted.map(({ id, data = new Uint8Array(0) }, position) => ({ index: position + 1, id, data })),
    )
    this.#pending.set(frame.sequence, {
      frame,
      done,
      answers: wanted.map(() => undefined),
      sentMs: this.#upMs,
      tries: 1,
    })
    this.#write(frame)
  }

  #nextSequence(): number {
    do this.#sequence = (this.#sequence + 1) % 256
    while (this.#pending.has(this.#sequence))
    return this.#sequence
  }

  #frame(type: number, sequence: number, values: readonly DataValue[]): Frame {
    const { centreId: centre, controllerId: controller, crossing } = this.#site.settings
    return { version: this.#site.assumed.protocolVersion, centre, controller, crossing, sequence, type, values }
  }

  #write(frame: Frame): void {
    this.sent++
    this.#socket?.write(encodeFrame(frame, this.#site.assumed))
  }

  #take(frame: Frame): void {
    const { controllerId } = this.#site.settings
    if (frame.controller !== controllerId) {
      const message = `of the answers is ${frame.controller}, that of the settings ${controllerId}`
      this.complain('reading', [{ field: 'controllerId', message }])
      return
    }
    this.received++
    if (frame.type === frameTypes.heartbeat) this.#write(this.#frame(frameTypes.heartbeatReply, frame.sequence, []))
    else if (frame.type === frameTypes.report) this.reported = true
    else this.#match(frame)
  }

  #match(frame: Frame): void {
    const pending = this.#site.assumed.matchSequence
      ? this.#pending.get(frame.sequence)
      : [...this.#pending.values()].find((one) => fits(one.frame, frame))
    // Late, doubled, or for somebody else: nothing waits for it.
    if (!pending) return
    const { good, bad } = replyOf(pending.frame.type)
    if (frame.type !== good && frame.type !== bad) return
    // A request that is answered in part comes back in two frames: the good values in one, the others in the next.
    for (const { index, id, data } of frame.values) {
      const wanted = pending.frame.values[index - 1]
      if (wanted?.id !== id) {
        const message = `is answered at ${index}, where ${wanted ? nameOf(wanted.id) : 'nothing'} was asked`
        this.complain('reading', [{ field: nameOf(id), message }])
        continue
      }
      pending.answers[index - 1] = frame.type === good ? { data } : { error: errorName(data[0]) }
    }
    if (frame.type === bad && frame.values.length === 0) {
      pending.answers = pending.answers.map((answer) => answer ?? { error: errorName(undefined) })
    }
    const answers = pending.answers.filter((answer) => answer !== undefined)
    if (answers.length < pending.answers.length) return
    this.#pending.delete(pending.frame.sequence)
    pending.done(answers)
  }
}

const fits = (asked: Frame, reply: Frame): boolean => {
  const { good, bad } = replyOf(asked.type)
  return (
    (reply.type === good || reply.type === bad) &&
    reply.values.length <= asked.values.length &&
    reply.values.every(({ index, id }) => asked.values[index - 1]?.id === id)
  )
}

const wantedName = ({ values }: Frame): string => {
  const first = values[0]
  return first ? nameOf(first.id) : 'a heartbeat'
}
