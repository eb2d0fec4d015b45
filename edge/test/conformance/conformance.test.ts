import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ClauseId, clauses } from '../../src/conformance/clauses.ts'
import { clauseTable } from '../../src/index.ts'
import { crossing } from '../fixtures.ts'
import { brisk } from './brisk-table.ts'
import type { Deviations } from './deviation.ts'
import { messageDeviations } from './message-deviations.ts'
import { requestDeviations } from './request-deviations.ts'
import { examineDevice } from './rig.ts'
import { streetDeviations } from './street-deviations.ts'

it.each([brisk(), crossing()])('a device of $id that conforms passes every clause', async (table) => {
  const report = await examineDevice({}, { table })
  expect(report.clauses.filter(({ result }) => result !== 'pass')).toEqual([])
  expect(report.conforms).toBe(true)
})

const deviations: Deviations = { ...messageDeviations, ...streetDeviations, ...requestDeviations }
const cases = clauses.flatMap(({ id }) => (deviations[id] ?? []).map(([what, make]) => [id, what, make] as const))

it('breaks every clause at least once', () => {
  expect(clauses.map(({ id }) => id).filter((id: ClauseId) => !deviations[id])).toEqual([])
})

describe('a device is failed by exactly the clause that it breaks', () => {
  it.each(cases)('%s: one that %s', async (id, _what, make) => {
    const report = await examineDevice(make())
    expect(report.failed, report.clauses.find(({ result }) => result === 'fail')?.seen).toEqual([id])
  })
})

it('the documentation has the table of clauses that the code makes', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/conformance.md'), 'utf8')
  expect(page).toContain(clauseTable())
})

it('imports nothing but contracts and MQTT', () => {
  const folder = join(import.meta.dirname, '../../src/conformance')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const imported = files.flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8')
    return [...text.matchAll(/from '([^']+)'/g)].map(([, from]) =>
      from?.startsWith('.') ? relative(folder, join(folder, dirname(file), from)) : from,
    )
  })
  const outside = new Set(imported.filter((from) => !files.includes(from as string)))
  expect([...outside].sort()).toEqual(['@clearway/contracts', 'mqtt', 'mqtt-packet', 'node:events', 'node:net'])
})
