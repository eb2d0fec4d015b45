import { finished } from 'node:stream/promises'
import { InputError } from '@clearway/contracts/errors'
import { OSMTransform } from 'osm-pbf-parser-node'
import { type MapSource, wholeContentOf } from '../map-file.ts'
import {
  noTags,
  type OsmExtract,
  type OsmMember,
  type OsmNode,
  type OsmRelation,
  type OsmWay,
  type Tags,
} from './extract.ts'

/** What the parser hands out; the file's header comes first and has no type. */
type Parsed =
  | { type?: undefined }
  | { type: 'node'; id: number; lon: number; lat: number; tags?: Tags }
  | { type: 'way'; id: number; refs: number[]; tags?: Tags }
  | { type: 'relation'; id: number; members: OsmMember[]; tags?: Tags }

/**
 * Reads an `.osm.pbf` file.
 *
 * @throws WorldError `file-unreadable` when the file cannot be read
 * @throws InputError `map-broken` when it is empty, cut off or not OpenStreetMap data; the message names file and reason
 */
export async function readPbf(source: MapSource, name: string): Promise<OsmExtract> {
  const bytes = await wholeContentOf(source, name)
  const nodes = new Map<number, OsmNode>()
  const ways: OsmWay[] = []
  const relations: OsmRelation[] = []
  const keep = (item: Parsed): void => {
    if (item.type === 'node') nodes.set(item.id, { lon: item.lon, lat: item.lat, tags: item.tags ?? noTags })
    else if (item.type === 'way' && item.tags) ways.push({ id: item.id, nodes: item.refs, tags: item.tags })
    else if (item.type === 'relation' && item.tags)
      relations.push({ id: item.id, members: item.members, tags: item.tags })
  }
  try {
    const parser = new OSMTransform({ withTags: true })
    parser.on('data', (batch: Parsed[]) => {
      for (const item of batch) keep(item)
    })
    for (const frame of frames(bytes)) await write(parser, frame)
    parser.end()
    await finished(parser)
  } catch (cause) {
    const reason = (cause as Error).message
    const message = `${name} is not a complete .osm.pbf file: ${reason}; fetch it again`
    throw new InputError('map-broken', message, [{ field: 'file', message: `${name}: ${reason}` }])
  }
  return { nodes, ways, relations }
}

/** The parser throws out of `write` on broken data; one whole frame at a time keeps that throw in the caller's hands. */
function write(parser: OSMTransform, frame: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.write(frame, (error) => (error ? reject(error) : resolve()))
  })
}

/**
 * Cuts the file into frames: four bytes of header length, a BlobHeader, a Blob. The parser itself reports a file that
 * ends in the middle of a frame only as a failed assertion on a later tick.
 *
 * @see https://wiki.openstreetmap.org/wiki/PBF_Format
 */
function* frames(bytes: Buffer): Generator<Buffer> {
  if (bytes.length === 0) throw new Error('the file is empty')
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length) throw new Error(`cut off at byte ${bytes.length}`)
    const headerEnd = at + 4 + bytes.readUInt32BE(at)
    if (headerEnd > bytes.length) throw new Error(`no block header at byte ${at}`)
    const end = headerEnd + dataSize(bytes.subarray(at + 4, headerEnd), at)
    if (end > bytes.length) throw new Error(`cut off: ${bytes.length} bytes, a block ends at ${end}`)
    yield bytes.subarray(at, end)
    at = end
  }
}

/** Field 3, `datasize`, of a BlobHeader in protocol-buffer encoding. */
function dataSize(header: Buffer, at: number): number {
  let i = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; i < header.length && shift < 35; shift += 7) {
      const byte = header[i++]!
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new Error(`no block header at byte ${at}`)
  }
  while (i < header.length) {
    const key = varint()
    if (key === 0x18) return varint()
    const value = varint()
    if ((key & 7) === 2) i += value
  }
  throw new Error(`no block header at byte ${at}`)
}
