import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { InputError } from '@clearway/contracts'
import { prepareNodeRed } from '@clearway/flows'
import { loadConfig } from '@clearway/gateway'
import { Command } from 'commander'
import { ended } from '../ended.ts'

export function flowsCommand(): Command {
  return new Command('flows')
    .description('Node-RED with the flows of this repository, against a gateway; flows.token is its only credential')
    .option('--gateway <url>', 'where the gateway speaks HTTP; the configured port on this machine if absent')
    .action(async (options: { gateway?: string }) => {
      const { dataDir, flows, http } = loadConfig()
      if (flows.token === undefined) {
        const message = 'is missing: the gateway and the flows need the same one'
        throw new InputError('configuration', `flows.token ${message}`, [{ field: 'flows.token', message }])
      }
      const { args, env } = await prepareNodeRed({
        userDir: join(dataDir, 'flows'),
        gatewayUrl: options.gateway ?? `http${http.https ? 's' : ''}://127.0.0.1:${http.port}`,
        token: flows.token,
        ...(flows.editor === 'on' && { editorPort: flows.port }),
      })
      process.exitCode = await untilItEnds(args, env)
    })
}

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
