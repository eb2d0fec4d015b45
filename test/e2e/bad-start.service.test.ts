import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { crossing } from '../../edge/test/fixtures.ts'
import { startGateway } from './running-city.ts'
import { runCommand } from './running-command.ts'

const heidelberg = join(import.meta.dirname, '../../simulators/cities/heidelberg/heidelberg.osm.pbf')
const secret = 'a-secret-that-nobody-may-see'
/** Too short, so that it is refused. */
const shortSecret = 's3cr3t!'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clearway-start-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let made = 0
/** An empty folder of one test's own. */
function ownFolder(): string {
  const own = join(folder, String(++made))
  mkdirSync(own)
  return own
}

/** Runs a command that must end. Its working and its data folder are `at`, whose `clearway.yaml` holds. */
const run = (args: string[], environment: Record<string, string> = {}, at = ownFolder()) =>
  runCommand(args, {
    cwd: at,
    environment: { CLEARWAY_DATA_DIR: join(at, 'data'), CLEARWAY_SIMULATE: 'off', ...freePorts, ...environment },
  })
const freePorts = { CLEARWAY_HTTP_PORT: '0', CLEARWAY_MQTT_PORT: '0', CLEARWAY_ADMIN_TOKEN: secret }

/** The end of a command that says in one line what is wrong and what to do. */
function refusal({ code, text }: { code: number | null; text: string }): string {
  const lines = text.split('\n').filter((line) => line.startsWith('clearway: '))
  expect(lines, text).toHaveLength(1)
  expect(text).not.toMatch(/^\s+at /m)
  expect(text).not.toContain(secret)
  expect(text).not.toContain(shortSecret)
  expect(code).toBe(1)
  return lines[0] as string
}

describe.concurrent('clearway gateway does not start', () => {
  const files: [what: string, yaml: string, says: RegExp][] = [
    [
      'an unknown key',
      'http: { prot: 80 }',
      /http\.prot is not a known key; known here: host, port.*\(clearway\.yaml\)/,
    ],
    ['an unknown group', 'htpp: { port: 80 }', /htpp is not a known key; known here: .*http.*\(clearway\.yaml\)/],
    ['a wrong value', 'log: { level: loud }', /log\.level .*fatal, error.*got "loud" \(clearway\.yaml\)/],
    ['no YAML', `adminToken: "${secret}\nhttp: {`, /clearway\.yaml line \d+ is not YAML/],
    ['no keys', 'hello', /must be a group of keys \(clearway\.yaml\)/],
    ['a secret that is too short', `map: { mapboxToken: ${shortSecret} }`, /map\.mapboxToken .*at least 8 .*not shown/],
    ['half a group', 'mqtt: { tls: { certFile: a.pem } }', /mqtt\.tls\.keyFile is missing/],
    ['a contradiction', 'telemetry: { store: influxdb }', /telemetry\.url is missing: telemetry\.store is influxdb/],
  ]
  it.each(files)('with %s in clearway.yaml', async (_what, yaml, says) => {
    const at = ownFolder()
    writeFileSync(join(at, 'clearway.yaml'), yaml)
    expect(refusal(await run(['gateway'], {}, at))).toMatch(says)
  })

  const variables: [variable: string, value: string, says: RegExp][] = [
    ['CLEARWAY_HTP_PORT', '80', /CLEARWAY_HTP_PORT is not a known variable; docs\/configuration\.md lists them all/],
    ['CLEARWAY_ADMIN_TOKN', shortSecret, /CLEARWAY_ADMIN_TOKN is not a known variable/],
    ['CLEARWAY_ADMIN_TOKEN', shortSecret, /adminToken .*at least 8 .*not shown.*\(CLEARWAY_ADMIN_TOKEN\)/],
    ['CLEARWAY_HTTP_PORT', '70000', /http\.port must be <= 65535, got 70000 \(CLEARWAY_HTTP_PORT\)/],
    ['CLEARWAY_MQTT_PORT', 'many', /mqtt\.port must be integer, got "many" \(CLEARWAY_MQTT_PORT\)/],
    ['CLEARWAY_CONFIG', '/nowhere.yaml', /CLEARWAY_CONFIG names \/nowhere\.yaml, which cannot be read/],
    ['CLEARWAY_CITY_TIME_ZONE', 'Mars/Olympus', /city\.timeZone must be an IANA zone, got "Mars\/Olympus"/],
    ['CLEARWAY_DATA_DIR', heidelberg, /dataDir .*heidelberg\.osm\.pbf cannot be made: .*name another folder/],
  ]
  it.each(variables)('with %s=%s', async (variable, value, says) => {
    expect(refusal(await run(['gateway'], { [variable]: value }))).toMatch(says)
  })

  it.each([
    ['HTTP', 'http.port', 'CLEARWAY_HTTP_PORT'],
    ['MQTT', 'mqtt.port', 'CLEARWAY_MQTT_PORT'],
  ])('on a port for %s that is in use', async (protocol, key, variable) => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const said = refusal(await run(['gateway'], { [variable]: String(port) }))
    expect(said).toContain(`${protocol} port ${port} on 127.0.0.1 is in use; set ${key} to another one or 0`)
    await new Promise((resolve) => server.close(resolve))
  })

  it('on a data folder in which another one works', async () => {
    const gateway = await startGateway()
    const said = refusal(await run(['gateway'], { CLEARWAY_DATA_DIR: gateway.dataDir }))
    expect(said).toMatch(/dataDir \S+ is in use by another gateway .*; stop that one or name another folder/)
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200)
    expect(await gateway.stop()).toBe(0)
  })

  it('with certificates that are none', async () => {
    const at = ownFolder()
    for (const name of ['cert.pem', 'key.pem']) writeFileSync(join(at, name), secret)
    for (const group of ['HTTP_HTTPS', 'MQTT_TLS']) {
      const pair = { [`CLEARWAY_${group}_CERT_FILE`]: 'cert.pem', [`CLEARWAY_${group}_KEY_FILE`]: 'key.pem' }
      const said = refusal(await run(['gateway'], pair, at))
      expect(said).toMatch(/(http\.https|mqtt\.tls)\.certFile cert\.pem and .*keyFile key\.pem are no certificate/)
      const absent = { ...pair, [`CLEARWAY_${group}_KEY_FILE`]: 'absent.pem' }
      expect(refusal(await run(['gateway'], absent, at))).toMatch(/keyFile absent\.pem cannot be read/)
    }
  })

  it.each(['records.sqlite', 'journal.sqlite', 'series.sqlite'])('on a damaged %s', async (name) => {
    const at = ownFolder()
    mkdirSync(join(at, 'data'))
    writeFileSync(join(at, 'data', name), 'this was a database once'.repeat(400))
    const said = refusal(await run(['gateway'], {}, at))
    expect(said).toMatch(new RegExp(`${join(at, 'data', name)} cannot be used: .*not a database; put back a copy`))
  })
})

