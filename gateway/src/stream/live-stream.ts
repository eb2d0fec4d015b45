import { randomBytes } from 'node:crypto'
import { type Clock, OverloadError, type StreamTopic } from '@clearway/contracts'
import type { Stream } from '../core.ts'
import type { Actor } from '../http/route.ts'
import { type Change, StreamReader } from './reader.ts'

/** Proxies cut connections that are silent for 30 or 60 s; also how late an expired sign-in is noticed at most. */
export const heartbeatS = 15

interface Topic {
  snapshot: () => readonly { id: string }[]
  /** Newest change per id within `resumeS`, oldest first, to resume from. */
  changes: Map<string, Change>
  /** The newest change that is no longer held; who saw less than this needs a snapshot. */
  forgotten: number
}

/** A browser that was away longer begins anew; changes older than this are not held. */
const resumeS = 600

/** How many event streams may be open at once, over all and of one caller. */
export interface StreamLimits {
  streams: number
  streamsPerSession: number
}

/**
 * Fan-out to the browsers. A reader that keeps up sees every change; one that does not sees the newest value per id, so
 * that its memory is bounded by the size of the city and nobody waits for it.
 */
export class LiveStream implements Stream {
  readonly #clock: Clock
  readonly #limits: StreamLimits
  readonly #topics = new Map<StreamTopic, Topic>()
  readonly #readers = new Map<StreamReader, Actor>()
  /** Tells event ids of this run from those of an earlier one. */
  readonly #run = randomBytes(6).toString('hex')
  #sequence = 0

  constructor(clock: Clock, limits: StreamLimits) {
    this.#clock = clock
    this.#limits = limits
  }

  get readerCount(): number {
    return this.#readers.size
  }

  provide(topic: StreamTopic, snapshot: () => readonly { id: string }[]): void {
    this.#topic(topic).snapshot = snapshot
  }

  publish(topic: StreamTopic, items: readonly { id: string }[]): void {
    if (items.length === 0) return
    const atMs = this.#clock.now()
    const changes = items.map((item): Change => ({ id: item.id, item, sequence: ++this.#sequence, atMs }))
    const held = this.#topic(topic)
    for (const change of changes) {
      // Deleted first, so that the map stays in the order of the changes.
      held.changes.delete(change.id)
      held.changes.set(change.id, change)
    }
    for (const change of held.changes.values()) {
      if (change.atMs > atMs - resumeS * 1000) break
      held.changes.delete(change.id)
      held.forgotten = change.sequence
    }
    for (const reader of this.#readers.keys()) reader.offer(topic, changes)
  }

  /**
   * A stream of server-sent events: a snapshot of each topic, or only what has changed since `lastEventId` when that
   * was handed out by this run not long ago; then deltas.
   *
   * @throws OverloadError when too many are open
   */
  open(topics: readonly StreamTopic[], actor: Actor, lastEventId?: string): StreamReader {
    this.#admit(actor)
    const reader = new StreamReader({
      clock: this.#clock,
      eventId: () => `${this.#run}-${this.#sequence}`,
      topics,
      closed: () => this.#readers.delete(reader),
    })
    const since = this.#sequenceOf(lastEventId)
    const known = topics.map((topic) => ({ topic, ...this.#topic(topic) }))
    if (since === undefined || known.some(({ forgotten }) => forgotten > since)) {
      reader.begin(known.map(({ topic, snapshot }) => ({ topic, items: snapshot() })))
    } else {
      for (const { topic, changes } of known) {
        reader.offer(
          topic,
          [...changes.values()].filter(({ sequence }) => sequence > since),
        )
      }
    }
    this.#readers.set(reader, actor)
    return reader
  }

  /** Ends the streams of a sign-in that has ended. */
  endSession(id: string): void {
    for (const [reader, actor] of this.#readers) if (actor.session?.id === id) reader.end()
  }

  /** Every `heartbeatS`: keeps idle connections alive and ends those whose sign-in has expired. */
  beat(): void {
    for (const [reader, actor] of this.#readers) {
      if (actor.session && actor.session.expiresMs <= this.#clock.now()) reader.end()
      else reader.beat()
    }
  }

  /** Ends every stream. */
  stop(): void {
    for (const reader of this.#readers.keys()) reader.end()
  }

  #topic(name: StreamTopic): Topic {
    let topic = this.#topics.get(name)
    if (!topic) {
      topic = { snapshot: () => [], changes: new Map(), forgotten: 0 }
      this.#topics.set(name, topic)
    }
    return topic
  }

  #admit(actor: Actor): void {
    const own = [...this.#readers.values()].filter(({ name, session }) =>
      actor.session ? session?.id === actor.session.id : name === actor.name,
    ).length
    if (this.#readers.size >= this.#limits.streams || own >= this.#limits.streamsPerSession) {
      throw new OverloadError('streams-open', `${own} streams of this sign-in are open; close one first`)
    }
  }

  #sequenceOf(eventId: string | undefined): number | undefined {
    const [run, sequence] = eventId?.split('-') ?? []
    return run === this.#run && /^\d+$/.test(sequence ?? '') ? Number(sequence) : undefined
  }
}
