import { PeerError } from '@clearway/contracts'

/*
 * The wire format of SUMO's TraCI, API 20: big-endian, strings with an int32 length before them.
 * @see https://sumo.dlr.de/docs/TraCI/Protocol.html
 */

/** A value with the type that it has on the wire. */
export type Typed =
  | { type: 'ubyte' | 'byte' | 'integer' | 'double'; value: number }
  | { type: 'string'; value: string }
  | { type: 'strings'; value: readonly string[] }
  | { type: 'position'; value: readonly [x: number, y: number] }
  | { type: 'compound'; value: readonly Typed[] }

/** A command or an answer of a message: what it is, and its content. */
export interface Part {
  id: number
  content: Buffer
}

const typeByte = {
  ubyte: 0x07,
  byte: 0x08,
  integer: 0x09,
  double: 0x0b,
  string: 0x0c,
  strings: 0x0e,
  compound: 0x0f,
  position: 0x01,
} as const satisfies Record<Typed['type'], number>
const typeOfByte = new Map<number, Typed['type']>(
  Object.entries(typeByte).map(([type, byte]) => [byte, type as Typed['type']]),
)

/** A longer part has its length in an int32 after a zero. */
const longestShort = 255
const longHeader = 6
/** Compounds within compounds; SUMO's own do not go deeper than a few. */
const deepest = 16

export const ubyte = (value: number): Buffer => Buffer.of(value)

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeInt32BE(value)
  return bytes
}

export function double(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeDoubleBE(value)
  return bytes
}

export function string(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8')
  return Buffer.concat([int32(bytes.length), bytes])
}

const strings = (values: readonly string[]): Buffer => Buffer.concat([int32(values.length), ...values.map(string)])

/** A value after its type. */
export function typed(item: Typed): Buffer {
  return Buffer.concat([ubyte(typeByte[item.type]), untyped(item)])
}

function untyped(item: Typed): Buffer {
  switch (item.type) {
    case 'ubyte':
      return ubyte(item.value)
    case 'byte':
      return Buffer.from(Int8Array.of(item.value).buffer)
    case 'integer':
      return int32(item.value)
    case 'double':
      return double(item.value)
    case 'string':
      return string(item.value)
    case 'strings':
      return strings(item.value)
    case 'position':
      return Buffer.concat(item.value.map(double))
    case 'compound':
      return Buffer.concat([int32(item.value.length), ...item.value.map(typed)])
  }
}

/** One part with its length before it. */
function framed({ id, content }: Part): Buffer {
  const short = content.length + 2
  if (short <= longestShort) return Buffer.concat([Buffer.of(short, id), content])
  return Buffer.concat([ubyte(0), int32(content.length + longHeader), ubyte(id), content])
}

/** The parts as one message. */
export function message(parts: readonly Part[]): Buffer {
  const body = Buffer.concat(parts.map(framed))
  return Buffer.concat([int32(body.length + 4), body])
}

/** Reads values one after the other. @throws PeerError `traci` when they end early or are of no known type */
export class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  ubyte(): number {
    return this.#bytes.readUInt8(this.#take(1))
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4))
  }

  double(): number {
    return this.#bytes.readDoubleBE(this.#take(8))
  }

  string(): string {
    const length = this.#length()
    const from = this.#take(length)
    return this.#bytes.toString('utf8', from, from + length)
  }

  /** A value after its type. */
  typed(depth = 0): Typed {
    const byte = this.ubyte()
    const type = typeOfByte.get(byte)
    switch (type) {
      case 'ubyte':
        return { type, value: this.ubyte() }
      case 'byte':
        return { type, value: this.#bytes.readInt8(this.#take(1)) }
      case 'integer':
        return { type, value: this.int32() }
      case 'double':
        return { type, value: this.double() }
      case 'string':
        return { type, value: this.string() }
      case 'strings':
        return { type, value: Array.from({ length: this.#length() }, () => this.string()) }
      case 'position':
        return { type, value: [this.double(), this.double()] }
      case 'compound':
        if (depth >= deepest) throw broken(`compounds are nested more than ${deepest} deep`)
        return { type, value: Array.from({ length: this.#length() }, () => this.typed(depth + 1)) }
      case undefined:
        throw broken(`type 0x${byte.toString(16)} is not known`)
    }
  }

  /** The next part of a message. */
  part(): Part {
    const from = this.#at
    const short = this.ubyte()
    const length = short === 0 ? this.int32() : short
    const id = this.ubyte()
    const rest = length - (this.#at - from)
    if (rest < 0) throw broken(`a part of ${length} bytes is shorter than its header`)
    const begin = this.#take(rest)
    return { id, content: this.#bytes.subarray(begin, begin + rest) }
  }

  /** Nothing takes less than a byte: a count beyond what is left is no count. */
  #length(): number {
    const length = this.int32()
    if (length < 0 || length > this.#bytes.length - this.#at) throw broken(`a length of ${length} is beyond its end`)
    return length
  }

  #take(length: number): number {
    const from = this.#at
    if (from + length > this.#bytes.length) throw broken(`it ends after ${this.#bytes.length} bytes, in a value`)
    this.#at += length
    return from
  }
}

const broken = (reason: string): PeerError => new PeerError('traci', `an answer of SUMO cannot be read: ${reason}`)