describe.concurrent('a road network that is broken', () => {
  const whole = readFileSync(heidelberg)
  const maps: [what: string, content: Buffer | string, says: RegExp][] = [
    [
      'is cut off',
      whole.subarray(0, 100_000),
      /map\.osm\.pbf is not a complete .*cut off: 100000 bytes.*fetch it again/,
    ],
    ['is empty', '', /map\.osm\.pbf: the file is empty; fetch it again/],
    [
      'is text',
      'no map, but long enough for a header\n',
      /map\.osm\.pbf is not a complete .*no block header at byte 0/,
    ],
  ]
  it.each(maps)('because the map %s is not imported, and what was there stays', async (_what, content, says) => {
    const at = ownFolder()
    const city = join(at, 'data', 'city')
    mkdirSync(city, { recursive: true })
    writeFileSync(join(city, 'city.json'), 'of before')
    writeFileSync(join(at, 'map.osm.pbf'), content)
    expect(refusal(await run(['import', 'network', 'map.osm.pbf'], {}, at))).toMatch(says)
    expect(readFileSync(join(city, 'city.json'), 'utf8')).toBe('of before')
  })

  it('because there is none is not imported', async () => {
    const said = refusal(await run(['import', 'network', 'absent.osm.pbf']))
    expect(said).toMatch(/cannot read the map absent\.osm\.pbf: .*; check the path/)
  })

  it('in the data folder ends the start, whatever is wrong with it', async () => {
    const at = ownFolder()
    const bounds = '8.68,49.40,8.70,49.42'
    const imported = await run(['import', 'network', heidelberg, '--bounds', bounds], {}, at)
    expect(imported.code, imported.text).toBe(0)
    const city = join(at, 'data', 'city')
    const file = join(city, 'network.bin')
    const good = readFileSync(file)
    const flipped = Buffer.from(good)
    flipped[5000] = (flipped[5000] as number) ^ 1
    const broken: [Buffer | string, RegExp][] = [
      [flipped, /its checksum does not match: it is damaged/],
      [good.subarray(0, 5000), /it is \d+ bytes long after its header instead of \d+/],
      ['text', /it is no road network \(4 bytes\)/],
    ]
    for (const [content, why] of broken) {
      writeFileSync(file, content)
      const said = refusal(await run(['gateway'], {}, at))
      expect(said).toContain(`${file} cannot be used: `)
      expect(said).toMatch(why)
      expect(said).toContain('import the map again with "clearway import network"')
    }
    writeFileSync(file, good)
    rmSync(join(city, 'streets.geojson'))
    expect(refusal(await run(['gateway'], {}, at))).toMatch(/cannot read .*streets\.geojson.*clearway import network/)
    writeFileSync(join(city, 'city.json'), '{"district": "UP"')
    expect(refusal(await run(['gateway'], {}, at))).toMatch(/city\.json is not JSON/)
  }, 300_000)
})

