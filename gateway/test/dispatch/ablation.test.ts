import { expect, it } from 'vitest'
import { junctionAt, Street } from './street.ts'

/** Where the vehicle was when each junction was first asked, m. */
async function askedAtM(greenChannel: Parameters<typeof Street.open>[3], queueM = 0): Promise<(number | undefined)[]> {
  const street = await Street.open(3, undefined, undefined, greenChannel)
  const ids = ['j-1', 'j-2', 'j-3']
  const asked = new Map<string, number>()
  for (const junction of ids) {
    const device = { id: `${junction}-w`, kind: 'detector' as const, district: 'test', junction }
    street.outside.devices.push({ ...device, state: 'online' })
  }
  const count = () => {
    const nowMs = street.clock.now()
    const body = { count: 0, periodS: 5, occupancy: 0, queueM }
    for (const id of ids) street.outside.feed.deliver('detector', `${id}-w`, 'flow', nowMs, nowMs, body)
  }
  count()
  street.send(1600)
  await street.run(110, () => {
    count()
    for (const id of ids) {
      if (!asked.has(id) && street.outside.downlink.requests(id).length > 0) asked.set(id, street.vehicle().eastM)
    }
  })
  await street.stop()
  return ids.map((id) => asked.get(id))
}

it('asks earlier for the queue that its detectors see, unless it is to take every queue as 0', async () => {
  const [usual, queued] = [await askedAtM({}), await askedAtM({}, 70)]
  expect(queued[1]).toBeLessThan(usual[1] as number)
  expect(await askedAtM({ queueEstimate: 'on' }, 70)).toEqual(queued)
  expect(await askedAtM({ queueEstimate: 'off' }, 70)).toEqual(usual)
})

it('asks only so many junctions ahead as it is told', async () => {
  // A queue of 30 vehicles is asked for more than a block before.
  const all = await askedAtM({}, 210)
  expect(all[1]).toBeLessThan(junctionAt(1))
  expect(await askedAtM({ lookAheadJunctions: 3 }, 210)).toEqual(all)
  const one = await askedAtM({ lookAheadJunctions: 1 }, 210)
  expect(one[0]).toBe(all[0])
  expect(one[1]).toBeGreaterThanOrEqual(junctionAt(1))
  expect(one[1]).toBeLessThanOrEqual(junctionAt(1) + 30)
  expect(one[2]).toBeGreaterThanOrEqual(junctionAt(2))
})
