import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConformanceReport } from '@clearway/edge'
import { Issuer, issuerFiles } from '@clearway/gateway'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { brisk } from '../../edge/test/conformance/brisk-table.ts'
import { need } from '../debian-packages.ts'
import { type RunningCommand, runCommand, startCommand } from './running-command.ts'

const mosquitto = need('mosquitto')
// Long enough for every clause; one run waits for its end.
const table = brisk(20)
const folder = mkdtempSync(join(tmpdir(), 'clearway-conform-'))
const tableFile = join(folder, 'table.json')
const tokenFile = join(folder, 'token')
const running: RunningCommand[] = []
let broker: ChildProcess | undefined
let port = 0

beforeAll(async () => {
  writeFileSync(tableFile, JSON.stringify(table))
  writeFileSync(tokenFile, 'a token')
  if (mosquitto) port = await startMosquitto(mosquitto)
})
afterAll(async () => {
  for (const command of running) await command.stop()
  if (broker) {
    const exit = once(broker, 'exit')
    broker.kill()
    await exit
  }
  rmSync(folder, { recursive: true, force: true })
})

const about = ['--device', 'signal', '--district', table.district, '--table', tableFile]

/** Examines one `clearway edge` of its own. @param device its id, and the name of its files @param more of its options */
async function conform(device: string, where: readonly string[], only: readonly string[], more: string[] = []) {
  const json = join(folder, `${device}.json`)
  const args = ['conform', ...about, '--id', device, ...where, '--json', json, '--only', ...only]
  const command = startCommand(args)
  running.push(command)
  const url = await command.found((line) => /^Connect the device to (mqtt:\S+)$/.exec(line)?.[1])
  const edge = ['--kind', 'signal', '--district', table.district, '--device', device, '--mqtt', url]
  const files = ['--token-file', tokenFile, '--outbox', join(folder, device), '--table', tableFile, ...more]
  const agent = startCommand(['edge', ...edge, ...files])
  running.push(agent)
  const code = await command.ended
  await agent.stop()
  return { code, text: command.lines.join('\n'), report: JSON.parse(readFileSync(json, 'utf8')) as ConformanceReport }
}

/** A stock broker. @returns its port */
async function startMosquitto(program: string): Promise<number> {
  const reserved = createServer().listen(0, '127.0.0.1')
  await once(reserved, 'listening')
  const { port: free } = reserved.address() as { port: number }
  reserved.close()
  await once(reserved, 'close')
  const file = join(folder, 'mosquitto.conf')
  writeFileSync(file, `listener ${free} 127.0.0.1\nallow_anonymous true\npersistence false\n`)
  broker = spawn(program, ['-c', file], { stdio: 'ignore' })
  for (;;) {
    const socket = connect(free, '127.0.0.1')
    const open = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    socket.destroy()
    if (open) return free
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe('clearway conform', { concurrent: true }, () => {
  const own = ['--listen', '127.0.0.1:0']
  const passes = ({ code, text, report }: Awaited<ReturnType<typeof conform>>) => {
    expect(
      report.clauses.filter(({ result }) => result !== 'pass'),
      text,
    ).toEqual([])
    expect(code).toBe(0)
    return report.clauses.map(({ id }) => id)
  }

  it('finds that clearway edge conforms, at the examiner’s own broker: connection, exchange', async () => {
    const watched = [
      'own-topics',
      'acknowledgement',
      'schema',
      'qos',
      'ids',
      'clock',
      'state-period',
      'state-on-change',
    ]
    const done = passes(await conform('sig-1', own, ['connection', 'exchange', ...watched]))
    expect(done).toContain('will')
  })

  it('finds that clearway edge conforms, at the examiner’s own broker: lease, refusals', async () => {
    const street = ['conflicts', 'minimum-green', 'green-flash', 'yellow', 'all-red', 'granted-means-green']
    passes(await conform('sig-2', own, ['lease', 'refusals', ...street]))
  })

  it.skipIf(!mosquitto)(
    'finds that clearway edge conforms, through a line to a stock broker: connection, outage',
    async () => {
      const where = ['--broker', `mqtt://127.0.0.1:${port}`, '--through', '127.0.0.1:0']
      const done = passes(await conform('sig-3', where, ['connection', 'outage', 'retained', 'sequence']))
      expect(done).toContain('resend')
    },
  )

  it.skipIf(!mosquitto)('says what it needs where it cannot cut the line', async () => {
    const alone = ['conform', ...about, '--id', 'sig-5', '--broker', `mqtt://127.0.0.1:${port}`, '--wait-s', '1']
    const { code, text } = await runCommand([...alone, '--only', 'outage'])
    expect(text).toMatch(/not run {8}lost-link .*--listen or --through/)
    expect(text).toContain('0 passed, 0 failed, 4 not run')
    // Of a device that never came nothing is known.
    expect(code).toBe(1)
  })

  it('signs its requests for a device that takes no others', async () => {
    const issuer = Issuer.open(join(folder, 'issuer'))
    const { key, publicKey } = issuerFiles(join(folder, 'issuer'))
    expect(readFileSync(publicKey, 'utf8')).toBe(issuer.publicKey)
    const only = ['request-answered', 'cancel-releases', 'garbage']
    passes(await conform('sig-6', [...own, '--sign-with', key], only, ['--issuer-key-file', publicKey]))
    const unsigned = await conform('sig-7', own, ['request-answered'], ['--issuer-key-file', publicKey])
    expect(unsigned.report.clauses.map(({ id, result }) => [id, result])).toEqual([['request-answered', 'fail']])
  })

  it('fails a device that never comes', async () => {
    const { code, text } = await runCommand([
      'conform',
      ...about,
      '--id',
      'sig-9',
      '--listen',
      '127.0.0.1:0',
      '--wait-s',
      '1',
    ])
    expect(text).toMatch(/^fail {11}birth/m)
    expect(text).toMatch(/not run {8}recovery .*never online/)
    expect(code).toBe(1)
  })

  it.each([
    ['neither broker nor port', []],
    ['both', ['--broker', 'mqtt://127.0.0.1', '--listen', '0']],
    ['a clause that is none', ['--listen', '0', '--only', 'manners']],
    ['a broker that is no address', ['--broker', '127.0.0.1:1883']],
  ])('is used wrongly with %s', async (_what, where) => {
    expect((await runCommand(['conform', ...about, '--id', 'sig-9', ...where])).code).toBe(2)
  })
})
