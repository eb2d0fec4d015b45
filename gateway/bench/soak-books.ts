import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { dayUnderFire } from '../test/parking/books/day-under-fire.ts'

/**
 * Random days, one after the other, each through a gateway of its own that is killed with SIGKILL at random moments; its
 * books must equal what it acknowledged. `npm run soak:books -- --days 5 --vehicles 150 --json OUT`
 */
const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '5' },
    vehicles: { type: 'string', default: '150' },
    seed: { type: 'string', default: '20261129' },
    json: { type: 'string' },
  },
})

const whole = (name: 'days' | 'vehicles' | 'seed'): number => {
  const value = Number(values[name])
  if (Number.isInteger(value) && value >= 1) return value
  console.error(`--${name} ${values[name]} is no whole number from 1 on`)
  process.exit(1)
}

const [days, vehicles, seed] = [whole('days'), whole('vehicles'), whole('seed')]
const results: object[] = []
let bad = 0
for (let day = 0; day < days; day++) {
  const dataDir = mkdtempSync(join(tmpdir(), 'clearway-soak-'))
  const began = performance.now()
  try {
    const run = await dayUnderFire({
      ...{ dataDir, seed: seed + day, vehicles, actions: 6, calmS: 6, nowMs: Date.now() },
    })
    const { kills, expected, balances, online, offline, sandboxFen, sandboxBookedFen, suspense } = run
    const differs = Object.keys(expected.balances).filter((account) => expected.balances[account] !== balances[account])
    const faults = [...online.faults, ...offline.faults]
    const stray = Object.keys({ ...suspense, ...expected.suspense }).filter(
      (order) => suspense[order] !== expected.suspense[order],
    )
    const ok = differs.length + faults.length + stray.length === 0 && sandboxFen === sandboxBookedFen
    if (!ok) bad++
    const seconds = Math.round((performance.now() - began) / 1000)
    const { entries, bills } = offline
    const { acknowledged } = expected
    const result = {
      seed: seed + day,
      ok,
      kills,
      acknowledged,
      bills,
      entries,
      seconds,
      differs,
      stray,
      faults,
      balances,
    }
    results.push(result)
    console.log(JSON.stringify(result))
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}
if (values.json) writeFileSync(values.json, `${JSON.stringify({ days: results }, null, 2)}\n`)
if (bad > 0) process.exitCode = 1
