/**
 * The bytes of GB/T 20999-2017 as a controller on the street would make them: written from the frame's description alone,
 * apart from the driver's, so that one wrong reading of it shows as a failed conversation.
 */
export interface Item {
  index: number
  /** `8.6.2.1` */
  name: string
  data: number[]
}

export interface Message {
  sequence: number
  type: number
  items: Item[]
}

/** What stands in every frame of one connection. */
export interface Header {
  version: number
  centre: number
  controller: number
  crossing: number
}

/** x^16 + x^12 + x^2 + 1 by table: one step a byte. */
const crcTable = Array.from({ length: 256 }, (_, index) => {
  let value = index << 8
  for (let bit = 0; bit < 8; bit++) value = value & 0x8000 ? ((value << 1) & 0xffff) ^ 0x1005 : (value << 1) & 0xffff
  return value
})
const crcOf = (bytes: readonly number[]): number =>
  bytes.reduce((crc, byte) => ((crc << 8) & 0xffff) ^ (crcTable[(crc >> 8) ^ byte] as number), 0)

const two = (value: number): number[] => [value >> 8, value & 255]
const four = (value: number): number[] => [...two(Math.floor(value / 65536)), ...two(value % 65536)]

/** @param damage added to the CRC: above 0 it is wrong */
export function toBytes({ version, centre, controller, crossing }: Header, message: Message, damage = 0): Buffer {
  const { sequence, type, items } = message
  const after = [...two(version), centre, ...four(controller), crossing, sequence, type]
  if (type < 0x70) after.push(items.length)
  for (const { index, name, data } of items) after.push(index, 4 + data.length, ...name.split('.').map(Number), ...data)
  const inner = [...two(after.length + 2), ...after]
  const sealed = [...inner, ...two((crcOf(inner) + damage) & 0xffff)]
  return Buffer.from([
    0x7e,
    ...sealed.flatMap((byte) => ([0x7e, 0x7d, 0x5c].includes(byte) ? [0x5c, byte] : [byte])),
    0x7d,
  ])
}

/** Cuts frames out of a stream. What is damaged is left out. */
export class Cutter {
  #rest: number[] = []

  push(chunk: Uint8Array): { header: Header; message: Message }[] {
    this.#rest.push(...chunk)
    const found: { header: Header; message: Message }[] = []
    for (;;) {
      const start = this.#rest.indexOf(0x7e)
      if (start < 0) {
        this.#rest = []
        return found
      }
      const inner: number[] = []
      let at = start + 1
      while (at < this.#rest.length && this.#rest[at] !== 0x7d) {
        if (this.#rest[at] === 0x5c) at++
        inner.push(this.#rest[at++] ?? -1)
      }
      if (at >= this.#rest.length) return found
      this.#rest.splice(0, at + 1)
      const frame = fromBytes(inner)
      if (frame) found.push(frame)
    }
  }
}

function fromBytes(inner: number[]): { header: Header; message: Message } | undefined {
  const crc = inner.splice(-2)
  const [
    high = 0,
    low = 0,
    v1 = 0,
    v2 = 0,
    centre = 0,
    c1 = 0,
    c2 = 0,
    c3 = 0,
    c4 = 0,
    crossing = 0,
    sequence = 0,
    type = 0,
  ] = inner
  if (crcOf(inner) !== (crc[0] as number) * 256 + (crc[1] as number) || high * 256 + low !== inner.length)
    return undefined
  const items: Item[] = []
  let at = 13
  for (let left = inner[12] ?? 0; left > 0; left--) {
    const [index = 0, length = 0] = inner.slice(at, at + 2)
    const body = inner.slice(at + 2, at + 2 + length)
    items.push({ index, name: body.slice(0, 4).join('.'), data: body.slice(4) })
    at += 2 + length
  }
  const header = { version: v1 * 256 + v2, centre, controller: ((c1 * 256 + c2) * 256 + c3) * 256 + c4, crossing }
  return { header, message: { sequence, type, items } }
}
