import { type Advice, fromTimestamp, toTimestamp } from '@clearway/contracts'
import { afterEach, describe, expect, it } from 'vitest'
import { at, LongStreet, wang } from './long-street.ts'

let street: LongStreet
afterEach(() => street.close())

interface Feed {
  features: { id: string; properties: Omit<Advice, 'geometry' | 'state'>; geometry: Advice['geometry'] }[]
}

const words = 'Emergency vehicle ahead: keep clear (diversion)'
/** Audited actions, in their order. */
const audited = (action: string) => street.outside.audit.filter((one) => one.action.startsWith(action))

describe('advice', () => {
  it('is out at least 30 s before the vehicle, until it has passed, and never for the ends of its way', async () => {
    street = await LongStreet.open()
    const id = street.send()
    await street.pass(1)
    // BC would be reached in 18 s; AB and JK are the ends of the way.
    expect(await street.advised()).toEqual(['CD', 'DE', 'EF', 'FG', 'GH', 'HI', 'IJ'])
    const first = new Map<string, number>()
    const reached = new Map<string, number>()
    for (let east = 40; east < 4900; east += 20) {
      for (const one of await street.advised()) if (!first.has(one)) first.set(one, street.clock.now())
      const block = 'ABCDEFGHIJK'.slice(Math.floor(east / 500), Math.floor(east / 500) + 2)
      if (!reached.has(block)) reached.set(block, street.clock.now())
      await street.pass(1)
    }
    for (const [block, atMs] of first) expect(reached.get(block)! - atMs).toBeGreaterThanOrEqual(30_000)
    expect([...first.keys()].sort()).toEqual(['CD', 'DE', 'EF', 'FG', 'GH', 'HI', 'IJ'])
    expect(street.dispatch.dispatcher.get(id).state).toBe('completed')
    expect(await street.advised()).toEqual([])
  })

  it('covers the time in which the vehicle is there, in steps of 10 s', async () => {
    street = await LongStreet.open()
    street.send()
    await street.pass(1)
    for (let second = 0; second < 150; second++) {
      const east = 40 + 20 * second
      const { features } = await street.feed<Feed>()
      for (const { properties, geometry } of features) {
        expect(fromTimestamp(properties.from) % 10_000).toBe(0)
        expect(fromTimestamp(properties.until) % 10_000).toBe(0)
        const block = geometry.coordinates.map(([lon]) => Math.round((lon! - 8.7) * 72_300))
        if (east < block[0]! || east > block.at(-1)!) continue
        expect(street.clock.now()).toBeGreaterThan(fromTimestamp(properties.from))
        expect(street.clock.now()).toBeLessThan(fromTimestamp(properties.until))
      }
      await street.pass(1)
    }
  })

  it('keeps its id, and once it has begun its beginning, whatever the vehicle does', async () => {
    street = await LongStreet.open()
    street.send()
    await street.pass(30)
    const one = (feed: Feed) =>
      feed.features.find(({ properties }) => fromTimestamp(properties.from) <= street.clock.now())!
    const before = one(await street.feed<Feed>())
    await street.pass(9, 0)
    const after = (await street.feed<Feed>()).features.find(({ id }) => id === before.id)!
    expect(after.properties.from).toBe(before.properties.from)
    expect(fromTimestamp(after.properties.until)).toBeGreaterThanOrEqual(fromTimestamp(before.properties.until))
  })

  it('tells nobody which vehicle it is, where it is, or where it is going', async () => {
    street = await LongStreet.open()
    const id = street.send('amb-1', 'ambulance', 4900)
    await street.pass(20)
    for (const path of ['/advice', '/advice/wzdx', '/advice/cifs']) {
      const text = JSON.stringify(await street.feed(path))
      for (const secret of ['amb-1', `"${id}"`, 'ambulance', 'wang']) expect(text).not.toContain(secret)
      const { lon } = at(4900, 0)
      expect(text).not.toContain(String(lon.toFixed(4)))
    }
    // Nothing of the road it is on: it could not be told of in time.
    expect(await street.advised()).not.toContain('AB')
  })

  it('is none for a bus, and for the police only within: signs and routes', async () => {
    street = await LongStreet.open()
    street.send('bus-1', 'bus')
    await street.pass(2)
    expect(await street.advised()).toEqual([])
    expect(audited('diversion')).toEqual([])
    street.send('pol-1', 'police')
    await street.pass(60)
    expect(await street.advised()).toEqual([])
    expect(audited('diversion')).toHaveLength(1)
    expect(street.shown('sign-e')).toBe(words)
  })

  it('ends with a cancelled mission, and while nothing is heard of the vehicle', async () => {
    street = await LongStreet.open()
    const id = street.send()
    await street.pass(2)
    expect(await street.advised()).not.toEqual([])
    street.dispatch.dispatcher.cancel(id, wang)
    await street.pass(1)
    expect(await street.advised()).toEqual([])
    street.silence()
    street.send('fire-1', 'fire')
    await street.pass(2)
    expect(await street.advised()).not.toEqual([])
    street.silence('fire-1')
    await street.pass(12)
    expect(await street.advised()).toEqual([])
    expect(audited('diversion').map(({ action, subject }) => `${action} ${subject}`)).toEqual([
      ...['diversion.begin d-1', 'diversion.end d-1'],
      ...['diversion.begin d-2', 'diversion.end d-2'],
    ])
    const published = street.outside.published
      .filter(({ topic }) => topic === 'advice')
      .flatMap(({ items }) => items) as Advice[]
    const last = new Map(published.map((advice) => [advice.id, advice.state]))
    expect(new Set(last.values())).toEqual(new Set(['ended']))
  })

  it('has the fields of WZDx 4.2 and of CIFS', async () => {
    street = await LongStreet.open()
    street.send()
    await street.pass(2)
    const wzdx = await street.feed<{
      feed_info: object
      type: string
      features: { properties: object; geometry: object }[]
    }>('/advice/wzdx')
    expect(wzdx.feed_info).toMatchObject({
      version: '4.2',
      publisher: '测试 / Test',
      data_sources: [{ data_source_id: 'test' }],
    })
    expect(wzdx.features[0]).toMatchObject({
      ...{ type: 'Feature', id: expect.stringMatching(/^[0-9a-f-]{36}$/), geometry: { type: 'LineString' } },
      properties: {
        core_details: {
          event_type: 'work-zone',
          data_source_id: 'test',
          direction: 'eastbound',
          road_names: ['unnamed road'],
        },
        ...{ start_date: expect.any(String), end_date: expect.any(String) },
        ...{ is_start_date_verified: false, is_end_date_verified: false },
        ...{ is_start_position_verified: false, is_end_position_verified: false },
        ...{ vehicle_impact: 'all-lanes-open', location_method: 'other' },
      },
    })
    const { incidents } = await street.feed<{ incidents: Record<string, string>[] }>('/advice/cifs')
    const { features } = await street.feed<Feed>()
    expect(incidents[0]).toMatchObject({
      ...{ id: features[0]!.id, type: 'HAZARD', subtype: 'HAZARD_ON_ROAD', direction: 'ONE_DIRECTION' },
      ...{ starttime: features[0]!.properties.from, endtime: features[0]!.properties.until },
    })
    const [[lon, lat]] = features[0]!.geometry.coordinates as [number[]]
    expect(incidents[0]!.polyline).toMatch(new RegExp(`^${lat} ${lon} `))
    expect(incidents[0]!.description).toMatch(/^应急车辆.* \/ Emergency vehicle/)
  })
})

