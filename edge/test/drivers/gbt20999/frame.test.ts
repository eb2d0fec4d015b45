import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { numbersOf } from '../../../src/drivers/gbt20999/arming.ts'
import { assumedWith } from '../../../src/drivers/gbt20999/assumptions.ts'
import { crc16, encodeFrame, type Frame, FrameDecoder, frameTypes } from '../../../src/drivers/gbt20999/frame.ts'
import { nameOf, objectId } from '../../../src/drivers/gbt20999/objects.ts'

const assumed = assumedWith()
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

/**
 * Frames that a controller on sale and its test program exchanged over UDP, where nothing is escaped. Facts of the
 * protocol as published with the program 20999-test-first on GitHub, which has 354 of them; all have the same CRC.
 */
const captured = {
  query: {
    bytes: '7e 00 13 01 00 05 00 00 00 00 00 01 10 01 01 04 08 06 03 01 39 d3 7d',
    frame: { sequence: 1, type: frameTypes.query, values: [{ index: 1, id: objectId(8, 6, 3, 1), data: '' }] },
  },
  reply: {
    bytes: '7e 00 14 01 00 05 00 00 00 00 00 02 20 01 01 05 0d 02 02 01 23 94 f4 7d',
    frame: { sequence: 2, type: frameTypes.queryReply, values: [{ index: 1, id: objectId(13, 2, 2, 1), data: '23' }] },
  },
  twoBytes: {
    bytes: '7e 00 15 01 00 05 00 00 00 00 00 02 20 01 01 06 06 03 03 05 00 06 d4 1e 7d',
    frame: { sequence: 2, type: frameTypes.queryReply, values: [{ index: 1, id: objectId(6, 3, 3, 5), data: '0006' }] },
  },
  conflicts: {
    bytes: '7e 00 1b 01 00 05 00 00 00 00 00 02 20 01 01 0c 07 01 02 01 00 00 00 00 00 00 f2 f0 b3 3b 7d',
    frame: {
      sequence: 2,
      type: frameTypes.queryReply,
      values: [{ index: 1, id: objectId(7, 1, 2, 1), data: '000000000000f2f0' }],
    },
  },
  error: {
    bytes: '7e 00 14 01 00 05 00 00 00 00 00 02 21 01 01 05 11 02 01 01 30 fa 97 7d',
    frame: { sequence: 2, type: frameTypes.queryError, values: [{ index: 1, id: objectId(17, 2, 1, 1), data: '30' }] },
  },
}
/** On UDP a byte of the CRC may be an end byte as it is; over TCP it must be escaped. */
const endByteInCrc = {
  udp: '7e 00 14 01 00 05 00 00 00 00 00 02 20 01 01 05 04 02 04 01 00 df 7d 7d',
  tcp: '7e 00 14 01 00 05 00 00 00 00 00 02 20 01 01 05 04 02 04 01 00 df 5c 7d 7d',
}

const frameOf = ({ frame }: (typeof captured)[keyof typeof captured]): Frame => ({
  version: 0x0100,
  centre: 5,
  controller: 0,
  crossing: 0,
  ...frame,
  values: frame.values.map((value) => ({ ...value, data: Uint8Array.from(hex(value.data)) })),
})

describe('a captured frame', () => {
  it.each(Object.entries(captured))('%s is read and made again byte by byte', (_name, one) => {
    expect(new FrameDecoder(assumed).push(hex(one.bytes))).toEqual([frameOf(one)])
    expect(encodeFrame(frameOf(one), assumed).toString('hex')).toBe(hex(one.bytes).toString('hex'))
  })

  it('whose CRC holds an end byte is escaped over TCP', () => {
    const [frame] = new FrameDecoder(assumed).push(hex(endByteInCrc.tcp))
    expect(frame?.values).toEqual([{ index: 1, id: objectId(4, 2, 4, 1), data: Uint8Array.of(0) }])
    expect(encodeFrame(frame as Frame, assumed).toString('hex')).toBe(hex(endByteInCrc.tcp).toString('hex'))
    expect(new FrameDecoder(assumed).push(hex(endByteInCrc.udp))).toEqual([])
  })

  it('names the phases in conflict with phase 1 from the right', () => {
    const [frame] = new FrameDecoder(assumed).push(hex(captured.conflicts.bytes))
    expect(numbersOf(frame!.values[0]!.data)).toEqual([5, 6, 7, 8, 10, 13, 14, 15, 16])
    expect(nameOf(frame!.values[0]!.id)).toBe('7.1.2.1')
  })
})

