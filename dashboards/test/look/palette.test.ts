import { describe, expect, it } from 'vitest'
import {
  type Appearance,
  ground,
  occupancyBand,
  occupancyColour,
  occupancyRamp,
  type Rgb,
  rgb,
  signalColours,
} from '../../src/look/palette.ts'

/** WCAG 2 relative luminance. */
function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((byte) => {
    const share = byte / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

describe('palette', () => {
  it.each(['dark', 'light'] as Appearance[])(
    'on %s, occupancy runs through the three colours of the ramp',
    (appearance) => {
      const [low, mid, full] = occupancyRamp[appearance].map(rgb)
      expect(occupancyColour(0, appearance)).toEqual(low)
      expect(occupancyColour(0.5, appearance)).toEqual(mid)
      expect(occupancyColour(1, appearance)).toEqual(full)
      expect(occupancyColour(1.4, appearance)).toEqual(full)
      expect(occupancyColour(-1, appearance)).toEqual(low)
    },
  )

  it('every occupancy stands out from the dark ground by at least 6.5 : 1', () => {
    for (let share = 0; share <= 1; share += 0.05) {
      expect(contrast(occupancyColour(share, 'dark'), rgb(ground.dark.land))).toBeGreaterThanOrEqual(6.5)
    }
  })

  it('no two signal colours share a shape', () => {
    const shapes = Object.values(signalColours).map(({ shape }) => shape)
    expect(new Set(shapes).size).toBe(shapes.length)
  })

  it('reads hexadecimal colours', () => {
    expect(rgb('#0b1420')).toEqual([11, 20, 32])
  })

  it('bands begin at 60 % and 90 %', () => {
    expect([0, 0.59, 0.6, 0.89, 0.9, 1].map(occupancyBand)).toEqual(['low', 'low', 'mid', 'mid', 'full', 'full'])
  })
})
