import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningCommand, startCommand } from './running-command.ts'

/** A gateway that answers, in a data folder of its own, on free ports. */
interface Answering {
  url: string
  mqttUrl: string
  dataDir: string
  /** Everything the process has printed so far, line by line. */
  lines: string[]
  /** Calls the API as administrator. @throws Error for an answer that is not a success, with its text */
  api<T>(path: string, init?: { method?: string; body?: unknown }): Promise<T>
  /** Ends it as Ctrl-C does and removes its data. @returns the exit code */
  stop(): Promise<number | null>
}

/** A city started as a user does. */
export interface RunningCity extends Answering {
  /** `/#code=…`, good once. */
  signInLink: string
}

/** A gateway alone. */
export interface RunningGateway extends Answering {
  /** Of the commands that work on its data. */
  environment: Record<string, string>
  /** Ends it as a power cut does. */
  kill(): Promise<void>
  /** Starts it again on the same ports and data. */
  restart(): Promise<void>
}

export const adminToken = 'an-administrator-for-this-test-run'

const ownFolder = () => mkdtempSync(join(tmpdir(), 'clearway-city-'))

const environmentOf = (dataDir: string, given: Record<string, string>) => ({
  CLEARWAY_DATA_DIR: dataDir,
  CLEARWAY_HTTP_PORT: '0',
  CLEARWAY_MQTT_PORT: '0',
  CLEARWAY_ADMIN_TOKEN: adminToken,
  ...given,
})

export async function startCity(given: Record<string, string> = {}): Promise<RunningCity> {
  const dataDir = ownFolder()
  const command = startCommand(['up'], { environment: environmentOf(dataDir, given), entry: 'clearway.mjs' })
  const page = await command.found((line) => /^The page: (\S+)$/.exec(line)?.[1])
  const url = page.replace(/\/$/, '')
  return {
    url,
    mqttUrl: `mqtt://127.0.0.1:${(await portsOf(command)).mqtt}`,
    signInLink: await command.found((line) => /(https?:\S+#code=\S+)/.exec(line)?.[1]),
    dataDir,
    lines: command.lines,
    api: apiOf(url),
    async stop() {
      const code = await command.stop()
      rmSync(dataDir, { recursive: true, force: true })
      return code
    },
  }
}

/** `clearway gateway` without simulators. */
export async function startGateway(given: Record<string, string> = {}): Promise<RunningGateway> {
  const dataDir = ownFolder()
  const environment = environmentOf(dataDir, { CLEARWAY_SIMULATE: 'off', ...given })
  let command = startCommand(['gateway'], { environment })
  const ports = await portsOf(command)
  const url = `http://127.0.0.1:${ports.http}`
  return {
    url,
    mqttUrl: `mqtt://127.0.0.1:${ports.mqtt}`,
    dataDir,
    environment,
    get lines() {
      return command.lines
    },
    api: apiOf(url),
    kill: () => command.kill(),
    async restart() {
      const samePorts = { CLEARWAY_HTTP_PORT: String(ports.http), CLEARWAY_MQTT_PORT: String(ports.mqtt) }
      command = startCommand(['gateway'], { environment: { ...environment, ...samePorts } })
      await portsOf(command)
    },
    async stop() {
      const code = await command.stop()
      rmSync(dataDir, { recursive: true, force: true })
      return code
    },
  }
}

async function portsOf(command: RunningCommand): Promise<{ http: number; mqtt: number }> {
  return JSON.parse(await command.found((line) => (line.includes('"event":"listening"') ? line : undefined)))
}

function apiOf(url: string): Answering['api'] {
  return async (path, { method = 'GET', body } = {}) => {
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
  }
}

/** The samples of `/metrics` as they stand there: `name{label="value"}` to value. */
export async function metricsOf({ url }: { url: string }): Promise<Map<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]))
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
