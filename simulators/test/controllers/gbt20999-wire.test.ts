import { expect, it } from 'vitest'
import { Cutter, toBytes } from '../../src/controllers/gbt20999-wire.ts'

/** Exchanged by a controller on sale and its test program; see the driver's own test. */
const header = { version: 0x0100, centre: 5, controller: 0, crossing: 0 }
const captured = [
  {
    hex: '7e0013010005000000000001100101040806030139d37d',
    message: { sequence: 1, type: 0x10, items: [{ index: 1, name: '8.6.3.1', data: [] as number[] }] },
  },
  {
    hex: '7e00150100050000000000022001010606030305 0006d41e7d'.replace(' ', ''),
    message: { sequence: 2, type: 0x20, items: [{ index: 1, name: '6.3.3.5', data: [0, 6] }] },
  },
]

it.each(captured)('the device makes and cuts a captured frame: $message.items.0.name', ({ hex, message }) => {
  expect(toBytes(header, message).toString('hex')).toBe(hex)
  const cutter = new Cutter()
  const bytes = Buffer.from(hex, 'hex')
  expect(cutter.push(bytes.subarray(0, 9))).toEqual([])
  expect(cutter.push(bytes.subarray(9))).toEqual([{ header, message }])
})