describe.concurrent('other files', () => {
  it('of lots and tariffs name what is wrong', async () => {
    const at = ownFolder()
    writeFileSync(
      join(at, 'lots.yaml'),
      'items: [{ id: a, name: { en: A }, position: { lon: 1, lat: 2 }, capacity: 0, kind: street }]',
    )
    writeFileSync(join(at, 'tariffs.yaml'), 'items: [{ id: a, document: { name: {} } }]')
    expect(refusal(await run(['import', 'lots', 'lots.yaml'], {}, at))).toMatch(
      /items\.0\.capacity must be >= 1, got 0/,
    )
    expect(refusal(await run(['import', 'tariffs', 'tariffs.yaml'], {}, at))).toMatch(
      /document\.name needs zh or en; document\.further is missing/,
    )
    expect(refusal(await run(['import', 'lots', 'absent.yaml'], {}, at))).toMatch(/absent\.yaml cannot be read/)
  })

  it('of a simulated controller name the table, the address and the port', async () => {
    const at = ownFolder()
    writeFileSync(join(at, 'null.json'), 'null')
    writeFileSync(join(at, 'table.json'), JSON.stringify(crossing()))
    const device = (table: string, port: string) =>
      run(['simulate', 'controller', '--protocol', 'ntcip', '--table', table, '--port', port], {}, at)
    expect(refusal(await device('null.json', '0'))).toMatch(/timing table: \(body\) must be object, got null/)
    const taken = createSocket('udp4').bind(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address()
    expect(refusal(await device('table.json', `${port}`))).toMatch(new RegExp(`cannot listen at 127.0.0.1:${port}`))
    taken.close()
  })

  it('of an agent name the key', async () => {
    const at = ownFolder()
    const place = ['--district', 'demo', '--device', 'g-1', '--outbox', 'outbox', '--token-file', 'absent']
    expect(refusal(await run(['edge', '--kind', 'gate', ...place], {}, at))).toMatch(/mqtt is missing/)
    expect(refusal(await run(['edge', '--kind', 'gate', ...place, '--mqtt', 'mqtt://127.0.0.1:1'], {}, at))).toMatch(
      /tokenFile: .*absent/,
    )
    writeFileSync(join(at, 'token'), 'a token')
    const known = ['--district', 'demo', '--device', 'd-1', '--outbox', 'outbox', '--token-file', 'token']
    const key = [...known, '--mqtt', 'mqtt://127.0.0.1:1', '--issuer-key-file', 'token']
    expect(refusal(await run(['edge', '--kind', 'gate', ...key], {}, at))).toMatch(
      /issuerKeyFile "token" is for signal agents, not a gate/,
    )
    writeFileSync(join(at, 'table.json'), JSON.stringify(crossing()))
    expect(refusal(await run(['edge', '--kind', 'signal', ...key, '--table', 'table.json'], {}, at))).toMatch(
      /issuerKeyFile holds no "BEGIN PUBLIC KEY"/,
    )
  })
})

describe.concurrent('wrong usage ends with 2 and says what is possible', () => {
  const usages: [args: string, says: RegExp][] = [
    ['fly', /unknown command 'fly'/],
    ['gateway --fast', /unknown option '--fast'/],
    ['import', /network [\s\S]*lots [\s\S]*tariffs /],
    ['import network', /missing required argument 'file'/],
    ['import network x --bounds 1,2,3', /'1,2,3' is invalid. West,south,east,north/],
    ['device add g-1 --kind gate', /required option '--district <name>' not specified/],
    ['device add g-1 --kind gait --district demo', /'gait' is invalid. Allowed choices are gate, bay/],
    ['edge --kind gait', /'gait' is invalid. Allowed choices are gate, bay/],
    ['edge --period-s soon', /'soon' is invalid. A number of seconds/],
    ['simulate controller --protocol ntcip --table t --port 11.5', /'11.5' is invalid. A whole number/],
    ['simulate controller --protocol ntcip --table t --port 0 --auth-key short', /'short' is invalid. At least 8/],
    ['simulate controller --protocol ntcip --table t --port 0 --auth-key 12345678', /need --user <name>/],
    ['simulate controller --protocol gbt20999 --table t --port 0 --community c', /--community is for --protocol ntcip/],
  ]
  it.each(usages)('clearway %s', async (args, says) => {
    const { code, text } = await run(args.split(' '))
    expect(text).toMatch(says)
    expect(text).not.toMatch(/^\s+at /m)
    expect(code).toBe(2)
  })

  it('while help is no failure, also through the command as installed', async () => {
    const { code, text } = await runCommand(['--help'], { entry: 'clearway.mjs' })
    expect([code, text]).toEqual([0, expect.stringContaining('gateway')])
    expect((await runCommand(['fly'], { entry: 'clearway.mjs' })).code).toBe(2)
  })
})
