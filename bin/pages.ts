import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const dashboards = join(root, 'dashboards')

/** Where the built pages are. */
export const pagesDir = join(dashboards, 'dist')

function newest(folder: string): number {
  let newestMs = 0
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) newestMs = Math.max(newestMs, statSync(join(entry.parentPath, entry.name)).mtimeMs)
  }
  return newestMs
}

/** Builds the pages with Vite unless they are newer than everything that they are made from. */
export async function buildPages(): Promise<void> {
  const marker = join(pagesDir, 'index.html')
  const sources = [join(dashboards, 'src'), join(root, 'contracts', 'src')].map(newest)
  for (const file of readdirSync(dashboards)) {
    const path = join(dashboards, file)
    if (statSync(path).isFile()) sources.push(statSync(path).mtimeMs)
  }
  if (existsSync(marker) && statSync(marker).mtimeMs > Math.max(...sources)) return
  const vite = join(
    dirname(createRequire(join(dashboards, 'package.json')).resolve('vite/package.json')),
    'bin',
    'vite.js',
  )
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: dashboards, stdio: 'inherit' })
    child.on('error', reject)
    child.on('exit', (status) => resolve(status ?? 1))
  })
  if (code !== 0) throw new Error(`vite build of the pages ended with ${code}; its output above says why`)
}
