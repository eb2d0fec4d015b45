import { describe, expect, it } from 'vitest'
import { metres, tons } from '../../../src/network/osm/limits.ts'
import { arcFlag } from '../../../src/network/road-network.ts'
import { extract, importDrawn } from './drawn-extract.ts'

const options = { district: 'test', name: { en: 'Test' }, timeZone: 'Europe/Berlin' }
const street = { highway: 'residential' }

describe('a limit in metres', () => {
  it.each([
    ['3.5', 3.5],
    ['3.5 m', 3.5],
    ['3,8', 3.8],
    ['250 cm', 2.5],
    [`12'6"`, 3.81],
    [`12' 6"`, 3.81],
    ['12 ft', 3.6576],
    ['12ft 6in', 3.81],
    ['14′', 4.2672],
    ['default', Number.POSITIVE_INFINITY],
    ['none', Number.POSITIVE_INFINITY],
  ])('%s is understood', (value, expected) => {
    expect(metres(value)).toBeCloseTo(expected, 6)
  })

  it.each(['', 'low', '0', '-3', '3.5 t', 'below_default', '3..5', 'NaN', '12"6'])('"%s" is none', (value) => {
    expect(metres(value)).toBeUndefined()
  })
})

describe('a limit in tons', () => {
  it.each([
    ['7.5', 7.5],
    ['7.5 t', 7.5],
    ['3500 kg', 3.5],
    ['10 st', 9.0718474],
    ['20000 lbs', 9.0718474],
    ['none', Number.POSITIVE_INFINITY],
  ])('%s is understood', (value, expected) => {
    expect(tons(value)).toBeCloseTo(expected, 6)
  })

  it.each(['', 'heavy', '0', '3.5 m', '7.5 tt'])('"%s" is none', (value) => {
    expect(tons(value)).toBeUndefined()
  })
})

describe('limits of roads', () => {
  const nodes = { A: [0, 0], B: [100, 0], C: [200, 0] } as const
  const arcsWith = (ways: Parameters<typeof extract>[1], over: Parameters<typeof extract>[0] = {}) =>
    importDrawn(extract({ ...(nodes as never as Parameters<typeof extract>[0]), ...over }, ways), options)

  it('hold for both directions of the way, or for one', () => {
    const { network } = arcsWith([
      ['A B', { ...street, maxheight: '3.5', maxweight: '7.5', maxwidth: '2', maxaxleload: '5' }],
      ['B C', { ...street, 'maxheight:forward': '4', maxheight: '4.5' }],
    ])
    expect([...network.maxHeightM]).toEqual([3.5, 3.5, 4, 4.5])
    expect([...network.maxWeightT]).toEqual([7.5, 7.5, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
    expect(network.maxWidthM[0]).toBe(2)
    expect(network.maxAxleLoadT[1]).toBe(5)
  })

  it('on a node hold for the road it lies on, the narrower counts', () => {
    const { network } = arcsWith(
      [
        ['A B C', { ...street, maxheight: '3' }],
        ['A C', street],
      ],
      {
        B: [100, 0, { maxheight: '2.5', maxwidth: '2.2' }],
      },
    )
    expect(network.arcCount).toBe(4)
    expect([...network.maxHeightM].sort()).toEqual([2.5, 2.5, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
    expect(network.maxWidthM.filter((width) => width < 3)).toHaveLength(2)
  })

  it('on a node between two ways hold for both, on one where several meet for none, which is reported', () => {
    const bar = { B: [100, 0, { maxheight: '2.5' }] } as Parameters<typeof extract>[0]
    const two = arcsWith(
      [
        ['A B', street],
        ['B C', street],
      ],
      bar,
    )
    expect([...two.network.maxHeightM]).toEqual([2.5, 2.5, 2.5, 2.5])
    const three = arcsWith(
      [
        ['A B', street],
        ['B C', street],
        ['B D', street],
      ],
      { ...bar, D: [100, 100] },
    )
    expect([...three.network.maxHeightM]).toEqual(new Array(6).fill(Number.POSITIVE_INFINITY))
    expect(three.report.dropped['limits: on a node where several roads meet']).toBe(1)
  })

  it('that cannot be read are reported', () => {
    const { network, report } = arcsWith([
      ['A B C', { ...street, maxheight: 'low', 'maxweight:conditional': '3 @ wet' }],
    ])
    expect(network.maxHeightM[0]).toBe(Number.POSITIVE_INFINITY)
    expect(report.dropped).toMatchObject({
      'limits: maxheight not understood': 1,
      'limits: maxweight under a condition': 1,
    })
    expect(report.notes).toContain('maxheight "low" is no measure; taken as no limit')
  })

  it('that nobody states under a roof make the clearance unknown', () => {
    const unknown = (tags: Record<string, string>, over: Parameters<typeof extract>[0] = {}) =>
      (arcsWith([['A B C', { ...street, ...tags }]], over).network.flags[0]! & arcFlag.unknownClearance) !== 0
    expect(unknown({ tunnel: 'yes' })).toBe(true)
    expect(unknown({ tunnel: 'building_passage' })).toBe(true)
    expect(unknown({ covered: 'yes' })).toBe(true)
    expect(unknown({}, { B: [100, 0, { barrier: 'height_restrictor' }] })).toBe(true)
    expect(unknown({ tunnel: 'yes', maxheight: 'below_default' })).toBe(true)
    expect(unknown({ tunnel: 'yes', maxheight: '4.1' })).toBe(false)
    expect(unknown({ tunnel: 'yes', maxheight: 'default' })).toBe(false)
    expect(unknown({ tunnel: 'no' })).toBe(false)
    expect(unknown({ tunnel: 'culvert' })).toBe(false)
    expect(unknown({}, { B: [100, 0, { barrier: 'height_restrictor', maxheight: '2' }] })).toBe(false)
    expect(unknown({ bridge: 'yes' })).toBe(false)
  })
})
