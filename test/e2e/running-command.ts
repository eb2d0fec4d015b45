import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Writable } from 'node:stream'

const root = join(import.meta.dirname, '..', '..')

/** One `clearway` process. */
export interface RunningCommand {
  /** Everything it has printed so far on both outputs, line by line. */
  lines: string[]
  input: Writable
  /** Resolves with its exit code once it has ended and everything it printed is in `lines`; null: by a signal. */
  ended: Promise<number | null>
  /** Resolves with what `pick` finds first in a line. @throws Error with its last lines when it ends before */
  found(pick: (line: string) => string | undefined): Promise<string>
  /** Ends it as Ctrl-C does. @returns the exit code */
  stop(): Promise<number | null>
  /** Ends it as a power cut does. */
  kill(): Promise<void>
}

export interface CommandOptions {
  environment?: Record<string, string>
  /** Where it looks for `clearway.yaml`. */
  cwd?: string
  /** `clearway.mjs` as a user starts it; `clearway.ts` without the process around it, which does not see a kill. */
  entry?: 'clearway.mjs' | 'clearway.ts'
}

/** The configuration of whoever runs the tests is none of their business. */
const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CLEARWAY_')))

export function startCommand(
  args: readonly string[],
  { environment = {}, cwd = root, entry = 'clearway.ts' }: CommandOptions = {},
): RunningCommand {
  const lines: string[] = []
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'bin', entry), ...args], {
    cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...inherited, ...environment },
  })
  const readers = [child.stdout, child.stderr].map((input) => createInterface({ input }))
  for (const reader of readers) reader.on('line', (line) => lines.push(line))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  // A process that has ended takes no more input; its end is what the test looks at.
  child.stdin.on('error', () => {})
  return {
    lines,
    input: child.stdin,
    ended,
    found: (pick) =>
      new Promise((resolve, reject) => {
        const look = (line: string) => {
          const value = pick(line)
          if (value !== undefined) resolve(value)
        }
        for (const line of lines) look(line)
        for (const reader of readers) reader.on('line', look)
        void ended.then((code) =>
          reject(new Error(`clearway ${args.join(' ')} ended with ${code}:\n${lines.slice(-20).join('\n')}`)),
        )
      }),
    stop() {
      child.kill('SIGINT')
      return ended
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Runs a command to its end. @returns its exit code and what it printed */
export async function runCommand(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<{ code: number | null; text: string }> {
  const command = startCommand(args, options)
  command.input.end()
  const code = await command.ended
  return { code, text: command.lines.join('\n') }
}