describe('the CRC', () => {
  // Check values of the public catalogue over "123456789"; the polynomial 0x1005 itself is not listed there.
  it.each([
    ['XMODEM', 0x1021, 0x0000, 0x31c3],
    ['IBM-3740', 0x1021, 0xffff, 0x29b1],
    ['UMTS', 0x8005, 0x0000, 0xfee8],
    ['T10-DIF', 0x8bb7, 0x0000, 0xd0db],
  ])('agrees with CRC-16/%s', (_name, polynomial, initial, check) => {
    expect(crc16(Buffer.from('123456789'), polynomial, initial)).toBe(check)
  })
})

const octet = fc.integer({ min: 0, max: 255 })
/** Full of the bytes that mean something. */
const awkward = fc.oneof(octet, fc.constantFrom(0x7e, 0x7d, 0x5c))
const anyFrame: fc.Arbitrary<Frame> = fc.record({
  version: fc.integer({ min: 0, max: 0xffff }),
  centre: awkward,
  controller: fc.integer({ min: 0, max: 0xffffffff }),
  crossing: awkward,
  sequence: awkward,
  type: fc.constantFrom(...Object.values(frameTypes).filter((type) => type < 0x70)),
  values: fc.array(
    fc.record({
      index: awkward,
      id: fc.tuple(awkward, awkward, awkward, awkward).map((parts) => objectId(...parts)),
      data: fc.uint8Array({ maxLength: 70 }),
    }),
    { maxLength: 6 },
  ),
})
const seed = 20_999

describe('whatever a frame holds', () => {
  it('comes back whole, in whatever pieces and after whatever garbage', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.array(awkward, { maxLength: 20 }), anyFrame), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 40 }),
        (parts, size) => {
          const decoder = new FrameDecoder(assumed)
          // A start byte ends whatever the garbage had begun, unless an escape stands right before it.
          const bytes = Buffer.concat(
            parts.flatMap(([garbage, frame]) => [Buffer.from([...garbage, 0]), encodeFrame(frame, assumed)]),
          )
          const found: Frame[] = []
          for (let at = 0; at < bytes.length; at += size) found.push(...decoder.push(bytes.subarray(at, at + size)))
          expect(found).toEqual(parts.map(([, frame]) => frame))
        },
      ),
      { seed, numRuns: 500 },
    )
  })

  it('is refused with any one bit flipped, and the next frame is read', () => {
    const next = frameOf(captured.reply)
    fc.assert(
      fc.property(anyFrame, (frame) => {
        const whole = encodeFrame(frame, assumed)
        for (let bit = 0; bit < whole.length * 8; bit++) {
          const damaged = Buffer.from(whole)
          damaged[bit >> 3]! ^= 1 << (bit & 7)
          const decoder = new FrameDecoder(assumed)
          expect(decoder.push(damaged)).toEqual([])
          // An end byte that became another byte lets the frame run on; the next start byte ends it.
          expect(decoder.push(encodeFrame(next, assumed))).toEqual([next])
          const { checksum, malformed, skipped } = decoder.counts
          expect(checksum + malformed + skipped).toBeGreaterThan(0)
        }
      }),
      { seed, numRuns: 25 },
    )
  })
})

describe('a stream that never ends a frame', () => {
  it('is given up at the longest length', () => {
    const decoder = new FrameDecoder(assumed)
    decoder.push(Uint8Array.of(0x7e))
    for (let kilobyte = 0; kilobyte < 70; kilobyte++) decoder.push(new Uint8Array(1024))
    expect(decoder.counts.malformed).toBe(1)
    expect(decoder.push(hex(captured.reply.bytes))).toHaveLength(1)
  })
})

it('reads heartbeats with and without a number of values', () => {
  const heartbeat: Frame = { ...frameOf(captured.reply), type: frameTypes.heartbeat, values: [] }
  for (const heartbeatCount of [true, false]) {
    const bytes = encodeFrame(heartbeat, { ...assumed, heartbeatCount })
    expect(bytes).toHaveLength(heartbeatCount ? 17 : 16)
    expect(new FrameDecoder(assumed).push(bytes)).toEqual([heartbeat])
  }
})
