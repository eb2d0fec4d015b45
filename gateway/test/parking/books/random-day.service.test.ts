import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { dayUnderFire } from './day-under-fire.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'clearway-books-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

it('has in its books what it acknowledged, after a random day with kill -9 in it', async () => {
  const options = { dataDir, seed: 20261129, vehicles: 32, actions: 4, calmS: 3, nowMs: Date.now() }
  const result = await dayUnderFire(options)
  expect(result.kills).toBeGreaterThan(1)
  expect(result.suspense).toEqual(result.expected.suspense)
  expect(result.balances).toEqual(result.expected.balances)
  expect(result.sandboxBookedFen).toBe(result.sandboxFen)
  for (const verdict of [result.online, result.offline]) {
    expect(verdict).toMatchObject({ ok: true, faults: [], trialFen: 0 })
    expect(verdict.revenueFen).toBe(verdict.staysFen)
  }
}, 170_000)
