import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { clearwayProgram } from '../bin/program.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clearway-'))
  vi.stubEnv('CLEARWAY_DATA_DIR', join(folder, 'data'))
  vi.spyOn(console, 'log').mockImplementation(() => {})
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

const clearway = (...args: string[]) => clearwayProgram().parseAsync(args, { from: 'user' })
const out = () => join(folder, 'access')

it('writes two files that only their owner can read, and replaces them whole', async () => {
  vi.stubEnv('CLEARWAY_MQTT_BROKER_URL', 'mqtt://broker')
  vi.stubEnv('CLEARWAY_MQTT_BROKER_PASSWORD', 'a long password')
  await clearway('device', 'add', 'gate-1', '--kind', 'gate', '--district', 'lixia')
  await clearway('device', 'mosquitto', '--out', out())
  expect(readFileSync(join(out(), 'passwords'), 'utf8')).toMatch(/^gate-1:\$7\$/m)

  await clearway('device', 'revoke', 'gate-1')
  await clearway('device', 'mosquitto', '--out', out())
  expect(readdirSync(out()).sort()).toEqual(['acl', 'passwords'])
  for (const name of ['acl', 'passwords']) {
    expect(statSync(join(out(), name)).mode & 0o777, name).toBe(0o600)
    expect(readFileSync(join(out(), name), 'utf8')).not.toContain('gate-1')
  }
})

it('asks for the broker that it is to write for', async () => {
  await expect(clearway('device', 'mosquitto', '--out', out())).rejects.toThrow('mqtt.broker is missing')
})