describe('signs before a corridor', () => {
  it('speak from a minute before until the vehicle has passed, those alone whose readers come onto it', async () => {
    street = await LongStreet.open()
    const id = street.send()
    await street.pass(1)
    expect(street.shown('sign-e')).toBeUndefined()
    await street.pass(50)
    expect(street.shown('sign-e')).toBe(words)
    expect(street.shown('sign-far')).toBeUndefined()
    expect(street.shown('sign-back')).toBeUndefined()
    await street.pass(100)
    expect(street.dispatch.dispatcher.get(id).progressM).toBeGreaterThan(3000)
    expect(street.shown('sign-e')).toBeUndefined()
    const last = street.outside.downlink.sent.findLast(({ device }) => device === 'sign-e')!
    expect(last.body).toMatchObject({ text: { zh: '', en: '' } })
    expect(audited('sign').map(({ actor, action }) => `${actor} ${action}`)).toContain('diversion sign.take-back')
  })

  it('leave the message of a person alone, and speak when it is over', async () => {
    street = await LongStreet.open()
    const until = toTimestamp(street.clock.now() + 80_000)
    await street.signs.messages.show('sign-e', { text: { en: 'Fair' }, until }, wang)
    street.send()
    await street.pass(70)
    expect(street.shown('sign-e')).toBe('Fair (wang)')
    await street.pass(15)
    expect(street.shown('sign-e')).toBe(words)
    await street.signs.messages.show(
      'sign-e',
      { text: { en: 'Fair' }, until: toTimestamp(street.clock.now() + 600_000) },
      wang,
    )
    await street.pass(120)
    expect(street.shown('sign-e')).toBe('Fair (wang)')
  })

  it('are blank when the mission is cancelled, and when the gateway comes back without it', async () => {
    street = await LongStreet.open()
    const id = street.send()
    await street.pass(60)
    expect(street.shown('sign-e')).toBe(words)
    const before = street
    await before.stop()
    before.dispatch.dispatcher.cancel(id, wang)
    street = await LongStreet.open({}, before)
    await street.pass(1)
    expect(street.shown('sign-e')).toBeUndefined()
    await before.close()
  })

  it('say nothing where that is off', async () => {
    street = await LongStreet.open({ signs: 'off' })
    street.send()
    await street.pass(60)
    expect(street.shown('sign-e')).toBeUndefined()
    expect(await street.advised()).not.toEqual([])
  })
})

describe('ordinary routes', () => {
  const isOnMain = (profile: 'car' | 'ambulance') => {
    const [route] = street.engine.route({ from: at(1100, 0), to: at(4400, 0), profile })
    return !route!.geometry.coordinates.some(([, lat]) => lat! > 49.401)
  }

  it('lead around the corridor while it lasts, those of emergency vehicles do not', async () => {
    street = await LongStreet.open()
    const id = street.send()
    expect(isOnMain('car')).toBe(true)
    await street.pass(7)
    expect(isOnMain('car')).toBe(false)
    expect(isOnMain('ambulance')).toBe(true)
    street.dispatch.dispatcher.cancel(id, wang)
    await street.pass(7)
    expect(isOnMain('car')).toBe(true)
  })

  it('do not where the factor is 1', async () => {
    street = await LongStreet.open({ linkCostFactor: 1 })
    street.send()
    await street.pass(7)
    expect(isOnMain('car')).toBe(true)
  })
})
