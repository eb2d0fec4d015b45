import { fromTimestamp, type NewSignMessage, toTimestamp } from '@clearway/contracts'
import type { Logger } from 'pino'
import type { Actor } from '../http/route.ts'
import type { SignMessages } from '../signs/signs.ts'
import type { Told } from './corridor-board.ts'
import type { DiversionCounters } from './counters.ts'
import type { SignsBeforeRoads } from './signs-before-roads.ts'

/** Whose messages these are. */
export const diversionActor: Actor = { name: 'diversion', roles: [] }

const words = {
  text: { en: 'Emergency vehicle ahead: keep clear', zh: '前方应急车辆通行 请避让' },
  symbol: 'green-channel',
} satisfies Partial<NewSignMessage>

interface Spoken {
  dispatch: string
  untilMs: number
}

/**
 * Lets the signs before a corridor speak while its stretches are to be left free. What somebody else shows stays; what a
 * sign was told here is taken back as soon as no vehicle needs it any more.
 */
export class CorridorSigns {
  readonly #places: SignsBeforeRoads
  readonly #signs: SignMessages
  readonly #counters: DiversionCounters
  readonly #log: Logger
  readonly #spoken = new Map<string, Spoken>()

  constructor(places: SignsBeforeRoads, signs: SignMessages, counters: DiversionCounters, log: Logger) {
    this.#places = places
    this.#signs = signs
    this.#counters = counters
    this.#log = log
  }

  /** Takes up what an earlier run has left standing: it is taken back if nobody needs it. */
  resume(): void {
    for (const { id, message } of this.#signs.list()) {
      if (message?.by !== diversionActor.name) continue
      this.#spoken.set(id, { dispatch: 'of an earlier run', untilMs: fromTimestamp(message.until) })
    }
  }

  step(told: readonly Told[], nowMs: number): void {
    const wanted = this.#wanted(told, nowMs)
    for (const [sign, spoken] of wanted) this.#speak(sign, spoken)
    for (const [sign, { dispatch }] of this.#spoken) {
      if (wanted.has(sign)) continue
      this.#spoken.delete(sign)
      if (this.#by(sign) !== diversionActor.name) continue
      this.#counters.signMessages.labels('taken-back').inc()
      this.#sent(sign, this.#signs.takeBack(sign, diversionActor, { dispatch }))
    }
  }

  /** Of several corridors before which a sign stands, the one that lasts longest. */
  #wanted(told: readonly Told[], nowMs: number): Map<string, Spoken> {
    const wanted = new Map<string, Spoken>()
    for (const { dispatch, arcs, fromMs, untilMs } of told) {
      if (fromMs > nowMs || untilMs <= nowMs) continue
      for (const sign of this.#places.before(arcs)) {
        if (untilMs > (wanted.get(sign)?.untilMs ?? 0)) wanted.set(sign, { dispatch, untilMs })
      }
    }
    return wanted
  }

  #speak(sign: string, { dispatch, untilMs }: Spoken): void {
    const by = this.#by(sign)
    const isOurs = by === diversionActor.name
    if (!this.#signs.hasDevice(sign) || (by !== undefined && !isOurs)) return
    if (isOurs && this.#spoken.get(sign)?.untilMs === untilMs) return
    this.#spoken.set(sign, { dispatch, untilMs })
    this.#counters.signMessages.labels('shown').inc()
    const message = { ...words, until: toTimestamp(untilMs) }
    this.#sent(sign, this.#signs.show(sign, message, diversionActor, { dispatch }))
  }

  /** Whose message a sign shows; undefined where it is blank. */
  #by(sign: string): string | undefined {
    const message = this.#signs.shown(sign)
    // A sign that was asked to be blank for a while is free.
    return message && (message.text.zh || message.text.en) ? message.by : undefined
  }

  #sent(sign: string, sending: Promise<unknown>): void {
    sending.catch((error: unknown) => {
      this.#counters.signMessages.labels('failed').inc()
      this.#log.error({ err: error, sign }, 'a sign was not told of a corridor')
    })
  }
}
