import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Closure,
  ConflictError,
  type Incident,
  InputError,
  NotFoundError,
  type Page,
  type TravelForecast,
  toTimestamp,
} from '@clearway/contracts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTraffic } from '../../src/traffic/traffic.ts'
import { Outside } from '../signals/outside.ts'
import { at, Town } from './town.ts'

let town: Town
beforeEach(async () => {
  town = await Town.open()
})
afterEach(() => town.close())

const inMinutes = (minutes: number) => toTimestamp(town.clock.now() + minutes * 60_000)
const close = (body: object) => town.call<Closure>('POST', '/closures', { body })
const report = (body: object) => town.call<Incident>('POST', '/incidents', { body })
const list = async (what: 'closures' | 'incidents') => (await town.call<Page<Closure>>('GET', `/${what}`)).items
const counted = async (name: string) => (await town.outside.core.metrics.getSingleMetric(name)?.get())?.values ?? []

describe('a closure', () => {
  it('is in force when its answer arrives: nobody is led through it, until it is opened', async () => {
    expect(town.way()).toBe('B')
    const closure = await close({ position: at(250, 5), reason: 'burst pipe' })
    expect(closure).toMatchObject({
      ...{ type: 'closure', id: 'closure-1', state: 'in-force', closedTo: 'everyone', direction: 'both', until: null },
      ...{ reason: 'burst pipe', createdBy: 'wang', lengthM: expect.closeTo(500, -1) },
    })
    expect(closure.geometry.coordinates).toHaveLength(1)
    expect(town.way()).toBe('BDE')
    expect(town.way('ambulance')).toBe('BDE')
    expect(await list('closures')).toEqual([closure])
    expect(await town.features()).toMatchObject([
      { properties: { closedTo: 'everyone' } },
      { properties: { closedTo: 'everyone' } },
    ])
    const opened = await town.call<Closure>('DELETE', '/closures/{id}', { params: { id: 'closure-1' } })
    expect(opened.state).toBe('ended')
    expect(town.way()).toBe('B')
    expect(await list('closures')).toEqual([])
    expect(town.outside.audit).toEqual([
      { actor: 'wang', action: 'closure.add', subject: 'closure-1' },
      { actor: 'wang', action: 'closure.end', subject: 'closure-1' },
    ])
  })

  it('to ordinary traffic lets emergency vehicles pass', async () => {
    await close({ position: at(250, 5), closedTo: 'ordinary' })
    expect(town.way()).toBe('BDE')
    expect(town.way('ambulance')).toBe('B')
  })

  it('of one direction leaves the other open', async () => {
    await close({ position: at(250, 0), direction: 'one', bearingDeg: 270 })
    expect(town.way()).toBe('B')
    await close({ position: at(250, 0), direction: 'one', bearingDeg: 90 })
    expect(town.way()).toBe('BDE')
  })

  it('begins and ends by the clock, and the pages are told', async () => {
    await close({ position: at(250, 0), from: inMinutes(10), until: inMinutes(20) })
    expect(await list('closures')).toMatchObject([{ state: 'planned' }])
    expect(town.way()).toBe('B')
    await town.pass(605)
    expect(town.way()).toBe('BDE')
    await town.pass(600)
    expect(town.way()).toBe('B')
    expect(await list('closures')).toEqual([])
    const told = town.outside.published.filter(({ topic }) => topic === 'disruptions').flatMap(({ items }) => items)
    expect(told.map((item) => (item as Closure).state)).toEqual(['planned', 'in-force', 'ended'])
  })

  it('is still there after a restart, found again by its place', async () => {
    const closure = await close({ position: at(250, 0), until: inMinutes(60) })
    await report({ kind: 'accident', position: at(750, 0) })
    await town.stop()
    const again = await Town.open(town)
    expect((await again.call<Page<Closure>>('GET', '/closures')).items).toEqual([closure])
    expect((await again.call<Page<Incident>>('GET', '/incidents')).items).toMatchObject([{ id: 'incident-2' }])
    expect(again.way()).toBe('DEF')
    await again.pass(3605)
    expect(again.way()).toBe('BEF')
    await again.stop()
    const third = await Town.open(again)
    expect((await third.call<Page<Closure>>('GET', '/closures')).items).toEqual([])
    // A number is not given again.
    const next = await third.call<Closure>('POST', '/closures', { body: { position: at(250, 0) } })
    expect(next.id).toBe('closure-3')
    await third.stop()
  })

  it('along a drawn line closes the roads under it', async () => {
    const line = {
      type: 'LineString',
      coordinates: [
        [20, 2],
        [500, -2],
        [980, 1],
      ].map(([x, y]) => Object.values(at(x!, y!))),
    }
    const { lengthM } = await close({ line })
    expect(lengthM).toBeCloseTo(1000, -2)
    expect(town.way()).toBe('DEF')
  })

  it.each<[string, object]>([
    ['position', {}],
    ['position', { position: at(0, 3000) }],
    ['bearingDeg', { position: at(250, 0), direction: 'one' }],
    [
      'line',
      {
        line: {
          type: 'LineString',
          coordinates: [
            [8.9, 49.9],
            [8.91, 49.9],
          ],
        },
      },
    ],
    ['until', { position: at(250, 0), until: '2026-11-23T07:00:00.000Z' }],
    ['until', { position: at(250, 0), from: '2026-11-24T07:00:00.000Z', until: '2026-11-23T09:00:00.000Z' }],
  ])('that cannot be is refused naming %s: %o', async (field, body) => {
    const refused = close(body)
    await expect(refused).rejects.toBeInstanceOf(InputError)
    await expect(refused).rejects.toMatchObject({ fields: [{ field }] })
    expect(town.outside.audit).toEqual([])
    expect(await list('closures')).toEqual([])
  })

  it('that does not exist cannot be opened', async () => {
    await report({ kind: 'other', position: at(250, 0) })
    const opened = (id: string) => town.call('DELETE', '/closures/{id}', { params: { id } })
    await expect(opened('closure-9')).rejects.toBeInstanceOf(NotFoundError)
    await expect(opened('incident-1')).rejects.toThrow('there is no closure "incident-1"')
  })
})

