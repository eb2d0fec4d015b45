import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PacketFrames } from '../../src/broker/packet-frames.ts'

/** A packet with a body of this length. */
function packet(type: number, length: number): Buffer {
  const header = [type << 4]
  for (let left = length; ; ) {
    const byte = left & 0x7f
    left >>= 7
    header.push(left > 0 ? byte | 0x80 : byte)
    if (left === 0) break
  }
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0xff)])
}

describe('packet frames', () => {
  const connect = packet(1, 12)

  it('count the publishes of a stream however it is cut', () => {
    const packets = fc.array(fc.tuple(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 0, max: 20_000 })), {
      maxLength: 20,
    })
    fc.assert(
      fc.property(packets, fc.infiniteStream(fc.integer({ min: 1, max: 5_000 })), (list, cuts) => {
        const stream = Buffer.concat([connect, ...list.map(([type, length]) => packet(type, length))])
        const frames = new PacketFrames(20_000)
        let publishes = 0
        let complete = false
        for (let at = 0; at < stream.length; ) {
          const chunk = stream.subarray(at, at + (cuts.next().value as number))
          at += chunk.length
          const seen = frames.follow(chunk)
          expect(seen.used).toBe(chunk.length)
          publishes += seen.publishes
          complete = seen.complete
        }
        expect(publishes).toBe(list.filter(([type]) => type === 3).length)
        expect(complete).toBe(true)
      }),
    )
  })

  it('stop behind the first packet when asked to', () => {
    const frames = new PacketFrames(100)
    const both = Buffer.concat([connect, packet(3, 20)])
    expect(frames.follow(both.subarray(0, 5), true)).toEqual({ used: 5, publishes: 0, complete: false })
    expect(frames.follow(both.subarray(5), true)).toEqual({ used: connect.length - 5, publishes: 0, complete: true })
    expect(frames.follow(both.subarray(connect.length))).toEqual({ used: 22, publishes: 1, complete: true })
  })

  it.each([
    ['a packet above the limit, at its header', Buffer.concat([connect, packet(3, 101).subarray(0, 2)]), 'oversize'],
    ['a length of five bytes', Buffer.from([0x10, 0x80, 0x80, 0x80, 0x80, 0x01]), 'malformed'],
    ['type 0', Buffer.concat([connect, Buffer.from([0, 0])]), 'malformed'],
    ['a first packet that is not CONNECT', packet(12, 0), 'not-connect'],
  ])('refuse %s', (_what, bytes, reason) => {
    expect(() => new PacketFrames(100).follow(bytes)).toThrow(expect.objectContaining({ reason }))
  })

  it('take any bytes without another error than their own', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          new PacketFrames(50).follow(bytes)
        } catch (error) {
          expect(error).toMatchObject({ reason: expect.stringMatching(/^(oversize|malformed|not-connect)$/) })
        }
      }),
    )
  })
})
