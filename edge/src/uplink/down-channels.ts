import { type ClearwayError, type Clock, type DeviceKind, PeerError } from '@clearway/contracts'
import type { Report } from '../report.ts'
import { admit } from './admit.ts'

type Handler = (body: never) => void
/** What a message has to pass beyond its schema. @throws PeerError naming the field */
export type Trust = (channel: string, body: unknown) => void

/** The handlers of one device and the door before them. What is refused is reported and changes nothing. */
export class DownChannels {
  readonly #kind: DeviceKind
  readonly #clock: Clock
  readonly #report: Report
  readonly #trust: Trust | undefined
  readonly #handlers = new Map<string, Set<Handler>>()

  constructor(kind: DeviceKind, clock: Clock, report: Report, trust?: Trust) {
    this.#kind = kind
    this.#clock = clock
    this.#report = report
    this.#trust = trust
  }

  on(channel: string, handler: Handler): () => void {
    const handlers = this.#handlers.get(channel) ?? new Set()
    this.#handlers.set(channel, handlers.add(handler))
    return () => handlers.delete(handler)
  }

  receive(channel: string, payload: Buffer): void {
    let body: unknown
    try {
      body = admit(this.#kind, channel, payload, this.#clock.now())
      this.#trust?.(channel, body)
    } catch (error) {
      if (!(error instanceof PeerError)) throw error
      this.#report(error as ClearwayError)
      return
    }
    for (const handler of this.#handlers.get(channel) ?? []) handler(body as never)
  }
}