describe('an incident', () => {
  it('slows its road, by default by half, and is ended', async () => {
    const incident = await report({ kind: 'accident', position: at(250, 0), note: 'two cars' })
    expect(incident).toMatchObject({
      id: 'incident-1',
      kind: 'accident',
      speedFactor: 0.5,
      delayS: 0,
      note: 'two cars',
    })
    expect(town.way()).toBe('BDE')
    expect(await town.features()).toMatchObject([{ properties: { ratio: 0.5 } }, { properties: { ratio: 0.5 } }])
    await town.call('DELETE', '/incidents/{id}', { params: { id: 'incident-1' } })
    expect(town.way()).toBe('B')
  })

  it('that leaves a lane of two slows a busy road more than its share', async () => {
    const { speedFactor } = await report({ kind: 'roadworks', position: at(250, 0), remainingCapacity: 0.5 })
    // v/v₀ of the BPR curve at 1.6 times the capacity, over that at 0.8: 0.504 / 0.942.
    expect(speedFactor).toBeCloseTo(0.535, 2)
  })

  it('with a delay makes a way round worth while', async () => {
    await report({ kind: 'event', position: at(250, 0), speedFactor: 1, delayS: 120 })
    expect(town.way()).toBe('BDE')
  })

  it('with a radius takes in every road there', async () => {
    const { streets, lengthM } = await report({ kind: 'weather', position: at(500, 20), radiusM: 60 })
    expect(streets).toEqual([])
    // A–B, B–C, D–E, E–F and B–E.
    expect(lengthM).toBeCloseTo(2040, -2)
  })
})

