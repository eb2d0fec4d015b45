import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { WorldError } from '@clearway/contracts'

const program = join(import.meta.dirname, '..', '..', 'clearway.ts')
const token = 'the-token-of-this-measurement'

/** A gateway of its own process over a data folder, on free ports. */
export interface GatewayProcess {
  /** @param path below `/api/v1` @returns the body @throws WorldError when the answer is no success */
  ask(path: string): Promise<Buffer>
  /** Resident memory, MiB; NaN where the system does not tell. */
  residentMiB(): number
  /** Processor time used so far, ms; NaN where the system does not tell. */
  processorMs(): number
  stop(): Promise<void>
}

/** Of Linux on every platform that Node runs on. */
const clockTickMs = 10

export async function startGateway(dataDir: string): Promise<GatewayProcess> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, 'gateway'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      CLEARWAY_DATA_DIR: dataDir,
      CLEARWAY_HTTP_PORT: '0',
      CLEARWAY_MQTT_PORT: '0',
      CLEARWAY_ADMIN_TOKEN: token,
      CLEARWAY_LIMITS_REQUESTS_PER_MINUTE: '1000000',
    },
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('"event":"listening"')) resolve((JSON.parse(line) as { http: number }).http)
    })
    void ended.then(() =>
      reject(new WorldError('gateway-failed', `the gateway over ${dataDir} ended before it listened`)),
    )
  })
  return {
    async ask(path) {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
        headers: { authorization: `Bearer ${token}`, 'accept-encoding': 'identity' },
      })
      const body = Buffer.from(await answer.arrayBuffer())
      if (!answer.ok) throw new WorldError('gateway-failed', `${path} answered ${answer.status}: ${body.toString()}`)
      return body
    },
    residentMiB() {
      try {
        const [, kiB] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? []
        return Math.round(Number(kiB) / 1024)
      } catch {
        return Number.NaN
      }
    },
    processorMs() {
      try {
        // After the name, which may hold spaces: state is the 3rd field, user and system time the 14th and 15th.
        const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
        return (Number(fields[11]) + Number(fields[12])) * clockTickMs
      } catch {
        return Number.NaN
      }
    },
    async stop() {
      child.kill('SIGINT')
      await ended
    },
  }
}
