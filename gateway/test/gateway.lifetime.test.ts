import { ManualClock } from '@clearway/contracts'
import { expect, it } from 'vitest'
import { Lifetime } from '../src/lifetime.ts'

it('closes what was opened in reverse, and not what failed to open', async () => {
  const lifetime = new Lifetime()
  const closed: string[] = []
  for (const name of ['records', 'journal', 'server']) {
    await lifetime.open(
      () => name,
      () => closed.push(name),
    )
  }
  const failing = lifetime.open(
    () => Promise.reject(new Error('port in use')),
    () => closed.push('never opened'),
  )
  await expect(failing).rejects.toThrow('port in use')
  await lifetime.close()
  await lifetime.close()
  expect(closed).toEqual(['server', 'journal', 'records'])
})

it('closes the rest when one cannot be closed, and tells which failed', async () => {
  const lifetime = new Lifetime()
  let closed = false
  await lifetime.open(
    () => undefined,
    () => {
      closed = true
    },
  )
  await lifetime.open(
    () => undefined,
    () => Promise.reject(new Error('disk gone')),
  )
  await expect(lifetime.close()).rejects.toMatchObject({ errors: [expect.objectContaining({ message: 'disk gone' })] })
  expect(closed).toBe(true)
})

it('repeats its work until it is closed', async () => {
  const clock = new ManualClock(0)
  const lifetime = new Lifetime()
  let times = 0
  lifetime.repeat(clock, 5, () => times++)
  await clock.advance(21)
  await lifetime.close()
  await clock.advance(60)
  expect(times).toBe(4)
})
