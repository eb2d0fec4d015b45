import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readCity, timeZoneOf } from '../../src/city/city.ts'
import { loadConfig } from '../../src/config.ts'
import { SmallGateway } from '../http/small-gateway.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'clearway-city-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

const config = (environment: Record<string, string> = {}) => loadConfig({ CLEARWAY_DATA_DIR: dataDir, ...environment })

describe('a gateway without an imported city', () => {
  it('runs with an empty one', async () => {
    const small = await SmallGateway.open()
    expect((await small.ask('GET', 'city')).json).toMatchObject({
      places: [],
      simulated: false,
      timeZone: 'Asia/Shanghai',
    })
    const streets = await small.ask('GET', 'city/streets')
    expect(streets.json).toEqual({ type: 'FeatureCollection', features: [] })
    expect(streets.headers['content-type']).toContain('application/geo+json')
    for (const list of ['junctions', 'lots', 'signs', 'detectors']) {
      expect((await small.ask('GET', list)).json).toEqual({ items: [], nextCursor: null })
    }
    await small.close()
  })
})

describe('an imported city', () => {
  it('that is broken stops the start, naming the file', async () => {
    await mkdir(join(dataDir, 'city'))
    writeFileSync(join(dataDir, 'city/city.json'), '{"name":')
    await expect(readCity(dataDir)).rejects.toThrow(/network\.bin|city\.json/)
  })

  it('names the time zone unless the configuration does', () => {
    const city = { timeZone: 'Europe/Berlin' } as Parameters<typeof timeZoneOf>[1]
    expect(timeZoneOf(config(), city)).toBe('Europe/Berlin')
    expect(timeZoneOf(config({ CLEARWAY_CITY_TIME_ZONE: 'Asia/Tokyo' }), city)).toBe('Asia/Tokyo')
  })
})

describe('the pages', () => {
  it('learn the Mapbox token from the configuration, and the browser is then allowed to go there', async () => {
    const small = await SmallGateway.open({ CLEARWAY_MAP_MAPBOX_TOKEN: 'pk.made-up-for-this-test' })
    const answer = await small.ask('GET', 'page-configuration', undefined, null)
    expect(answer.json).toMatchObject({ mapboxToken: 'pk.made-up-for-this-test' })
    expect(answer.headers['content-security-policy']).toContain('https://api.mapbox.com')
    await small.close()
  })
})
