import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const root = join(import.meta.dirname, '..', '..')

/** A city started as a user does, in a data folder of its own, on free ports. */
export interface RunningCity {
  url: string
  mqttUrl: string
  /** `/#code=…`, good once. */
  signInLink: string
  dataDir: string
  /** Everything the process has printed so far, line by line. */
  lines: string[]
  /** Calls the API as administrator. @throws Error for an answer that is not a success, with its text */
  api<T>(path: string, init?: { method?: string; body?: unknown }): Promise<T>
  /** Ends it as Ctrl-C does. @returns the exit code */
  stop(): Promise<number | null>
}

const adminToken = 'an-administrator-for-this-test-run'

export async function startCity(environment: Record<string, string> = {}): Promise<RunningCity> {
  const dataDir = mkdtempSync(join(tmpdir(), 'clearway-city-'))
  const lines: string[] = []
  const child: ChildProcess = spawn(process.execPath, ['bin/clearway.mjs', 'up'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      CLEARWAY_DATA_DIR: dataDir,
      CLEARWAY_HTTP_PORT: '0',
      CLEARWAY_MQTT_PORT: '0',
      CLEARWAY_ADMIN_TOKEN: adminToken,
      ...environment,
    },
  })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const page = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line)
        const [, address] = /^The page: (\S+)$/.exec(line) ?? []
        if (address) resolve(address)
      })
    }
    child.once('exit', (code) => reject(new Error(`clearway up ended with ${code}:\n${lines.slice(-20).join('\n')}`)))
  })
  const url = page.replace(/\/$/, '')
  const listening = lines.find((line) => line.includes('"event":"listening"')) ?? '{}'
  return {
    url,
    mqttUrl: `mqtt://127.0.0.1:${JSON.parse(listening).mqtt}`,
    signInLink: lines.map((line) => /(https?:\S+#code=\S+)/.exec(line)?.[1]).find(Boolean) ?? '',
    dataDir,
    lines,
    async api(path, { method = 'GET', body } = {}) {
      const answer = await fetch(`${url}${path.startsWith('/api') ? '' : '/api/v1'}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${adminToken}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
      return (text ? JSON.parse(text) : undefined) as never
    },
    async stop() {
      child.kill('SIGINT')
      const code = await exited
      rmSync(dataDir, { recursive: true, force: true })
      return code
    },
  }
}

/** Asks again until the answer satisfies; the test's own time limit ends it. @param what for the error of a test that times out */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T> | T,
  satisfies: (value: T) => boolean,
  { everyMs = 500, withinMs = 90_000 } = {},
): Promise<T> {
  const endMs = Date.now() + withinMs
  for (;;) {
    const value = await ask()
    if (satisfies(value)) return value
    if (Date.now() > endMs)
      throw new Error(`${what}: not within ${withinMs / 1000} s; last ${JSON.stringify(value)?.slice(0, 800)}`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
