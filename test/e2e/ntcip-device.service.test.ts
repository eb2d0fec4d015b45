import { execFile, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { withoutId } from '../../edge/test/drivers/ntcip/ber.ts'
import captures from '../../edge/test/drivers/ntcip/fixtures/snmp-requests.json' with { type: 'json' }
import { crossing } from '../../edge/test/fixtures.ts'
import { need } from '../debian-packages.ts'
import { type RunningCommand, startCommand } from './running-command.ts'

/** The device runs by itself, ten times as fast; Debian's SNMP tools know nothing of this project. */
const speed = 10
const asc = '1.3.6.1.4.1.1206.4.2.1'
const state = (row: number) => `${asc}.6.2.1.16.${row}`
const control = (row: number) => `${asc}.6.3.1.2.${row}`
const unitBackupTime = `${asc}.3.3.0`
const unitControlStatus = `${asc}.3.5.0`
const greens = `${asc}.1.4.1.4.1`
const v2 = ['-v2c', '-c', 'clearway']

const tools = need('snmpset')
let folder: string
let device: RunningCommand
let port: number
let settings: Record<string, unknown>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ntcip-'))
  const table = join(folder, 'junction.json')
  writeFileSync(table, JSON.stringify(crossing()))
  const what = ['simulate', 'controller', '--protocol', 'ntcip', '--table', table, '--port', '0', '--speed', `${speed}`]
  const keys = ['--community', 'clearway', '--user', 'desk', '--auth-key', 'a long word', '--priv-key', 'another word']
  device = startCommand([...what, ...keys])
  const line = await device.found((text) => (text.startsWith('{"listening"') ? text : undefined))
  ;({ listening: port, controller: settings } = JSON.parse(line))
})
afterAll(async () => {
  await device?.stop()
  rmSync(folder, { recursive: true })
})

const run = promisify(execFile)
/** @returns values in the order asked, as the tool prints them */
async function snmp(program: 'snmpget' | 'snmpset' | 'snmpwalk', security: string[], ...args: string[]) {
  // The tools keep state in the home of whoever runs them; here it goes with the test's folder.
  const env = { ...process.env, SNMP_PERSISTENT_DIR: folder, SNMPCONFPATH: folder }
  const { stdout } = await run(program, ['-r0', '-t1', '-Oqvn', ...security, `127.0.0.1:${port}`, ...args], { env })
  return stdout.trim().split('\n')
}
const get = (...oids: string[]) => snmp('snmpget', v2, ...oids)
const becomes = (oid: string, value: string, withinMs = 8000) =>
  vi.waitFor(async () => expect(await get(oid)).toEqual([value]), { timeout: withinMs, interval: 100 })

describe.skipIf(!tools)("Debian's SNMP tools and the device process", () => {
  it('read the same from it in v1, v2c and v3, and walk it from end to end', async () => {
    const v3 = [
      '-v3',
      '-l',
      'authPriv',
      '-u',
      'desk',
      '-a',
      'SHA-256',
      '-A',
      'a long word',
      '-x',
      'AES',
      '-X',
      'another word',
    ]
    const dwell = `${asc}.6.2.1.13.2`
    for (const security of [['-v1', '-c', 'clearway'], v2, v3]) {
      expect(await snmp('snmpget', security, unitBackupTime, dwell)).toEqual(['15', '"02 "'])
    }
    // 4 phases, 4 preempts, one group of each status: every row of every table.
    expect((await snmp('snmpwalk', v2, '1.3.6.1')).length).toBeGreaterThan(160)
  })

  it('are refused what the device does not allow', async () => {
    await expect(snmp('snmpset', v2, control(2), 'i', '2')).rejects.toThrow(/wrongValue|badValue/i)
    await expect(snmp('snmpset', v2, state(2), 'i', '6')).rejects.toThrow(/notWritable|readOnly/i)
    await expect(snmp('snmpget', ['-v2c', '-c', 'public'], state(2))).rejects.toThrow(/Timeout/)
  })

  it('call a preempt, see it dwell on its phase, and the backup time ends it when they say no more', async () => {
    await becomes(`${asc}.3.6.0`, '2')
    await snmp('snmpset', v2, control(2), 'i', '1')
    await becomes(unitControlStatus, '2')
    expect(await get(control(2))).toEqual(['1'])
    // The backup time, 1.5 s here, is shorter than the way to the dwell: whoever wants it sets it again.
    await vi.waitFor(
      async () => {
        await snmp('snmpset', v2, control(2), 'i', '1')
        expect(await get(state(2), greens)).toEqual(['6', '2'])
      },
      { timeout: 8000, interval: 200 },
    )
    await becomes(control(2), '0')
    await becomes(unitControlStatus, '4')
    await becomes(state(2), '2')
  })

  it('sees a driver that is killed cut off by the backup time, and its junction go on with the plan', async () => {
    const file = join(import.meta.dirname, '../../simulators/test/controllers/ntcip-driver-process.ts')
    const plan = JSON.stringify({ ...settings, timeoutS: 0.2 })
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, plan, 'w', `${speed}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const printed: string[] = []
    createInterface({ input: child.stdout }).on('line', (line) => printed.push(line))
    await vi.waitFor(() => expect(printed.at(-1)).toBe('dwell'), { timeout: 10_000 })
    expect(await get(state(4), control(4), greens)).toEqual(['6', '1', '8'])
    child.kill('SIGKILL')
    await once(child, 'exit')
    await becomes(control(4), '0')
    await becomes(state(4), '2')
    expect(await get(unitControlStatus)).toEqual(['4'])
  })

  it('hears a technician at the cabinet', async () => {
    device.input.write('flash\n')
    await becomes(`${asc}.3.6.0`, '4')
    device.input.write('hand nowhere\nplan\n')
    await becomes(`${asc}.3.6.0`, '2')
    expect(device.lines.join('\n')).toMatch(/has no stage "nowhere"/)
  })

  it.each(captures)('still send what was captured: $command', async ({ command, hex }) => {
    const [program = '', version = '', c = '', community = '', ...args] = command.split(' ')
    const sink = createSocket('udp4').bind(0, '127.0.0.1')
    await once(sink, 'listening')
    const env = { ...process.env, SNMP_PERSISTENT_DIR: folder, SNMPCONFPATH: folder }
    const to = `127.0.0.1:${sink.address().port}`
    const child = spawn(program, ['-r0', '-t1', '-On', version, c, community, to, ...args], { env, stdio: 'ignore' })
    const [message] = (await once(sink, 'message')) as [Buffer]
    child.kill()
    sink.close()
    expect(withoutId(message)).toEqual(withoutId(Buffer.from(hex, 'hex')))
  })
})
