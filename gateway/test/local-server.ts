import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/**
 * Whether a server's binary is here. Without it the caller skips its tests; where nothing may be skipped it fails.
 *
 * @throws Error in CI, with the line that installs it
 */
export function isInstalled(binary: string, debianPackage: string): boolean {
  if (spawnSync('which', [binary]).status === 0) return true
  const line = `${binary} is missing: apt-get install ${debianPackage}`
  if (process.env.CI) throw new Error(line)
  console.warn(`skipped: ${line}`)
  return false
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
