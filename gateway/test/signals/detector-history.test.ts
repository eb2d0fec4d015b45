import type { DetectorFlow } from '@clearway/contracts'
import { expect, it } from 'vitest'
import { DetectorHistory } from '../../src/signals/detector-history.ts'

const flow = (change: Partial<DetectorFlow> = {}) =>
  ({ id: 'f', at: '2026-11-29T08:00:00.000Z', periodS: 5, count: 2, occupancy: 0.1, ...change }) as DetectorFlow

it('keeps the queue of a report as vehicles a lane, in the mean of the groups where they are told apart', () => {
  const history = new DetectorHistory()
  history.add('j-1-w', flow({ queueM: 50 }), 1000)
  history.add('j-1-w', flow({ queueM: 50, groupQueuesM: { a: 50, b: 0 } }), 6000)
  history.add('j-1-w', flow(), 11_000)
  expect(history.of('j-1-w').map(({ queue, queueM }) => [queue, queueM])).toEqual([
    [7, 50],
    [3.5, 50],
    [undefined, undefined],
  ])
  expect(history.of('j-1-n')).toEqual([])
})

it('keeps the last 25 minutes, and not much more, however long it runs', () => {
  const history = new DetectorHistory()
  for (let atS = 5; atS <= 86_400; atS += 5) history.add('j-1-w', flow(), atS * 1000)
  const samples = history.of('j-1-w')
  expect(samples[0]!.atMs).toBeLessThanOrEqual((86_400 - 1495) * 1000)
  expect(samples.length).toBeGreaterThanOrEqual(300)
  expect(samples.length).toBeLessThanOrEqual(300 + 64)
})
