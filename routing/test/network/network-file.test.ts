import { InputError } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contractionOrder } from '../../src/network/contraction-order.ts'
import { readNetwork, writeNetwork } from '../../src/network/network-file.ts'
import { extract, importDrawn } from './osm/drawn-extract.ts'

const built = importDrawn(
  extract({ W: [-200, 0], O: [0, 0, { highway: 'traffic_signals' }], E: [200, 0], N: [0, 200], S: [3, -200] }, [
    ['W O E', { highway: 'primary', name: '解放路' }],
    ['N O S', { highway: 'residential', name: 'Bürgerstraße', oneway: 'no' }],
  ]),
  { district: 'test', name: { en: 'Test' }, timeZone: 'Europe/Berlin' },
)
const network = { ...built.network, order: contractionOrder(built.network) }
const bytes = writeNetwork(network)

describe('a network file', () => {
  it('gives back the network that was written', () => {
    expect(readNetwork(bytes)).toEqual(network)
  })

  it('gives back limits, bans with hours and the lack of them', () => {
    const limited = {
      ...network,
      maxHeightM: network.maxHeightM.map((limit, arc) => (arc === 2 ? 3.8 : limit)),
      turnBans: [
        { arcs: [0, 3], emergencyExempt: true, hours: null },
        { arcs: [1, 4, 5], emergencyExempt: false, hours: [{ days: 31, fromMinute: 420, toMinute: 540 }] },
      ],
    }
    const again = readNetwork(writeNetwork(limited))
    expect(again).toEqual(limited)
    expect(again.maxHeightM[0]).toBe(Number.POSITIVE_INFINITY)
    expect(again.maxHeightM[2]).toBeCloseTo(3.8, 6)
  })

  it('is read from the middle of a shared buffer too', () => {
    const shared = Buffer.alloc(bytes.length + 40, 7)
    shared.set(bytes, 13)
    expect(readNetwork(shared.subarray(13, 13 + bytes.length))).toEqual(network)
  })

  it('is refused when any byte of it has changed', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        // Bytes 20–23 of the header are unused.
        if (at >= 20 && at < 24) return
        const damaged = bytes.slice()
        damaged[at]! ^= change
        expect(() => readNetwork(damaged)).toThrow(InputError)
      }),
    )
  })

  it('is refused when it is cut off anywhere', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        expect(() => readNetwork(bytes.subarray(0, length))).toThrow(InputError)
      }),
    )
  })

  it('of another version is refused with both numbers', () => {
    const newer = bytes.slice()
    newer[8] = 9
    expect(() => readNetwork(newer)).toThrow(/version 9, this program reads 3/)
  })
})
