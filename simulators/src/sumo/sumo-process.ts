import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { WorldError } from '@clearway/contracts'
import { peakMiB } from './memory.ts'
import { findSumo, sumoHome, sumoInstallLine } from './sumo-program.ts'
import { TraciClient } from './traci/client.ts'

/** What one run of SUMO is made of. */
export interface SumoRun {
  netFile: string
  /** Demand, each sorted by departure. */
  routeFiles: readonly string[]
  additionalFiles: readonly string[]
  seed: number
  /** Begin and end of the simulation, s; without an end until the last vehicle has arrived. */
  beginS?: number | undefined
  endS?: number | undefined
  /** A vehicle that stands for so long is set forward; −1 never, which shows gridlock. */
  teleportS: number
  tripinfoFile?: string
  /** Metres: the sublane model, in which vehicles form a rescue lane. */
  lateralResolutionM?: number | undefined
  /** Longer steps are no longer what the reference values were made with. */
  stepS?: number
}

/** Loading a large net takes a while before SUMO listens. */
const STARTS_WITHIN_S = 120
const ENDS_WITHIN_MS = 10_000
const KEPT_LINES = 8

/** A running SUMO and the link to it. */
export class SumoProcess {
  readonly traci: TraciClient
  readonly #child: ChildProcess
  readonly #ended: Promise<string>

  private constructor(child: ChildProcess, ended: Promise<string>, traci: TraciClient) {
    this.#child = child
    this.#ended = ended
    this.traci = traci
  }

  /** @throws WorldError `sumo-missing`; `sumo-ended` with its exit code and last words when it does not come up */
  static async start(run: SumoRun): Promise<SumoProcess> {
    const port = await freePort()
    const child = spawn(findSumo(), [...argumentsOf(run), '--remote-port', String(port)], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...sumoHome, ...process.env },
    })
    const ended = endOf(child)
    const failed = new AbortController()
    void ended.then((how) => failed.abort(new WorldError('sumo-ended', how)))
    try {
      return new SumoProcess(child, ended, await TraciClient.connect(port, STARTS_WITHIN_S, failed.signal))
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    }
  }

  /**
   * Gives the run up after an error.
   *
   * @returns the error to be thrown: how SUMO has ended, where that is what broke the link
   */
  async abandon(error: unknown): Promise<unknown> {
    const isLink = error instanceof WorldError && error.code === 'sumo-link'
    const how = isLink ? await this.#endWithin(ENDS_WITHIN_MS) : undefined
    this.#child.kill('SIGKILL')
    await this.#ended
    return how === undefined ? error : new WorldError('sumo-ended', how, error)
  }

  /** Lets SUMO write its output and end; kills it where it does not. */
  async stop(): Promise<void> {
    await this.traci.close()
    if ((await this.#endWithin(ENDS_WITHIN_MS)) === undefined) this.#child.kill('SIGKILL')
    await this.#ended
  }

  /** The most memory that it has had, MiB; undefined where the system does not tell. */
  get peakMiB(): number | undefined {
    return this.#child.pid === undefined ? undefined : peakMiB(this.#child.pid)
  }

  async #endWithin(ms: number): Promise<string | undefined> {
    const enough = new AbortController()
    const patience = setTimeout(ms, undefined, { signal: enough.signal }).catch(() => undefined)
    const how = await Promise.race([this.#ended, patience])
    enough.abort()
    return how
  }
}

function argumentsOf(run: SumoRun): string[] {
  const optional = (name: string, value: string | number | undefined) =>
    value === undefined ? [] : [name, String(value)]
  return [
    ...['--net-file', run.netFile],
    ...['--route-files', run.routeFiles.join(',')],
    ...(run.additionalFiles.length > 0 ? ['--additional-files', run.additionalFiles.join(',')] : []),
    ...['--seed', String(run.seed)],
    ...['--step-length', String(run.stepS ?? 1)],
    ...['--time-to-teleport', String(run.teleportS)],
    ...optional('--begin', run.beginS),
    ...optional('--end', run.endS),
    ...optional('--tripinfo-output', run.tripinfoFile),
    // Of a run that is cut short, who is under way has lost time too.
    ...(run.tripinfoFile === undefined ? [] : ['--tripinfo-output.write-unfinished', 'true']),
    ...optional('--lateral-resolution', run.lateralResolutionM),
    ...['--no-step-log', 'true', '--no-warnings', 'true', '--xml-validation', 'never'],
    ...['--xml-validation.net', 'never', '--xml-validation.routes', 'never'],
  ]
}

/** How the process ended, in words. Never rejects. */
function endOf(child: ChildProcess): Promise<string> {
  let words = ''
  child.stderr?.setEncoding('utf8')
  child.stderr?.on('data', (text: string) => {
    words = (words + text).split('\n').slice(-KEPT_LINES).join('\n')
  })
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`SUMO could not be started: ${error.message}; ${sumoInstallLine}`))
    child.once('close', (code, signal) => {
      const how = signal === null ? `with exit code ${code}` : `by ${signal}`
      const said = words.trim()
      resolve(`SUMO ended ${how}${said === '' ? '' : `, its last words: ${said}`}`)
    })
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
