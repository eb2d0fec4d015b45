import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@clearway/contracts'
import { createGateway, createLog, type Gateway, loadConfig } from '@clearway/gateway'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { clearwayProgram } from '../bin/program.ts'

const folder = mkdtempSync(join(tmpdir(), 'clearway-advice-'))
const tokenFile = join(folder, 'token')
const token = 'the-token-of-the-map-maker'
const printed: string[] = []
let gateway: Gateway
let url: string

beforeAll(async () => {
  writeFileSync(tokenFile, token)
  const config = loadConfig({
    ...{ CLEARWAY_CONFIG: undefined, CLEARWAY_DATA_DIR: join(folder, 'data'), CLEARWAY_SIMULATE: 'off' },
    ...{ CLEARWAY_DIVERSION_TOKEN: token, CLEARWAY_HTTP_PORT: '0', CLEARWAY_MQTT_PORT: '0' },
  })
  gateway = await createGateway({ config, clock: systemClock, log: createLog('silent') })
  url = `http://127.0.0.1:${(await gateway.start()).http}`
})
afterAll(async () => {
  await gateway.stop()
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  printed.length = 0
  vi.spyOn(console, 'log').mockImplementation((line) => void printed.push(line))
})
afterEach(() => void vi.restoreAllMocks())

const run = (...words: string[]) => {
  const program = clearwayProgram().exitOverride()
  for (const one of program.commands) one.exitOverride().configureOutput({ writeErr: () => undefined })
  return program.parseAsync(['advice', ...words, '--url', url, '--token-file', tokenFile], { from: 'user' })
}

describe('clearway advice', () => {
  it.each([
    ['geojson', { type: 'FeatureCollection', features: [] }],
    ['wzdx', { type: 'FeatureCollection', feed_info: { version: '4.2' }, features: [] }],
    ['cifs', { incidents: [] }],
  ])('prints the feed as %s, with the token of whoever guides other drivers', async (form, expected) => {
    await run('--form', form)
    expect(JSON.parse(printed.join('\n'))).toMatchObject(expected)
  })

  it('knows no other form', async () => {
    await expect(run('--form', 'kml')).rejects.toMatchObject({ exitCode: 1 })
  })

  it('that token reads nothing of missions, vehicles or people', async () => {
    for (const path of ['dispatches', 'units', 'devices', 'people', 'audit', 'stream?topics=dispatches']) {
      const answer = await fetch(`${url}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } })
      expect([path, answer.status]).toEqual([path, 403])
    }
  })
})
