import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Sample } from './store.ts'

/**
 * One series' samples of one day, packed. Times as varint steps in milliseconds from the start of the day; values as
 * IEEE 754 doubles laid out byte by byte (all first bytes, then all second bytes, …), where the equal exponents of
 * neighbouring readings stand together; then deflate.
 */
export function packSegment(dayMs: number, samples: readonly Sample[]): Uint8Array {
  const times: number[] = []
  let before = dayMs
  for (const { atMs } of samples) {
    let step = atMs - before
    before = atMs
    while (step >= 0x80) {
      times.push((step % 0x80) + 0x80)
      step = Math.floor(step / 0x80)
    }
    times.push(step)
  }
  const count = samples.length
  const bytes = new Uint8Array(4 + times.length + 8 * count)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, count)
  bytes.set(times, 4)
  const double = new DataView(new ArrayBuffer(8))
  for (const [index, { value }] of samples.entries()) {
    double.setFloat64(0, value)
    for (let b = 0; b < 8; b++) bytes[4 + times.length + b * count + index] = double.getUint8(b)
  }
  return deflateRawSync(bytes)
}

/** The samples in time order. */
export function unpackSegment(dayMs: number, blob: Uint8Array): Sample[] {
  const bytes = inflateRawSync(blob)
  const count = bytes.readUInt32BE(0)
  const samples: Sample[] = []
  let at = 4
  let atMs = dayMs
  for (let index = 0; index < count; index++) {
    let scale = 1
    for (;;) {
      const byte = bytes[at++] as number
      atMs += (byte & 0x7f) * scale
      if (byte < 0x80) break
      scale *= 0x80
    }
    samples.push({ atMs, value: 0 })
  }
  const double = new DataView(new ArrayBuffer(8))
  for (const [index, sample] of samples.entries()) {
    for (let b = 0; b < 8; b++) double.setUint8(b, bytes[at + b * count + index] as number)
    sample.value = double.getFloat64(0)
  }
  return samples
}
