import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What the tests need of the operating system: the program and the Debian package that brings it. */
const debianPackages = {
  chromium: 'chromium',
  influxd: 'influxdb',
  'victoria-metrics': 'victoria-metrics',
  mosquitto: 'mosquitto',
  snmpset: 'snmp',
  sumo: 'sumo',
  netconvert: 'sumo',
  duarouter: 'sumo',
} as const
export type Program = keyof typeof debianPackages

/** The path of a program, or undefined where it is not installed. */
function findProgram(program: Program): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  for (const folder of folders) {
    const file = join(folder, program)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {}
  }
  return undefined
}

export const installLine = (programs: readonly Program[]): string =>
  `apt-get install --no-install-recommends ${programs.map((program) => debianPackages[program]).join(' ')}`

/** The path of a program a test needs. Where it is missing the test is to be skipped; in CI that is an error. */
export function need(program: Program): string | undefined {
  const path = findProgram(program)
  if (!path && process.env.CI)
    throw new Error(`${program} is missing and CI may skip nothing: ${installLine([program])}`)
  return path
}

/**
 * Installs what is missing where that may be done: as root, with apt-get.
 *
 * @returns the programs that are still missing
 */
export function installMissing(): Program[] {
  const missing = () => (Object.keys(debianPackages) as Program[]).filter((program) => !findProgram(program))
  const wanted = missing()
  if (wanted.length === 0 || process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return wanted
  const packages = wanted.map((program) => debianPackages[program])
  console.log(`Installing Debian packages: ${packages.join(' ')}`)
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args: string[]) =>
    spawnSync('apt-get', ['-qq', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env: environment })
  apt('update')
  // Chinese labels in screenshots need a font that has them.
  apt('install', '-y', '--no-install-recommends', ...packages, 'fonts-noto-cjk')
  return missing()
}
