import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import type { Clock } from '@clearway/contracts'

interface ProcessPlan {
  args: string[]
  env?: Record<string, string>
}

/** One line of a child's log; `fields` where it was JSON. */
export interface LogLine {
  process: string
  text: string
  fields?: Record<string, unknown>
}

interface Supervised {
  name: string
  plan: () => Promise<ProcessPlan> | ProcessPlan
  child?: ChildProcess
  startedMs: number
  failures: number
}

const everyChild = [
  '--disable-warning=ExperimentalWarning',
  '--import',
  pathToFileURL(join(import.meta.dirname, 'leave-with-parent.mjs')).href,
]
const shortestS = 0.5
const longestS = 15
/** A child that has lived so long is healthy: its next failure counts as the first. */
const healthyS = 60
/** What a child is given to end by itself before it is killed. */
const patienceS = 10

/**
 * Starts processes on this same runtime, restarts what dies with growing pauses, brings their lines together, and
 * stops them in reverse order.
 */
export class Supervisor {
  readonly #clock: Clock
  readonly #onLine: (line: LogLine) => void
  readonly #all: Supervised[] = []
  readonly #stop = new AbortController()

  constructor(clock: Clock, onLine: (line: LogLine) => void) {
    this.#clock = clock
    this.#onLine = onLine
  }

  /** Starts a process and keeps it running. `plan` is asked again at each start. */
  async run(name: string, plan: Supervised['plan']): Promise<void> {
    const supervised: Supervised = { name, plan, startedMs: 0, failures: 0 }
    this.#all.push(supervised)
    await this.#start(supervised)
  }

  /** The process id of a running child. */
  pid(name: string): number | undefined {
    return this.#all.find((one) => one.name === name)?.child?.pid
  }

  async #start(supervised: Supervised): Promise<void> {
    const { args, env } = await supervised.plan()
    if (this.#stop.signal.aborted) return
    const child = spawn(process.execPath, [...everyChild, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Its own group: Ctrl-C reaches the supervisor alone, which stops the children in order.
      detached: process.platform !== 'win32',
    })
    supervised.child = child
    supervised.startedMs = this.#clock.now()
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream as Readable }).on('line', (text) => this.#onLine(readLine(supervised.name, text)))
    }
    if (child.pid) this.#say(supervised.name, 'started', `process ${child.pid}`, 'info')
    child.on('error', (error) => this.#say(supervised.name, 'start-failed', error.message))
    child.on('exit', (code, signal) => {
      supervised.child = undefined
      if (this.#stop.signal.aborted) return
      this.#restart(supervised, signal ?? `exit code ${code}`).catch((error: unknown) => {
        if (!this.#stop.signal.aborted) this.#say(supervised.name, 'restart-failed', String(error))
      })
    })
  }

  async #restart(supervised: Supervised, reason: string): Promise<void> {
    const livedS = (this.#clock.now() - supervised.startedMs) / 1000
    supervised.failures = livedS > healthyS ? 1 : supervised.failures + 1
    const pauseS = Math.min(longestS, shortestS * 2 ** (supervised.failures - 1))
    this.#say(supervised.name, 'restarting', `ended with ${reason} after ${Math.round(livedS)} s; again in ${pauseS} s`)
    await this.#clock.wait(pauseS, this.#stop.signal)
    await this.#start(supervised)
  }

  #say(name: string, event: string, detail: string, level = 'warn'): void {
    const fields = { level, event, child: name, detail }
    this.#onLine({ process: 'supervisor', text: JSON.stringify(fields), fields })
  }

  /** Stops everything, last started first. Resolves when no child is left. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('the supervisor stops'))
    for (const { child } of this.#all.toReversed()) {
      if (!child || child.exitCode !== null || child.signalCode !== null) continue
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      child.kill('SIGTERM')
      const patience = new AbortController()
      const killed = this.#clock.wait(patienceS, patience.signal).then(
        () => void child.kill('SIGKILL'),
        () => {},
      )
      await ended
      patience.abort()
      await killed
    }
  }
}

function readLine(process: string, text: string): LogLine {
  if (text.startsWith('{')) {
    try {
      return { process, text, fields: JSON.parse(text) as Record<string, unknown> }
    } catch {}
  }
  return { process, text }
}
