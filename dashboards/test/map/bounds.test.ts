import { describe, expect, it } from 'vitest'
import { boundsOf, coreOf } from '../../src/map/bounds.ts'

const town = Array.from({ length: 50 }, (_, n) => ({ lon: 8.6 + n * 0.001, lat: 49.4 + n * 0.001 }))
const farm = { lon: 9.1, lat: 49.9 }

describe('bounds', () => {
  it('hold every position', () => {
    expect(boundsOf([...town, farm])).toEqual({ west: 8.6, south: 49.4, east: 9.1, north: 49.9 })
    expect(boundsOf([])).toBeUndefined()
  })

  it('of the core leave out what lies alone', () => {
    const core = coreOf([...town, farm])
    expect(core?.east).toBeLessThan(8.66)
    expect(core?.west).toBeGreaterThanOrEqual(8.6)
  })

  it('of the core hold a lone position, and a few', () => {
    expect(coreOf([farm])).toEqual({ west: 9.1, south: 49.9, east: 9.1, north: 49.9 })
    expect(coreOf([farm, town[0]!])).toEqual({ west: 8.6, south: 49.4, east: 9.1, north: 49.9 })
    expect(coreOf([])).toBeUndefined()
  })
})
