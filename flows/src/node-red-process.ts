import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { buildNodes } from './build-nodes.ts'

export interface FlowsOptions {
  /** Node-RED's user directory, made if missing. */
  userDir: string
  /** Where the gateway listens, for example http://127.0.0.1:8080. */
  gatewayUrl: string
  /** A service token with the role `flows`. */
  token: string
  /** Serves the editor on this loopback port; headless when absent. Whoever edits flows owns the process. */
  editorPort?: number
}

/** How to start Node-RED; the caller spawns and watches it. */
export interface ProcessPlan {
  args: string[]
  env: Record<string, string>
}

/**
 * Prepares Node-RED's user directory with this repository's flows and nodes. The flow file is copied at each start:
 * `flows/flows.json` is the source. With the editor on, an edited copy in the user directory is kept.
 */
export async function prepareNodeRed(options: FlowsOptions): Promise<ProcessPlan> {
  const { userDir, gatewayUrl, token, editorPort } = options
  mkdirSync(userDir, { recursive: true })
  // Without its own package.json Node-RED would find one that says "module" and fail on its settings file.
  writeFileSync(join(userDir, 'package.json'), '{ "name": "clearway-flows", "private": true }\n')
  await buildNodes(join(userDir, 'clearway-nodes'))
  const flowFile = join(userDir, 'flows.json')
  if (editorPort === undefined || !existsSync(flowFile)) {
    copyFileSync(join(import.meta.dirname, '..', 'flows.json'), flowFile)
  }
  const settings = {
    flowFile: 'flows.json',
    flowFilePretty: true,
    userDir,
    nodesDir: join(userDir, 'clearway-nodes'),
    uiHost: '127.0.0.1',
    uiPort: editorPort ?? 0,
    httpAdminRoot: editorPort === undefined ? false : '/',
    httpNodeRoot: false,
    credentialSecret: false,
    telemetry: { enabled: false, updateNotification: false },
    logging: { console: { level: 'info', metrics: false, audit: false } },
    // Flows hold logic of ours and what the city adds by hand; packages are not fetched at run time.
    externalModules: { autoInstall: false, palette: { allowInstall: false }, modules: { allowInstall: false } },
  }
  const settingsFile = join(userDir, 'settings.cjs')
  writeFileSync(settingsFile, `module.exports = ${JSON.stringify(settings, null, 2)}\n`)
  return {
    args: [createRequire(import.meta.url).resolve('node-red/red.js'), '--settings', settingsFile, '--userDir', userDir],
    env: { CLEARWAY_URL: gatewayUrl, CLEARWAY_FLOWS_TOKEN: token },
  }
}
