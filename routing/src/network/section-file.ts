import { crc32 } from 'node:zlib'
import { InputError } from '@clearway/contracts/errors'

/**
 * A file of typed arrays, little-endian: eight letters, u32 version, u32 CRC-32 of all that follows, u32 length of what
 * follows, u32 0; then sections of u32 byte length, u32 0, bytes padded to eight. Degrees are stored as integers of
 * 1e-7, as OpenStreetMap does.
 */
export interface SectionFormat {
  /** Eight ASCII letters. */
  magic: string
  version: number
  /** What it holds, in words for errors: `road network`. */
  what: string
}

export type ArrayKind = 'degrees' | 'int32' | 'float32' | 'uint8'

const HEADER_BYTES = 24
/** Of the widest numbers. */
const ALIGNMENT = 8
const STEPS_PER_DEGREE = 1e7

export function writeSections({ magic, version }: SectionFormat, parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + 8 + padded(part.length), 0)
  const bytes = new Uint8Array(HEADER_BYTES + length)
  const view = new DataView(bytes.buffer)
  let at = HEADER_BYTES
  for (const part of parts) {
    view.setUint32(at, part.length, true)
    bytes.set(part, at + 8)
    at += 8 + padded(part.length)
  }
  bytes.set(new TextEncoder().encode(magic), 0)
  view.setUint32(8, version, true)
  view.setUint32(12, crc32(bytes.subarray(HEADER_BYTES)), true)
  view.setUint32(16, length, true)
  return bytes
}

/**
 * @param file where the bytes are from, named in errors
 * @returns the sections, in the memory of `bytes` where their addresses are aligned for arrays, as a file's are
 * @throws InputError `network-file` when the bytes are something else, cut off, damaged or of another version
 */
export function readSections({ magic, version, what }: SectionFormat, bytes: Uint8Array, file: string): Uint8Array[] {
  const refused = (reason: string) => {
    const message = `${file} cannot be used: ${reason}; import the map again with "clearway import network"`
    return new InputError('network-file', message, [{ field: 'network', message: reason }])
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEADER_BYTES || new TextDecoder().decode(bytes.subarray(0, 8)) !== magic) {
    throw refused(`it is no ${what} (${bytes.length} bytes)`)
  }
  const found = view.getUint32(8, true)
  if (found !== version) throw refused(`it has version ${found}, this program reads ${version}`)
  const length = view.getUint32(16, true)
  const body = bytes.subarray(HEADER_BYTES)
  if (body.length !== length) throw refused(`it is ${body.length} bytes long after its header instead of ${length}`)
  if (crc32(body) !== view.getUint32(12, true)) throw refused('its checksum does not match: it is damaged')
  const parts: Uint8Array[] = []
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    const size = view.getUint32(at, true)
    if (at + 8 + size > bytes.length) throw refused(`its section ${parts.length} does not end within it: it is damaged`)
    const part = new Uint8Array(bytes.buffer, bytes.byteOffset + at + 8, size)
    // A copy costs as much as reading the file.
    parts.push(part.byteOffset % ALIGNMENT === 0 ? part : part.slice())
    at += 8 + padded(size)
  }
  return parts
}

const padded = (length: number): number => Math.ceil(length / 8) * 8

export const jsonSection = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

export const jsonOf = (section: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(section))

export function arraySection(
  kind: ArrayKind,
  array: Float64Array | Int32Array | Float32Array | Uint8Array,
): Uint8Array {
  const stored = kind === 'degrees' ? Int32Array.from(array, (degree) => Math.round(degree * STEPS_PER_DEGREE)) : array
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength)
}

export function arrayOf(kind: ArrayKind, { buffer, byteOffset, length }: Uint8Array) {
  switch (kind) {
    case 'degrees': {
      const steps = new Int32Array(buffer, byteOffset, length / 4)
      const degrees = new Float64Array(steps.length)
      for (let i = 0; i < steps.length; i++) degrees[i] = steps[i]! / STEPS_PER_DEGREE
      return degrees
    }
    case 'int32':
      return new Int32Array(buffer, byteOffset, length / 4)
    case 'float32':
      return new Float32Array(buffer, byteOffset, length / 4)
    case 'uint8':
      return new Uint8Array(buffer, byteOffset, length)
  }
}
