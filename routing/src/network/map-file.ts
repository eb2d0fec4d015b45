import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { InputError, WorldError } from '@clearway/contracts/errors'

/** A map file: its path, or its bytes; either may be gzip. */
export type MapSource = string | Uint8Array

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/**
 * The plain content of a map file in chunks.
 *
 * @param name what errors call the source; the path where it is one
 * @throws WorldError `file-unreadable` when a file cannot be read
 * @throws InputError `map-broken` when its gzip is damaged or cut off
 */
export async function* contentOf(source: MapSource, name = sourceName(source)): AsyncGenerator<Uint8Array> {
  const raw = rawChunks(source, name)
  const first = await raw.next()
  if (first.done) return
  const whole = rejoined(first.value, raw)
  yield* isGzip(first.value) ? unzipped(whole, name) : whole
}

/** The whole content at once. @see contentOf */
export async function wholeContentOf(source: MapSource, name = sourceName(source)): Promise<Buffer> {
  if (typeof source !== 'string' && !isGzip(source)) return Buffer.from(source.buffer, source.byteOffset, source.length)
  return Buffer.concat(await Array.fromAsync(contentOf(source, name)))
}

export const sourceName = (source: MapSource): string => (typeof source === 'string' ? source : 'the map')

/** An input error about a place in a map file. */
export function brokenMap(name: string, reason: string, place?: string): InputError {
  const where = place === undefined ? name : `${name}, ${place}`
  return new InputError('map-broken', `${where}: ${reason}`, [{ field: 'file', message: `${where}: ${reason}` }])
}

async function* rawChunks(source: MapSource, name: string): AsyncGenerator<Uint8Array> {
  if (typeof source !== 'string') {
    yield source
    return
  }
  try {
    yield* createReadStream(source, { highWaterMark: 1 << 18 })
  } catch (cause) {
    const reason = (cause as Error).message
    throw new WorldError('file-unreadable', `cannot read the map ${name}: ${reason}; check the path`, cause)
  }
}

async function* rejoined(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  yield* rest
}

async function* unzipped(chunks: AsyncGenerator<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  let failure: unknown
  const gunzip = createGunzip({ chunkSize: 1 << 18 })
  const input = Readable.from(chunks)
  input.once('error', (error) => {
    failure = error
    gunzip.destroy(error)
  })
  try {
    yield* input.pipe(gunzip)
  } catch (cause) {
    if (failure) throw failure
    throw brokenMap(name, `its gzip cannot be unpacked (${(cause as Error).message}); fetch the file again`)
  } finally {
    input.destroy()
  }
}
