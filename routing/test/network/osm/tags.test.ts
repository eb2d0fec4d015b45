import { describe, expect, it } from 'vitest'
import { direction, driveable, lanesOf } from '../../../src/network/osm/access.ts'
import { maxspeedKmh, speedMps } from '../../../src/network/osm/speed.ts'

describe('maxspeed', () => {
  it.each([
    ['50', 50],
    ['30 mph', 48.28],
    ['DE:urban', 50],
    ['DE:zone:30', 30],
    ['CN:rural', 100],
    ['walk', 7],
    ['none', 130],
    [' 70 km/h', 70],
  ])('%s is understood', (value, kmh) => {
    expect(maxspeedKmh(value)).toBeCloseTo(kmh, 1)
  })

  it.each(['signals', 'variable', '0', '', 'DE:unheard'])('"%s" falls back to the class', (value) => {
    expect(maxspeedKmh(value)).toBeUndefined()
    expect(speedMps({ maxspeed: value }, 'residential', false, 'forward')).toBeCloseTo(30 / 3.6, 5)
  })

  it('of one direction wins over the general one', () => {
    const tags = { maxspeed: '50', 'maxspeed:backward': '30' }
    expect(speedMps(tags, 'primary', false, 'forward')).toBeCloseTo(50 / 3.6, 5)
    expect(speedMps(tags, 'primary', false, 'backward')).toBeCloseTo(30 / 3.6, 5)
  })
})

describe('direction', () => {
  it.each([
    [{ oneway: 'yes' }, 'forward'],
    [{ oneway: '1' }, 'forward'],
    [{ oneway: 'true' }, 'forward'],
    [{ oneway: '-1' }, 'backward'],
    [{ oneway: 'no', highway: 'motorway' }, 'both'],
    [{ highway: 'motorway' }, 'forward'],
    [{ highway: 'motorway_link' }, 'both'],
    [{ junction: 'roundabout' }, 'forward'],
    [{}, 'both'],
  ] as const)('%o is %s', (tags, expected) => {
    expect(direction(tags as Record<string, string>)).toBe(expected)
  })
})

describe('access', () => {
  it('is decided by the most particular tag', () => {
    expect(driveable({ highway: 'service', access: 'private', motorcar: 'yes' })).toEqual({
      roadClass: 'service',
      link: false,
      openTo: 'everyone',
    })
    expect(driveable({ highway: 'service', access: 'yes', motor_vehicle: 'no' })).toMatchObject({ openTo: 'emergency' })
  })

  it('knows ramps by their class', () => {
    expect(driveable({ highway: 'trunk_link' })).toMatchObject({ roadClass: 'trunk', link: true })
  })
})

describe('lanes', () => {
  it('are those of the direction, or a share, or one', () => {
    expect(lanesOf({ lanes: '5', 'lanes:forward': '3' }, 'both', 'forward')).toBe(3)
    expect(lanesOf({ lanes: '5' }, 'both', 'backward')).toBe(2)
    expect(lanesOf({ lanes: '3' }, 'forward', 'forward')).toBe(3)
    expect(lanesOf({ lanes: '1' }, 'both', 'forward')).toBe(1)
    expect(lanesOf({ lanes: 'many' }, 'both', 'forward')).toBe(1)
  })
})
