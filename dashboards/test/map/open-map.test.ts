import { describe, expect, it, vi } from 'vitest'
import type { MapEngine, MapOptions, OpenEngine } from '../../src/map/map-engine.ts'
import { type EngineLoaders, openMap } from '../../src/map/open-map.ts'

const options = {} as MapOptions
const engine = (name: MapEngine['name']) => ({ name }) as MapEngine

/** Loaders that write down who was asked for. */
function loaders(mapbox: OpenEngine, maplibre: OpenEngine = async () => engine('maplibre')) {
  const asked: string[] = []
  const all: EngineLoaders = {
    maplibre: async () => {
      asked.push('maplibre')
      return maplibre
    },
    mapbox: async (token) => {
      asked.push(`mapbox ${token}`)
      return mapbox
    },
  }
  return { all, asked }
}

const open = (token: string | null, all: EngineLoaders, stop = new AbortController(), limit = new AbortController()) =>
  openMap(token, all, options, stop.signal, () => limit.signal)

describe('openMap', () => {
  it('never asks for Mapbox without a token', async () => {
    const { all, asked } = loaders(async () => engine('mapbox'))
    expect((await open(null, all)).name).toBe('maplibre')
    expect(asked).toEqual(['maplibre'])
  })

  it('takes Mapbox, and only Mapbox, with a token that works', async () => {
    const { all, asked } = loaders(async () => engine('mapbox'))
    expect((await open('pk.x', all)).name).toBe('mapbox')
    expect(asked).toEqual(['mapbox pk.x'])
  })

  it('falls back to MapLibre when the token is refused', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { all } = loaders(async () => {
      throw new Error('401')
    })
    expect((await open('pk.x', all)).name).toBe('maplibre')
    expect(warn).toHaveBeenCalledOnce()
    warn.mockRestore()
  })

  it('falls back to MapLibre when Mapbox has not loaded in time, and tells Mapbox to go', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const limit = new AbortController()
    let abandoned = false
    const { all } = loaders(
      (_, stop) =>
        new Promise((_, reject) => {
          stop.addEventListener('abort', () => {
            abandoned = true
            reject(stop.reason)
          })
          limit.abort(new Error('8 s are over'))
        }),
    )
    expect((await open('pk.x', all, new AbortController(), limit)).name).toBe('maplibre')
    expect(abandoned).toBe(true)
    warn.mockRestore()
  })

  it('opens nothing more once the page has gone', async () => {
    const stop = new AbortController()
    const { all, asked } = loaders(async () => {
      stop.abort(new Error('gone'))
      throw new Error('401')
    })
    await expect(open('pk.x', all, stop)).rejects.toThrow('gone')
    expect(asked).toEqual(['mapbox pk.x'])
  })

  it('says so when no engine can draw', async () => {
    const { all } = loaders(
      async () => engine('mapbox'),
      async () => {
        throw new Error('no WebGL')
      },
    )
    await expect(open(null, all)).rejects.toThrow('no WebGL')
  })
})
