import { crc32 } from 'node:zlib'
import { InputError } from '@clearway/contracts'
import type { RoadNetwork } from './road-network.ts'

/**
 * Layout, little-endian: `CLWYROAD`, u32 version, u32 CRC-32 of all that follows, u32 length of what follows, u32 0;
 * then sections of u32 byte length, u32 0, bytes padded to eight. Section 0 is JSON (counts, names, turn bans, approaches, exits),
 * the others are the arrays in the order of `sections`. Degrees are stored as integers of 1e-7, as OpenStreetMap does.
 */
const MAGIC = 'CLWYROAD'
const VERSION = 2
const HEADER_BYTES = 24
const STEPS_PER_DEGREE = 1e7

type ArrayKind = 'degrees' | 'int32' | 'float32' | 'uint8'
const sections = [
  ['nodeLon', 'degrees'],
  ['nodeLat', 'degrees'],
  ['firstOut', 'int32'],
  ['tail', 'int32'],
  ['head', 'int32'],
  ['lengthM', 'float32'],
  ['speedMps', 'float32'],
  ['lanes', 'uint8'],
  ['maxHeightM', 'float32'],
  ['maxWidthM', 'float32'],
  ['maxWeightT', 'float32'],
  ['maxAxleLoadT', 'float32'],
  ['roadClass', 'uint8'],
  ['flags', 'uint8'],
  ['street', 'int32'],
  ['reverse', 'int32'],
  ['shapeStart', 'int32'],
  ['shapeLon', 'degrees'],
  ['shapeLat', 'degrees'],
  ['approachOfArc', 'int32'],
  ['exitOfArc', 'int32'],
] as const satisfies readonly (readonly [keyof RoadNetwork, ArrayKind])[]

type Lists = Pick<RoadNetwork, 'nodeCount' | 'arcCount' | 'streetNames' | 'turnBans' | 'approaches' | 'exits'>

/** Coordinates are rounded to 1e-7 degrees (about a centimetre); everything else is kept exactly. */
export function writeNetwork(network: RoadNetwork): Uint8Array {
  const { nodeCount, arcCount, streetNames, turnBans, approaches, exits } = network
  const lists: Lists = { nodeCount, arcCount, streetNames, turnBans, approaches, exits }
  const parts: Uint8Array[] = [new TextEncoder().encode(JSON.stringify(lists))]
  for (const [name, kind] of sections) {
    const array = network[name]
    const stored =
      kind === 'degrees' ? Int32Array.from(array, (degree) => Math.round(degree * STEPS_PER_DEGREE)) : array
    parts.push(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength))
  }
  const length = parts.reduce((sum, part) => sum + 8 + padded(part.length), 0)
  const bytes = new Uint8Array(HEADER_BYTES + length)
  const view = new DataView(bytes.buffer)
  let at = HEADER_BYTES
  for (const part of parts) {
    view.setUint32(at, part.length, true)
    bytes.set(part, at + 8)
    at += 8 + padded(part.length)
  }
  bytes.set(new TextEncoder().encode(MAGIC), 0)
  view.setUint32(8, VERSION, true)
  view.setUint32(12, crc32(bytes.subarray(HEADER_BYTES)), true)
  view.setUint32(16, length, true)
  return bytes
}

/**
 * @param file where the bytes are from, named in errors
 * @throws InputError `network-file` when the bytes are no network, cut off, damaged or of another version
 */
export function readNetwork(bytes: Uint8Array, file = 'the road network'): RoadNetwork {
  const refused = (reason: string) => {
    const message = `${file} cannot be used: ${reason}; import the map again with "clearway import network"`
    return new InputError('network-file', message, [{ field: 'network', message: reason }])
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEADER_BYTES || new TextDecoder().decode(bytes.subarray(0, 8)) !== MAGIC) {
    throw refused(`it is no road network (${bytes.length} bytes)`)
  }
  const version = view.getUint32(8, true)
  if (version !== VERSION) throw refused(`it has version ${version}, this program reads ${VERSION}`)
  const length = view.getUint32(16, true)
  const body = bytes.subarray(HEADER_BYTES)
  if (body.length !== length) throw refused(`it is ${body.length} bytes long after its header instead of ${length}`)
  if (crc32(body) !== view.getUint32(12, true)) throw refused('its checksum does not match: it is damaged')
  let at = HEADER_BYTES
  const next = (): Uint8Array => {
    const size = view.getUint32(at, true)
    // A copy of its own, because the arrays need aligned addresses and a Buffer's `slice` still shares memory.
    const part = Uint8Array.from(bytes.subarray(at + 8, at + 8 + size))
    at += 8 + padded(size)
    return part
  }
  const lists = JSON.parse(new TextDecoder().decode(next())) as Lists
  const arrays = Object.fromEntries(sections.map(([name, kind]) => [name, arrayOf(kind, next())]))
  return { ...lists, ...(arrays as unknown as Omit<RoadNetwork, keyof Lists>) }
}

const padded = (length: number): number => Math.ceil(length / 8) * 8

function arrayOf(kind: ArrayKind, bytes: Uint8Array) {
  switch (kind) {
    case 'degrees':
      return Float64Array.from(new Int32Array(bytes.buffer), (steps) => steps / STEPS_PER_DEGREE)
    case 'int32':
      return new Int32Array(bytes.buffer)
    case 'float32':
      return new Float32Array(bytes.buffer)
    case 'uint8':
      return bytes
  }
}
