import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { WorldError } from '@clearway/contracts'

export const sumoInstallLine = 'apt-get install --no-install-recommends sumo sumo-tools'
/** Without it programs of SUMO look for their schemas on the network. */
export const sumoHome = { SUMO_HOME: '/usr/share/sumo' }

/**
 * The `sumo` program: that of `SUMO_BINARY`, else of the path.
 *
 * @throws WorldError `sumo-missing` saying how it is installed
 */
export function findSumo(environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment.SUMO_BINARY
  const found = runnable(given ? [given] : onPath('sumo', environment))
  if (found) return found
  throw missing(given ? `SUMO_BINARY names ${given}, which cannot be run` : 'no sumo on the PATH')
}

/** Programs beside `sumo` that make its files. */
export type SumoTool = 'netconvert' | 'duarouter'

/**
 * Beside the `sumo` that `SUMO_BINARY` names, else on the path.
 *
 * @throws WorldError `sumo-missing` saying how it is installed
 */
function findTool(tool: SumoTool, environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment.SUMO_BINARY
  const beside = given ? [join(dirname(given), tool)] : []
  const found = runnable([...beside, ...onPath(tool, environment)])
  if (found) return found
  throw missing(`no ${tool} on the PATH`)
}

const KEPT_LINES = 8

/**
 * Runs a tool of SUMO to its end.
 *
 * @throws WorldError `sumo-missing`; `netconvert-failed`, `duarouter-failed` with its last words
 */
export async function runSumoTool(tool: SumoTool, options: readonly string[]): Promise<void> {
  const child = spawn(findTool(tool), options, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...sumoHome, ...process.env },
  })
  let words = ''
  child.stderr.setEncoding('utf8')
  child.stderr.on('data', (text: string) => {
    words = (words + text).split('\n').slice(-KEPT_LINES).join('\n')
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => reject(new WorldError('sumo-missing', `${tool}: ${cause.message}`, cause)))
    child.once('close', resolve)
  })
  if (code !== 0) throw new WorldError(`${tool}-failed`, `${tool} ended with ${code}: ${words.trim()}`)
}

const onPath = (program: string, environment: NodeJS.ProcessEnv): string[] =>
  (environment.PATH ?? '').split(delimiter).map((folder) => join(folder, program))

const runnable = (files: readonly string[]): string | undefined =>
  files.find((file) => {
    try {
      accessSync(file, constants.X_OK)
      return true
    } catch {
      return false
    }
  })

const missing = (where: string) =>
  new WorldError('sumo-missing', `${where}; install SUMO 1.15 or later: ${sumoInstallLine}`)
