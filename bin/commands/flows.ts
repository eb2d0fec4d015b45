import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { InputError } from '@clearway/contracts'
import { prepareNodeRed } from '@clearway/flows'
import { type Config, loadConfig } from '@clearway/gateway'
import { Command } from 'commander'
import { ended } from '../ended.ts'

export function flowsCommand(): Command {
  return new Command('flows')
    .description('Node-RED with the flows of this repository, against a gateway; flows.token is its only credential')
    .option('--gateway <url>', 'where the gateway speaks HTTP; the configured port on this machine if absent')
    .action(async (options: { gateway?: string }) => {
      const config = loadConfig()
      const { token } = config.flows
      if (token === undefined) {
        const message = 'is missing: the gateway and the flows need the same one'
        throw new InputError('configuration', `flows.token ${message}`, [{ field: 'flows.token', message }])
      }
      const { args, env } = await planOfFlows(config, options.gateway ?? localUrl(config, config.http.port), token)
      process.exitCode = await untilItEnds(args, env)
    })
}

/** The gateway's address on this machine. */
export const localUrl = ({ http }: Config, port: number): string => `http${http.https ? 's' : ''}://127.0.0.1:${port}`

/** How to start Node-RED with the flows of this repository, its user directory prepared. */
export const planOfFlows = ({ dataDir, flows }: Config, gatewayUrl: string, token: string) =>
  prepareNodeRed({
    userDir: join(dataDir, 'flows'),
    gatewayUrl,
    token,
    ...(flows.editor === 'on' && { editorPort: flows.port }),
  })

/** Runs Node-RED on this runtime and passes on the wish to end. @returns its exit code */
async function untilItEnds(args: string[], env: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  let asked = false
  void ended().then((signal) => {
    asked = true
    child.kill(signal)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    // Node-RED has no handler of its own for every signal: to end by the one that was passed on is no failure.
    child.on('exit', (code, signal) => resolve(code ?? (asked && signal ? 0 : 1)))
  })
}
