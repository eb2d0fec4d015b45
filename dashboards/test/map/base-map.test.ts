import { describe, expect, it } from 'vitest'
import { baseMap, roadLayers } from '../../src/map/base-map.ts'

describe('baseMap', () => {
  it.each(['dark', 'light'] as const)('the %s map asks no other host for anything', (appearance) => {
    const style = baseMap('http://city.test/api/v1/city/streets', appearance)
    const addresses = JSON.stringify(style).match(/[a-z]+:\/\/[^"]*/g)
    expect(addresses).toEqual(['http://city.test/api/v1/city/streets'])
    expect(style.glyphs).toBeUndefined()
    expect(style.sprite).toBeUndefined()
  })

  it('draws every road layer that the test hook counts', () => {
    const ids = baseMap('/streets', 'dark').layers.map(({ id }) => id)
    for (const id of roadLayers) expect(ids).toContain(id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
