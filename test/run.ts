/** Every automatic test: the static checks, then vitest's projects. The last line is `N passed, N failed[, N skipped]`. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPages } from '../bin/pages.ts'
import { installLine, installMissing } from './debian-packages.ts'

const root = join(import.meta.dirname, '..')
process.chdir(root)
const started = performance.now()
const missing = installMissing()
if (missing.length > 0) {
  console.log(
    `Not installed, and not installable from here: ${missing.join(', ')}. Their tests are skipped; to run them:`,
  )
  console.log(`  ${installLine(missing)}`)
}
await buildPages()

const failures: string[] = []
let passed = 0
let failed = 0
let skipped = 0

const windows = process.platform === 'win32'
for (const check of ['lint', 'types', 'arrows', 'unused']) {
  const run = spawnSync(windows ? 'npm.cmd' : 'npm', ['run', '--silent', check], { encoding: 'utf8', shell: windows })
  if (run.status === 0) passed++
  else {
    failed++
    failures.push(`npm run ${check}\n${run.stdout}${run.stderr}`)
  }
  console.log(`${run.status === 0 ? '✓' : '✗'} npm run ${check}`)
}

const folder = mkdtempSync(join(tmpdir(), 'clearway-test-'))
const report = join(folder, 'report.json')
const vitest = spawnSync(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
)
try {
  const counts = JSON.parse(readFileSync(report, 'utf8'))
  passed += counts.numPassedTests
  skipped += counts.numPendingTests + counts.numTodoTests
  // A file that fails to load has no tests of its own, but it is a failure.
  failed += Math.max(counts.numFailedTests, vitest.status === 0 ? 0 : 1)
} catch (error) {
  failed++
  failures.push(`vitest wrote no report (exit ${vitest.status}): ${error}`)
}
rmSync(folder, { recursive: true })

for (const failure of failures) console.log(`\nFAILED ${failure}`)
if (process.env.CI && skipped > 0) {
  console.log(`${skipped} tests were skipped; in CI nothing may be`)
  failed += skipped
  skipped = 0
}
console.log(`\n${Math.round((performance.now() - started) / 1000)} s`)
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : 0
