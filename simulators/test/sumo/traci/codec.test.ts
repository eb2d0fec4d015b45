import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { message, Reader, type Typed, typed } from '../../../src/sumo/traci/codec.ts'
import {
  getCommand,
  setCommand,
  statusOf,
  stepCommand,
  subscribeCommand,
  valuesOf,
  variable,
} from '../../../src/sumo/traci/commands.ts'

const hex = (bytes: Buffer): string => bytes.toString('hex')

const { value } = fc.letrec<{ value: Typed }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.record({ type: fc.constant('ubyte' as const), value: fc.integer({ min: 0, max: 255 }) }),
    fc.record({ type: fc.constant('byte' as const), value: fc.integer({ min: -128, max: 127 }) }),
    fc.record({ type: fc.constant('integer' as const), value: fc.integer() }),
    fc.record({ type: fc.constant('double' as const), value: fc.double({ noNaN: true }) }),
    fc.record({ type: fc.constant('string' as const), value: fc.string({ unit: 'grapheme' }) }),
    fc.record({ type: fc.constant('strings' as const), value: fc.array(fc.string()) }),
    fc.record({
      type: fc.constant('position' as const),
      value: fc.tuple(fc.double({ noNaN: true }), fc.double({ noNaN: true })),
    }),
    fc.record({ type: fc.constant('compound' as const), value: fc.array(tie('value'), { maxLength: 3 }) }),
  ),
}))

describe('a value on the wire', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(value, (item) => {
        const reader = new Reader(typed(item))
        expect(reader.typed()).toEqual(item)
        expect(reader.done).toBe(true)
      }),
    )
  })

  it('is refused when it is cut off anywhere', () => {
    fc.assert(
      fc.property(value, fc.nat(), (item, cut) => {
        const bytes = typed(item)
        const length = cut % bytes.length
        expect(() => new Reader(bytes.subarray(0, length)).typed()).toThrow(/SUMO cannot be read/)
      }),
    )
  })

  it('of bytes that mean nothing is refused and never hangs', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          new Reader(Buffer.from(bytes)).typed()
        } catch (error) {
          expect((error as { code: string }).code).toBe('traci')
        }
      }),
    )
  })
})

describe('a message', () => {
  it('has its total length, and of each command length, number and content', () => {
    // One step: 4 bytes of length, then 10 bytes of command 0x02 with a double 0.
    expect(hex(message([stepCommand]))).toBe('0000000e' + '0a02' + '0000000000000000')
    // Signal state "Gr" of "c": command 0xC2, variable 0x20, object, type 0x0C, string.
    const set = setCommand('signal', variable.signalState, 'c', { type: 'string', value: 'Gr' })
    expect(hex(message([set]))).toBe('00000013' + '0fc220' + '0000000163' + '0c' + '000000024772')
    expect(hex(message([getCommand('vehicle', variable.speed, 'f0')]))).toBe('0000000d' + '09a440' + '000000026630')
  })

  it('gives a subscription begin and end, object, and the variables by number', () => {
    const { id, content } = subscribeCommand('vehicle', 'a', [variable.speed, variable.position])
    expect(id).toBe(0xd4)
    expect(hex(content)).toBe(`${'c1d0000000000000'.repeat(2)}0000000161024042`)
  })

  it('has an int32 as length of a command that is longer than a byte can say', () => {
    const state = 'r'.repeat(300)
    const bytes = message([setCommand('signal', variable.signalState, 'c', { type: 'string', value: state })])
    expect(bytes.readInt32BE(0)).toBe(bytes.length)
    expect(bytes[4]).toBe(0)
    expect(bytes.readInt32BE(5)).toBe(bytes.length - 4)
    expect(bytes[9]).toBe(0xc2)
    const reader = new Reader(bytes.subarray(4))
    expect(reader.part().content.subarray(-300).toString()).toBe(state)
    expect(reader.done).toBe(true)
  })
})

describe('an answer', () => {
  it('begins with the status of its command', () => {
    const part = new Reader(Buffer.from('0fc2ff' + '00000008' + '6e6f7420736f2121', 'hex')).part()
    expect(statusOf(part)).toEqual({ id: 0xc2, result: 255, text: 'not so!!' })
  })

  it('of a subscription has the object and its values, each with its status and type', () => {
    const content = Buffer.from(
      '0000000161' + '02' + '40000b4029000000000000' + '42000141f00000000000004034000000000000',
      'hex',
    )
    expect(valuesOf({ id: 0xe4, content })).toEqual({
      ...{ domain: 'vehicle', object: 'a' },
      values: new Map<number, Typed>([
        [variable.speed, { type: 'double', value: 12.5 }],
        [variable.position, { type: 'position', value: [4294967296, 20] }],
      ]),
    })
  })
})
