/** A packet that breaks the rules of its connection. The connection is destroyed. */
export class FrameError extends Error {
  readonly reason: 'oversize' | 'malformed' | 'not-connect'

  constructor(reason: FrameError['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

const connect = 1
const publish = 3

/**
 * Follows the packet boundaries of an MQTT byte stream without keeping any of it: the broker's parser has no size
 * limit of its own and would collect an oversize packet in memory before anybody could refuse it.
 *
 * MQTT 3.1.1 §2.2: one byte of type and flags, then the remaining length in one to four bytes of seven bits each.
 */
export class PacketFrames {
  /** Largest packet allowed, bytes, fixed header not counted. */
  limit: number
  #bodyLeft = 0
  #lengthByte = 0
  #length = 0
  #type = 0
  #first = true

  constructor(limit: number) {
    this.limit = limit
  }

  /**
   * Looks at the next bytes.
   *
   * @param onlyOne stops behind the first complete packet
   * @returns how many bytes were looked at, how many publishes began in them, and whether a packet ended at the last
   * @throws FrameError
   */
  follow(chunk: Uint8Array, onlyOne = false): { used: number; publishes: number; complete: boolean } {
    let at = 0
    let publishes = 0
    while (at < chunk.length) {
      if (this.#bodyLeft > 0) {
        const step = Math.min(this.#bodyLeft, chunk.length - at)
        this.#bodyLeft -= step
        at += step
      } else if (this.#type === 0) {
        this.#type = (chunk[at++] as number) >> 4
        if (this.#type === 0) throw new FrameError('malformed', 'packet type 0 does not exist')
        if (this.#first && this.#type !== connect) {
          throw new FrameError('not-connect', `the first packet has type ${this.#type}; it must be CONNECT`)
        }
        this.#first = false
        if (this.#type === publish) publishes++
        continue
      } else {
        const byte = chunk[at++] as number
        this.#length += (byte & 0x7f) * 128 ** this.#lengthByte
        if (this.#length > this.limit) {
          throw new FrameError(
            'oversize',
            `a packet announces ${this.#length} bytes or more; ${this.limit} are allowed`,
          )
        }
        if (byte & 0x80) {
          if (++this.#lengthByte > 3) throw new FrameError('malformed', 'remaining length is longer than four bytes')
          continue
        }
        this.#bodyLeft = this.#length
        this.#length = 0
        this.#lengthByte = 0
      }
      if (this.#bodyLeft === 0) {
        this.#type = 0
        if (onlyOne) return { used: at, publishes, complete: true }
      }
    }
    return { used: at, publishes, complete: this.#type === 0 && this.#bodyLeft === 0 }
  }
}
