import { expect, it } from 'vitest'
import { correlation, trafficTable } from '../bin/evaluation/traffic.ts'

const trips = (times: Record<string, number>) => Object.entries(times).map(([id, tookS]) => ({ id, departS: 0, tookS }))

it('correlates the vehicles that arrived in both, whatever their order', () => {
  const some = trips({ a: 1, b: 2, c: 3, lost: 900 })
  expect(correlation(some, trips({ c: 30, a: 10, b: 20 }))).toBeCloseTo(1, 12)
  expect(correlation(some, trips({ c: 10, a: 30, b: 20, more: 5 }))).toBeCloseTo(-1, 12)
  expect(correlation(some, trips({ a: 1, b: 3, c: 2 }))).toBeCloseTo(0.5, 12)
})

it('says by how much the embedded simulator is off', () => {
  const times = { meanS: 100, p95S: 200, unfinished: 0, tookS: 9 }
  const embedded = { ...times, meanS: 96, p95S: 211, unfinished: 2, passedRed: 0, digest: '' }
  const runs = [{ seed: 3, sumo: times, embedded, correlation: 0.9712 }]
  const table = trafficTable({ vehicles: 10, runs, dischargeVehH: { sumo: 1700, embedded: 1717 } })
  expect(table).toContain('| 3 | mean door to door | 100.0 s | 96.0 s | −4.0 % | ± 5 % |')
  expect(table).toContain('| 3 | 95th percentile | 200.0 s | 211.0 s | +5.5 % | ± 10 % |')
  expect(table).toContain('| 3 | correlation by vehicle |  |  | 0.971 | ≥ 0.95 |')
  expect(table).toContain('| 3 | not arrived | 0 | 2 |  |  |')
  expect(table).toContain('|  | saturated lane, veh/h | 1700 | 1717 | +1.0 % | 1656 ± 5 % |')
})
