import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InputError } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { describeConfig, loadConfig } from '../../src/config.ts'
import { configReference } from '../../src/config-reference.ts'

function load(yaml: string, environment: Record<string, string> = {}) {
  const file = join(mkdtempSync(join(tmpdir(), 'clearway-config-')), 'clearway.yaml')
  writeFileSync(file, yaml)
  return loadConfig({ ...environment, CLEARWAY_CONFIG: file })
}

function faultsOf(work: () => unknown): Record<string, string> {
  try {
    work()
  } catch (error) {
    expect((error as InputError).code).toBe('configuration')
    return Object.fromEntries((error as InputError).fields.map(({ field, message }) => [field, message]))
  }
  throw new Error('was accepted')
}

describe('the configuration', () => {
  it('is complete without a file', () => {
    const config = load('')
    expect(config).toMatchObject({ dataDir: './data', simulate: 'on', http: { port: 8080 }, mqtt: { port: 1883 } })
    expect(config.mqtt.tls).toBeUndefined()
    expect(config.adminToken).toBeUndefined()
  })

  it('takes the file, and a variable over it', () => {
    const yaml = 'http: { port: 9000, host: 0.0.0.0 }\nsimulate: off'
    expect(load(yaml, { CLEARWAY_HTTP_PORT: '0' })).toMatchObject({
      simulate: 'off',
      http: { port: 0, host: '0.0.0.0' },
    })
  })

  it('takes an empty variable as absent', () => {
    expect(load('', { CLEARWAY_ADMIN_TOKEN: '', CLEARWAY_HTTP_PORT: '' })).toMatchObject({ http: { port: 8080 } })
  })

  it('names every fault at once, with its path, value and reason', () => {
    const faults = faultsOf(() =>
      load('htpp: { port: 1 }\nhttp: { prot: 1, port: 70000 }\nsimulate: perhaps', {
        CLEARWAY_MQTT_PORT: 'many',
        CLEARWAY_COLOUR: 'red',
      }),
    )
    expect(faults.htpp).toContain('http')
    expect(faults['http.prot']).toContain('port')
    expect(faults['http.port']).toContain('70000')
    expect(faults.simulate).toContain('"perhaps"')
    expect(faults['mqtt.port']).toContain('"many"')
    expect(faults.CLEARWAY_COLOUR).toContain('not a known variable')
    expect(Object.keys(faults)).toHaveLength(6)
  })

  it('never shows the value of a secret', () => {
    const faults = faultsOf(() => load('adminToken: shhh\nmap: { mapboxToken: 123454321 }'))
    expect(Object.keys(faults)).toEqual(['adminToken', 'map.mapboxToken'])
    expect(JSON.stringify(faults)).not.toMatch(/shhh|123454321/)
  })

  it('does not quote a line that is not YAML', () => {
    const message = JSON.stringify(faultsOf(() => load('adminToken: "secret-without-an-end\nhttp: {')))
    expect(message).toContain('line')
    expect(message).not.toContain('secret-without')
  })

  it('asks for both files of a certificate, once one key of the group is there', () => {
    expect(Object.keys(faultsOf(() => load('mqtt: { tls: { certFile: a.pem } }')))).toEqual(['mqtt.tls.keyFile'])
    expect(load('mqtt: { tls: { certFile: a.pem, keyFile: b.pem } }').mqtt.tls).toMatchObject({ port: 8883 })
  })

  it('refuses what contradicts itself', () => {
    expect(faultsOf(() => load('telemetry: { store: influxdb }'))).toHaveProperty(['telemetry.url'])
    expect(faultsOf(() => load('city: { timeZone: Mars/Olympus }'))['city.timeZone']).toContain('Mars/Olympus')
    expect(faultsOf(() => load('adminToken: same-token\nflows: { token: same-token }'))).toHaveProperty(['flows.token'])
  })

  it('asks for an address at which payment providers can tell what was paid', () => {
    const example = readFileSync(new URL('../../../docs/deployment/payments.yaml', import.meta.url), 'utf8')
    expect(load(example).payments).toMatchObject({ wechat: { debit: 'on', timeoutS: 10 }, alipay: { payBy: 'qr' } })
    const publicUrl = 'https://parking.example'
    expect(faultsOf(() => load(example.replace(publicUrl, 'http://parking.example')))['http.publicUrl']).toContain(
      'https',
    )
    const without = example.replace(`http:\n  publicUrl: ${publicUrl}`, '')
    expect(faultsOf(() => load(without))['http.publicUrl']).toContain('payments.wechat')
    expect(Object.keys(faultsOf(() => load(example.replace(/ +alipayKeyFile.*\n/, ''))))).toEqual([
      'payments.alipay.alipayKeyFile',
    ])
  })

  it('names a file that is not there', () => {
    expect(faultsOf(() => loadConfig({ CLEARWAY_CONFIG: '/nowhere/clearway.yaml' })).CLEARWAY_CONFIG).toContain(
      '/nowhere/clearway.yaml',
    )
  })

  it('gives every key one variable of its own', () => {
    const variables = describeConfig().map(({ variable }) => variable)
    expect(new Set(variables).size).toBe(variables.length)
    expect(variables).toEqual(
      expect.arrayContaining(['CLEARWAY_DATA_DIR', 'CLEARWAY_HTTP_PORT', 'CLEARWAY_MQTT_PORT', 'CLEARWAY_ADMIN_TOKEN']),
    )
  })

  it('is described key by key in docs/configuration.md, which is made from it', async () => {
    const reference = configReference()
    // `vitest run -u` makes the page again.
    await expect(reference).toMatchFileSnapshot('../../../docs/configuration.md')
    for (const { path, variable, schema } of describeConfig()) {
      expect(reference).toContain(`| \`${path}\` | \`${variable}\` |`)
      expect(schema.description, path).toBeTruthy()
    }
  })
})
