import { expect, it } from 'vitest'
import { Street } from './street.ts'

it('counts how long dispatches and the seconds of missions take', async () => {
  const street = await Street.open(2)
  const told = async () => {
    const metric = street.outside.core.metrics.getSingleMetric('clearway_planner_seconds')
    const { values } = (await metric!.get()) as { values: { labels: object; value: number; metricName?: string }[] }
    return values
  }
  street.send(1000)
  const count = async (work: string) =>
    (await told()).find(
      ({ metricName, labels }) => metricName?.endsWith('_count') && 'work' in labels && labels.work === work,
    )?.value
  expect(await count('dispatch')).toBe(1)
  const before = (await count('step')) ?? 0
  await street.run(5)
  expect((await count('step'))! - before).toBe(5)
  const most = (await told()).find(({ labels }) => 'quantile' in labels && labels.quantile === 1)
  expect(most?.value).toBeGreaterThan(0)
  await street.stop()
})