describe('detectors', () => {
  beforeEach(() => town.add({ id: 'loop-1', kind: 'detector', position: at(300, 3) }))
  const slow = { periodS: 60, count: 10, speedMps: 2, occupancy: 0.5 }

  it('slow the road at their position within a batch, until they are silent for a quarter of an hour', async () => {
    for (let i = 0; i < 5; i++) {
      town.report('loop-1', slow)
      await town.pass(60)
    }
    expect(town.way()).toBe('BDE')
    const [feature] = await town.features()
    expect(feature?.properties).toMatchObject({ freeMps: 12.5, closedTo: null })
    expect(feature?.properties.ratio).toBeLessThan(0.3)
    expect((await counted('clearway_traffic_known_arcs'))[0]?.value).toBe(2)
    await town.pass(900)
    expect(town.way()).toBe('B')
    expect(await town.features()).toEqual([])
  })

  it('of a stop line are those of the approach that they are named after', async () => {
    const arc = town.network.arc('A>B')
    town.network.approachOfArc[arc] = 0
    Object.assign(town.network, { approaches: [{ junction: 'j-1', approach: 'w', arc }] })
    const outside = new Outside([])
    Object.assign(outside.core, { network: town.network })
    Object.assign(outside.core.config, { dataDir: town.folder })
    const given: number[] = []
    const traffic = createTraffic(
      outside.core,
      {
        route: () => [],
        update: async ({ speedMps }) => given.push(speedMps[arc]!),
      },
      () => 1,
    )
    await traffic.start?.()
    await new Promise((resolve) => setImmediate(resolve))
    outside.feed.deliver('detector', 'j-1-w', 'flow', outside.clock.now(), outside.clock.now(), {
      ...slow,
      queueM: 300,
    })
    await outside.clock.advance(5)
    await traffic.stop?.()
    expect(given[0]).toBeCloseTo(12.5, 1)
    expect(given.at(-1)!).toBeLessThan(11)
  })

  it('that send absurd things are refused, counted, and stop nobody', async () => {
    town.report('loop-1', { ...slow, count: 9999 })
    town.report('nobody', slow)
    town.report('loop-1', slow)
    await town.pass(5)
    const outcomes = (await counted('clearway_traffic_readings_total')).map(({ labels, value }) => [
      labels.outcome,
      value,
    ])
    expect(Object.fromEntries(outcomes)).toEqual({ refused: 2, 'no-place': 1, taken: 2 })
    expect(await town.features({ slowerThan: 2 })).not.toEqual([])
  })

  it('teach what is usual, which survives a restart', async () => {
    for (let i = 0; i < 90; i++) {
      town.report('loop-1', slow)
      await town.pass(60)
    }
    await town.stop()
    // At half past eight on the next day nothing is measured yet, and the usual speed of the hour holds.
    const again = await Town.open(town, 23 * 3600)
    const speed = again.given.at(-1)!.speedMps[again.network.arc('A>B')]!
    expect(speed).toBeLessThan(10)
    await again.stop()
    const file = join(town.folder, 'usual-speeds.bin')
    writeFileSync(file, readFileSync(file).fill(7, 40, 60))
    const third = await Town.open(again)
    expect(existsSync(`${file}.refused`)).toBe(true)
    expect(third.given.at(-1)!.speedMps[third.network.arc('A>B')]).toBeCloseTo(12.5, 1)
    await third.stop()
  })
})

