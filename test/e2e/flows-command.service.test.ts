import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'

const clearway = join(import.meta.dirname, '..', '..', 'bin', 'clearway.ts')

/** Runs `clearway flows` on an empty data folder. @param env the variables beside that of the folder */
function flows(env: Record<string, string>) {
  const dataDir = mkdtempSync(join(tmpdir(), 'clearway-'))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', clearway, 'flows'], {
    env: { PATH: process.env.PATH, CLEARWAY_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.on('exit', () => rmSync(dataDir, { recursive: true, force: true }))
  return child
}

it('runs the flows until it is asked to end', async () => {
  // Nobody answers on the discard port: the flows start all the same and look for the gateway.
  const child = flows({ CLEARWAY_FLOWS_TOKEN: 'a token of tests', CLEARWAY_HTTP_PORT: '9' })
  const said: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line)
    if (line.includes('Started flows')) break
  }
  expect(said.join('\n')).toContain('Started flows')
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await exit).toEqual([0, null])
})

it('says that it needs a credential', async () => {
  const child = flows({})
  const [line] = (await once(createInterface({ input: child.stderr }), 'line')) as [string]
  expect(line).toContain('flows.token is missing')
  expect(await once(child, 'exit')).toEqual([1, null])
})
