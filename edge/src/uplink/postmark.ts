import { toTimestamp } from '@clearway/contracts'

/** Ids are at most 64 characters; within a device the boot id and the count alone make them unique. */
const deviceCharacters = 32

/** Stamps what a device sends: the id is born with the message, not with the send, so resends collapse at the gateway. */
export class Postmark {
  readonly bootId: string
  readonly #prefix: string
  #count = 0
  #sequence = 0

  constructor(device: string, bootId: string) {
    this.bootId = bootId
    this.#prefix = `${device.slice(0, deviceCharacters)}:${bootId}:`
  }

  /** The last sequence number given out. */
  get sequence(): number {
    return this.#sequence
  }

  /**
   * A message that must arrive: takes part in the sequence that lets the gateway find gaps.
   *
   * @param id of the event where its source gave it one, else a new one
   */
  counted(atMs: number, body: object, id?: string): { id: string; payload: string } {
    // `signal/response` carries the sequence of the request that it answers; it takes no number of its own.
    const counts = 'sequence' in body ? {} : { sequence: ++this.#sequence }
    return this.#stamp(atMs, { ...counts, ...body }, id)
  }

  /** A message that a newer one may replace: a gap in these means nothing. */
  uncounted(atMs: number, body: object): { id: string; payload: string } {
    return this.#stamp(atMs, body)
  }

  #stamp(atMs: number, body: object, given?: string): { id: string; payload: string } {
    const id = given ?? `${this.#prefix}${++this.#count}`
    return { id, payload: JSON.stringify({ id, at: toTimestamp(atMs), bootId: this.bootId, ...body }) }
  }
}