describe('vehicles', () => {
  /** From D by A, B and C to F; between A and B there is a jam. */
  async function drive(vehicle: string) {
    for (let north = 35; north > 5; north -= 6) await town.move(vehicle, at(0, north), 6, 180)
    for (let east = 5; east < 995; ) {
      const speed = east < 500 ? 3 : 12
      await town.move(vehicle, at(east, 2), speed, 90)
      east += speed
    }
    for (let north = 5; north < 60; north += 6) await town.move(vehicle, at(1000, north), 6, 0)
  }

  it('that are followed tell how fast each road is', async () => {
    town.add({ id: 'van-1', kind: 'vehicle' })
    for (let round = 0; round < 2; round++) {
      await drive('van-1')
      await town.pass(130)
    }
    await town.pass(0)
    const { speedMps, confidence } = town.given.at(-1)!
    const [jam, free] = [town.network.arc('A>B'), town.network.arc('B>C')]
    expect(speedMps[jam]!).toBeLessThan(6)
    expect(speedMps[free]!).toBeGreaterThan(11)
    expect(confidence[free]!).toBeGreaterThan(0.3)
    expect(town.way()).toBe('BDE')
    expect((await counted('clearway_traffic_followed_vehicles'))[0]?.value).toBe(1)
  })

  it('of the emergency services on a mission do not make a road look faster than it is', async () => {
    town.add({ id: 'amb-1', kind: 'vehicle', role: 'ambulance' })
    town.add({ id: 'bus-1', kind: 'vehicle', role: 'bus' })
    await drive('bus-1')
    expect(Math.max(...town.given.at(-1)!.confidence)).toBe(0)
    await drive('amb-1')
    // Without a mission it drives as others do.
    expect(town.given.at(-1)!.speedMps[town.network.arc('A>B')]!).toBeLessThan(8)
  })

  it('are forgotten when they are silent', async () => {
    town.add({ id: 'van-1', kind: 'vehicle' })
    await town.move('van-1', at(10, 2), 3, 90)
    await town.pass(700)
    expect((await counted('clearway_traffic_followed_vehicles'))[0]?.value).toBe(0)
  })
})

describe('the route engine', () => {
  it('is asked again when it could not take the conditions', async () => {
    town.failures = 2
    await close({ position: at(250, 0) })
    expect(town.way()).toBe('B')
    await town.pass(10)
    expect(town.way()).toBe('BDE')
    const outcomes = (await counted('clearway_traffic_updates_total')).map(({ labels, value }) => [
      labels.outcome,
      value,
    ])
    expect(Object.fromEntries(outcomes)).toMatchObject({ failed: 2 })
  })

  it('has nothing to do while nothing changes, but for the time of day', async () => {
    const before = town.given.length
    await town.pass(50)
    expect(town.given.length).toBe(before)
    await town.pass(20)
    expect(town.given.length).toBe(before + 1)
  })

  it('are followed while what is usual is written to the disk', async () => {
    await town.clock.advance(3599)
    const before = town.given.length
    await town.clock.advance(120)
    expect(town.given.length).toBe(before + 2)
  })
})

describe('the forecast', () => {
  it('tells when somebody arrives who departs then', async () => {
    const query = { from: Object.values(at(20, 0)).join(), to: Object.values(at(980, 0)).join() }
    const forecast = await town.call<TravelForecast>('GET', '/forecast', { query })
    expect(forecast.freeFlowS).toBeCloseTo(76.8, 0)
    expect(Date.parse(forecast.expectedAt) - town.clock.now()).toBeCloseTo(76_800, -3)
    expect(Date.parse(forecast.earliestAt)).toBeLessThan(Date.parse(forecast.expectedAt))
    expect(Date.parse(forecast.latestAt)).toBeGreaterThan(Date.parse(forecast.expectedAt))
  })
})

it('without a road network there is nothing to close and nothing to see', async () => {
  const { core } = new Outside([])
  const traffic = createTraffic(core, undefined, () => 1)
  const call = (method: string, path: string) =>
    traffic.routes
      .find((row) => row.method === method && row.path === path)!
      .handle({ params: {}, query: {}, body: { position: at(0, 0) }, actor: { name: 'wang', roles: [] } } as never)
  expect(() => call('POST', '/closures')).toThrow(ConflictError)
  expect(await call('GET', '/closures')).toEqual({ items: [], nextCursor: null })
  expect(await call('GET', '/traffic')).toEqual({ body: '{"type":"FeatureCollection","features":[]}' })
})
