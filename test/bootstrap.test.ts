import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const bootstrap = join(root, 'bin', 'bootstrap.mjs')
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clearway-bootstrap-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const script = (code: string): string => {
  const file = join(folder, 'script.ts')
  writeFileSync(file, code)
  return relative(root, file)
}
const firstLine = async (child: ChildProcess): Promise<string> => {
  const [line] = await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')
  return line
}

it('runs TypeScript on the pinned runtime and passes arguments and exit code on', async () => {
  const file = script('console.log(process.version, process.argv[2]); process.exitCode = 7 as number')
  const child = spawn(process.execPath, [bootstrap, file, 'given'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  expect(await firstLine(child)).toMatch(/^v24\.\S+ given$/)
  expect((await exit)[0]).toBe(7)
})

it('keeps what it compiled for the next start', async () => {
  const file = script("import { getCompileCacheDir } from 'node:module'; console.log(getCompileCacheDir())")
  const { NODE_COMPILE_CACHE: _, ...env } = process.env
  const child = spawn(process.execPath, [bootstrap, file], { stdio: ['ignore', 'pipe', 'inherit'], env })
  expect(await firstLine(child)).toContain(join(root, 'node_modules', '.cache', 'compiled'))
})

it('started by npm, it ends when npm is gone', async () => {
  const file = script('console.log(process.pid); setInterval(() => {}, 1000)')
  const npm = spawn(
    process.execPath,
    [
      '-e',
      `require('node:child_process').spawn(process.execPath, ${JSON.stringify([bootstrap, file])}, { stdio: 'inherit' })`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, npm_lifecycle_event: 'start' } },
  )
  const pid = Number(await firstLine(npm))
  npm.kill('SIGKILL')
  const alive = () => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  while (alive()) await new Promise((resolve) => setTimeout(resolve, 20))
})
