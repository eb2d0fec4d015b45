import { describe, expect, it } from 'vitest'
import { Glide } from '../../src/map/glide.ts'

const at = (lon: number) => ({ lon, lat: 49.4 })

describe('Glide', () => {
  it('moves evenly from the last report to the next within a second, and stays', () => {
    const glide = new Glide()
    glide.report('amb-1', at(8.6), 0)
    glide.report('amb-1', at(8.602), 1000)
    expect(glide.at('amb-1', 1500)?.lon).toBeCloseTo(8.601, 9)
    expect(glide.moving(1500)).toBe(true)
    expect(glide.at('amb-1', 5000)).toEqual(at(8.602))
    expect(glide.moving(5000)).toBe(false)
  })

  it('goes on from where the vehicle is drawn when a report comes early', () => {
    const glide = new Glide()
    glide.report('amb-1', at(8.6), 0)
    glide.report('amb-1', at(8.602), 1000)
    glide.report('amb-1', at(8.604), 1500)
    expect(glide.at('amb-1', 1500)?.lon).toBeCloseTo(8.601, 9)
  })

  it('does not start again when the same position is reported', () => {
    const glide = new Glide()
    glide.report('amb-1', at(8.6), 0)
    glide.report('amb-1', at(8.602), 1000)
    glide.report('amb-1', at(8.602), 1900)
    expect(glide.at('amb-1', 2000)).toEqual(at(8.602))
  })

  it('jumps over what no vehicle drives in a second', () => {
    const glide = new Glide()
    glide.report('amb-1', at(8.6), 0)
    glide.report('amb-1', at(8.7), 1000)
    expect(glide.at('amb-1', 1001)).toEqual(at(8.7))
  })

  it('knows nothing of a vehicle that never reported', () => {
    expect(new Glide().at('amb-1', 0)).toBeUndefined()
  })
})
