import { expect, it } from 'vitest'
import { crossing } from '../fixtures.ts'
import { brisk } from './brisk-table.ts'
import { examineDevice } from './rig.ts'

it.each([brisk(), crossing()])('a device of $id that conforms passes every clause', async (table) => {
  const report = await examineDevice({}, { table })
  expect(report.clauses.filter(({ result }) => result !== 'pass')).toEqual([])
  expect(report.conforms).toBe(true)
})
