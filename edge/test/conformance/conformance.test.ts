import { describe, expect, it } from 'vitest'
import { type ClauseId, clauses } from '../../src/conformance/clauses.ts'
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
