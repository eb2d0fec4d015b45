import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
let planted: string | undefined
afterEach(() => {
  if (planted) rmSync(planted, { force: true })
})

/** Plants one file, runs the checker over that folder alone, and returns what it printed. */
function check(folder: string, code: string): string {
  planted = join(root, folder, `planted-${process.pid}.ts`)
  writeFileSync(planted, code)
  const run = spawnSync(
    process.execPath,
    ['node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', '--config', '.dependency-cruiser.cjs', planted],
    { cwd: root, encoding: 'utf8' },
  )
  return `${run.status} ${run.stdout}${run.stderr}`
}

describe('the arrows between the folders', () => {
  it.each([
    ['gateway/src', "import { runEdge } from '@clearway/edge'\nrunEdge", 'gateway-imports'],
    ['edge/src', "import { importCity } from '@clearway/routing'\nimportCity", 'edge-imports'],
    ['routing/src', "import { createGateway } from '@clearway/gateway'\ncreateGateway", 'routing-imports'],
    ['flows/src', "import { importCity } from '../../routing/src/index.ts'\nimportCity", 'flows-imports'],
    ['simulators/src', "import { createGateway } from '@clearway/gateway'\ncreateGateway", 'simulators-imports'],
    ['contracts/src', "import { pino } from 'pino'\npino", 'contracts-libraries'],
    ['contracts/src', "import { readFileSync } from 'node:fs'\nreadFileSync", 'contracts-browser'],
  ])('a forbidden import planted in %s is found', (folder, code, rule) => {
    const output = check(folder, code)
    expect(output).toContain(rule)
    expect(output.startsWith('0 ')).toBe(false)
  })

  it('an allowed import passes', () => {
    expect(
      check('gateway/src', "import { systemClock } from '@clearway/contracts'\nsystemClock").startsWith('0 '),
    ).toBe(true)
  })
})
