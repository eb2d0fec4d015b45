import type { Assumed } from './assumptions.ts'
import type { ObjectId } from './objects.ts'

/** One value in a frame. In a query `data` is empty. */
export interface DataValue {
  /** Counted from 1 within the frame; a reply repeats it. */
  index: number
  id: ObjectId
  data: Uint8Array
}

/** What travels between the centre and a controller, GB/T 20999-2017 annex A. */
export interface Frame {
  version: number
  /** The centre's id. */
  centre: number
  controller: number
  /** Number of the crossing, where a controller has several. */
  crossing: number
  sequence: number
  type: number
  values: readonly DataValue[]
}

export const frameTypes = {
  query: 0x10,
  queryReply: 0x20,
  queryError: 0x21,
  set: 0x30,
  setReply: 0x40,
  setError: 0x41,
  broadcast: 0x50,
  report: 0x60,
  heartbeat: 0x70,
  heartbeatReply: 0x80,
} as const

const startByte = 0x7e
const endByte = 0x7d
const escapeByte = 0x5c
const special = (byte: number) => byte === startByte || byte === endByte || byte === escapeByte

/** Length field, header to the type, CRC. */
const leastBody = 2 + 10 + 2
const mostBody = 0xffff + 4

/** CRC with 16 bits, most significant bit first, not reflected, nothing added at the end. */
export function crc16(bytes: Uint8Array, polynomial: number, initial: number): number {
  let crc = initial
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ polynomial : crc << 1) & 0xffff
  }
  return crc
}

const isHeartbeat = (type: number) => type === frameTypes.heartbeat || type === frameTypes.heartbeatReply

/** Bytes as they go over TCP, escaped. Up to 255 values of up to 251 bytes; the caller keeps the sum below 65,000. */
export function encodeFrame(frame: Frame, assumed: Assumed): Buffer {
  const { version, centre, controller, crossing, sequence, type, values } = frame
  const counted = !isHeartbeat(type) || assumed.heartbeatCount
  const header = Buffer.alloc(12)
  header.writeUInt16BE(version, 2)
  header.writeUInt8(centre, 4)
  header.writeUInt32BE(controller, 5)
  header.writeUInt8(crossing, 9)
  header.writeUInt8(sequence, 10)
  header.writeUInt8(type, 11)
  const parts: Uint8Array[] = [header]
  if (counted) parts.push(Uint8Array.of(values.length))
  for (const { index, id, data } of values) {
    const head = Buffer.alloc(6)
    head.writeUInt8(index, 0)
    head.writeUInt8(4 + data.length, 1)
    head.writeUInt32BE(id, 2)
    parts.push(head, data)
  }
  const body = Buffer.concat([...parts, Buffer.alloc(2)])
  body.writeUInt16BE(body.length - 2 + assumed.lengthAdds, 0)
  const crcAt = body.length - 2
  body.writeUInt16BE(crc16(body.subarray(0, crcAt), assumed.crcPolynomial, assumed.crcInitial), crcAt)
  const escaped: number[] = [startByte]
  for (const byte of body) {
    if (special(byte)) escaped.push(escapeByte)
    escaped.push(byte)
  }
  escaped.push(endByte)
  return Buffer.from(escaped)
}

/** What a decoder has seen since it was made. */
export interface DecoderCounts {
  frames: number
  /** Frames whose CRC was wrong. */
  checksum: number
  /** Frames whose length, values or escapes were wrong, and those cut off by the start of the next. */
  malformed: number
  /** Bytes outside of frames. */
  skipped: number
}

/**
 * Finds frames in a stream, whatever the pieces in which it comes. What is damaged is dropped and counted; the next start
 * byte begins anew. Never throws.
 */
export class FrameDecoder {
  readonly counts: DecoderCounts = { frames: 0, checksum: 0, malformed: 0, skipped: 0 }
  readonly #assumed: Assumed
  #body: number[] | undefined
  #escaped = false

  constructor(assumed: Assumed) {
    this.#assumed = assumed
  }

  push(chunk: Uint8Array): Frame[] {
    const frames: Frame[] = []
    for (const byte of chunk) {
      const frame = this.#take(byte)
      if (frame) frames.push(frame)
    }
    return frames
  }

  #take(byte: number): Frame | undefined {
    const body = this.#body
    if (!body) {
      if (byte === startByte) this.#begin()
      else this.counts.skipped++
      return undefined
    }
    if (this.#escaped) {
      // Only three bytes are ever escaped: another one means that a byte was damaged on the way.
      if (!special(byte) || body.length >= mostBody) return this.#drop()
      this.#escaped = false
      body.push(byte)
      return undefined
    }
    if (byte === startByte) {
      this.counts.malformed++
      this.#begin()
    } else if (byte === endByte) {
      this.#body = undefined
      return this.#read(Buffer.from(body))
    } else if (byte === escapeByte) this.#escaped = true
    else if (body.length >= mostBody) return this.#drop()
    else body.push(byte)
    return undefined
  }

  #begin(): void {
    this.#body = []
    this.#escaped = false
  }

  #drop(): undefined {
    this.counts.malformed++
    this.#body = undefined
    return undefined
  }

  #read(body: Buffer): Frame | undefined {
    const { crcPolynomial, crcInitial, lengthAdds } = this.#assumed
    if (body.length < leastBody) return this.#drop()
    const crcAt = body.length - 2
    if (crc16(body.subarray(0, crcAt), crcPolynomial, crcInitial) !== body.readUInt16BE(crcAt)) {
      this.counts.checksum++
      return undefined
    }
    if (body.readUInt16BE(0) !== body.length - 2 + lengthAdds) return this.#drop()
    const type = body.readUInt8(11)
    const values = valuesOf(body.subarray(12, crcAt), type)
    if (!values) return this.#drop()
    this.counts.frames++
    return {
      version: body.readUInt16BE(2),
      centre: body.readUInt8(4),
      controller: body.readUInt32BE(5),
      crossing: body.readUInt8(9),
      sequence: body.readUInt8(10),
      type,
      values,
    }
  }
}

/** @returns undefined when the number of values and their lengths do not fill `bytes` exactly */
function valuesOf(bytes: Buffer, type: number): DataValue[] | undefined {
  // A heartbeat with a count and one without are both understood.
  if (bytes.length === 0) return isHeartbeat(type) ? [] : undefined
  const values: DataValue[] = []
  let at = 1
  for (let left = bytes.readUInt8(0); left > 0; left--) {
    const length = bytes[at + 1]
    if (length === undefined || length < 4 || at + 2 + length > bytes.length) return undefined
    values.push({
      index: bytes.readUInt8(at),
      id: bytes.readUInt32BE(at + 2),
      data: Uint8Array.from(bytes.subarray(at + 6, at + 2 + length)),
    })
    at += 2 + length
  }
  return at === bytes.length ? values : undefined
}
