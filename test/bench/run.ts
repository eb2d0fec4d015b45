/** `npm run bench [-- --json FILE]`: the performance table, every ratio against a peer measured in the same run. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { bench as ingest } from '../../gateway/bench/ingest.bench.ts'
import { bench as hierarchy } from '../../routing/bench/hierarchy.bench.ts'
import { bench as route } from '../../routing/bench/route.bench.ts'
import { bench as traffic } from '../../simulators/bench/traffic.bench.ts'
import { bench as dispatch } from './dispatch.bench.ts'
import { bench as request } from './request.bench.ts'
import type { BenchRow } from './row.ts'

const { values } = parseArgs({ options: { json: { type: 'string' } } })

const rows: BenchRow[] = []
for (const bench of [ingest, dispatch, request, route, hierarchy, traffic]) rows.push(...(await bench()))

const shown = (value: number | undefined) =>
  value === undefined ? '' : value.toLocaleString('en', { maximumSignificantDigits: 3 })
/** What is wanted, and whether it is reached. */
function goal({ value, unit, ratio, leastRatio, mostValue }: BenchRow): string {
  if (mostValue !== undefined) return `≤ ${shown(mostValue)} ${unit} ${value <= mostValue ? '✓' : '✗'}`
  return leastRatio === undefined ? '' : `≥ ${shown(leastRatio)} ${(ratio ?? 0) >= leastRatio ? '✓' : '✗'}`
}
console.log('| what | value | peer in the same run | its value | ratio | goal |')
console.log('| --- | ---: | --- | ---: | ---: | ---: |')
for (const row of rows) {
  const { name, value, unit, peer, peerValue, ratio } = row
  const peerCell = peerValue === undefined ? '' : `${shown(peerValue)} ${unit}`
  console.log(`| ${name} | ${shown(value)} ${unit} | ${peer ?? ''} | ${peerCell} | ${shown(ratio)} | ${goal(row)} |`)
}
const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim()
const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`
console.log(`\n${machine}, commit ${commit || 'unknown'}`)
if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine, commit, rows }, null, 2)}\n`)
