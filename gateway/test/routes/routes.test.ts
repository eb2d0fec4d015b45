import type { LotInWalk, Matrix, RankedUnit, Route, Walk } from '@clearway/contracts'
import { createRouteEngine, createWalks, isochroneMap, routeOf, routeSteps } from '@clearway/routing'
import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drivingRoutes } from '../../src/routes/driving-routes.ts'
import { SmallGateway } from '../http/small-gateway.ts'
import { type CityGateway, cityGateway } from './imported-city.ts'

let city: CityGateway
let small: SmallGateway
let engine: ReturnType<typeof createRouteEngine>
/** A bridge under which nothing higher than 3.5 m would fit, for this test. */
const lowBridge = 'Ernst-Walz-Brücke'
beforeAll(async () => {
  city = await cityGateway(({ network }) => {
    const street = network.streetNames.indexOf(lowBridge)
    for (let arc = 0; arc < network.arcCount; arc++) {
      if (network.street[arc] === street) network.maxHeightM[arc] = 3.5
    }
  })
  small = city.small
  await small.signInEveryRole()
  engine = createRouteEngine(city.imported.network, {
    junctions: city.imported.city.junctions,
    timeZone: city.imported.city.timeZone,
  })
}, 120_000)
afterAll(() => city.close())

const place = (id: string) => city.imported.city.places.find((one) => one.id === id)!.position
const text = ({ lon, lat }: { lon: number; lat: number }) => `${lon},${lat}`
const station = () => text(place('feuerwache-heidelberg'))
const hospital = () => text(place('st-josefskrankenhaus'))
const ask = (path: string) => small.ask('GET', path)

describe('GET /routes', () => {
  it('gives the route of the engine, without what the engine keeps to itself', async () => {
    const { status, json } = await ask(`routes?from=${station()}&to=${hospital()}&profile=ambulance`)
    const [expected] = engine.route({
      ...{ from: place('feuerwache-heidelberg'), to: place('st-josefskrankenhaus'), profile: 'ambulance' },
    })
    expect(status).toBe(200)
    expect(json.routes).toEqual([JSON.parse(JSON.stringify(routeOf(expected!)))])
    const [route] = json.routes as [Route]
    expect(route.junctions.length).toBeGreaterThan(3)
    for (const { arrivalEarliestS, arrivalS, arrivalLatestS } of route.junctions) {
      expect(arrivalEarliestS).toBeLessThan(arrivalS)
      expect(arrivalS).toBeLessThan(arrivalLatestS)
    }
    expect(route).not.toHaveProperty('steps')
  })

  it('tells the steps where asked', async () => {
    const { json } = await ask(`routes?from=${station()}&to=${hospital()}&profile=ambulance&steps=true`)
    const [route] = json.routes as [Route]
    const [answer] = engine.route({
      ...{ from: place('feuerwache-heidelberg'), to: place('st-josefskrankenhaus'), profile: 'ambulance' },
    })
    expect(route.steps).toEqual(routeSteps(city.imported.network, answer!, place('st-josefskrankenhaus')))
  })

  it('keeps a vehicle off roads that it does not fit on', async () => {
    const query = `routes?from=${station()}&to=${text(place('sankt-elisabeth'))}&profile=fire&steps=true`
    const streets = async (more: string) =>
      ((await ask(query + more)).json.routes as Route[])[0]!.steps!.map(({ street }) => street)
    expect(await streets('')).toContain(lowBridge)
    expect(await streets('&heightM=3.5')).toContain(lowBridge)
    expect(await streets('&heightM=3.6')).not.toContain(lowBridge)
    expect(await streets('&weightT=18')).toContain(lowBridge)
  })

  it('waits at signals as their plans say from a departure on', async () => {
    const query = `routes?from=${station()}&to=${hospital()}&profile=car`
    const times = new Set<number>()
    for (const second of ['00', '10', '20', '30', '40']) {
      const { json } = await ask(`${query}&departAt=2026-11-23T08:00:${second}.000%2B01:00`)
      times.add((json.routes as Route[])[0]!.durationS)
    }
    expect(times.size).toBeGreaterThan(1)
  })

  it('from a place to itself has no length', async () => {
    const { status, json } = await ask(`routes?from=${station()}&to=${station()}&steps=true`)
    expect(status).toBe(200)
    expect(json.routes[0]).toMatchObject({ distanceM: 0, durationS: 0, junctions: [] })
    expect((json.routes as Route[])[0]!.steps!.map(({ kind }) => kind)).toEqual(['depart', 'arrive'])
  })

  it.each([
    ['0,0', 'off-map', 'from', /off the map/],
    ['NaN,49.4', 'schema', 'from', /lon,lat/],
    ['8.67', 'schema', 'from', /lon,lat/],
    ['1e3,49', 'schema', 'from', /lon,lat/],
    ['999,49.4', 'position', 'from', /no longitude and latitude/],
  ])('refuses to start at %s, naming the field', async (from, code, field, message) => {
    const { status, json } = await ask(`routes?from=${from}&to=${hospital()}`)
    expect(status).toBe(400)
    expect(json.type).toBe(`urn:clearway:problem:${code}`)
    expect(json.errors[0]).toMatchObject({ field, message: expect.stringMatching(message) })
  })

  it.each(['heightM=0', 'heightM=-2', 'heightM=NaN', 'weightT=1e9', 'departAt=today', 'profile=bike', 'steps=perhaps'])(
    'refuses %s, naming the field',
    async (part) => {
      const { status, json } = await ask(`routes?from=${station()}&to=${hospital()}&${part}`)
      expect(status).toBe(400)
      expect(json.errors[0].field).toBe(part.split('=')[0])
    },
  )
})

describe('POST /routes/matrix', () => {
  it('has the time of each route, and null where none leads', async () => {
    const ids = ['feuerwache-heidelberg', 'st-josefskrankenhaus', 'medizinische-klinik']
    const from = ids.map(place)
    const { status, json } = await small.ask('POST', 'routes/matrix', { from, to: from, profile: 'fire' })
    expect(status).toBe(200)
    const { durationsS, epoch } = json as Matrix
    expect(epoch).toBe(0)
    for (const [row, a] of from.entries()) {
      for (const [column, b] of from.entries()) {
        const [route] = engine.route({ from: a, to: b, profile: 'fire' })
        expect(durationsS[row]![column]).toBe(route!.durationS)
      }
    }
  })

  it('names the place that is off the map', async () => {
    const to = [place('medizinische-klinik'), { lon: 0, lat: 0 }]
    const { status, json } = await small.ask('POST', 'routes/matrix', { from: to.slice(0, 1), to })
    expect(status).toBe(400)
    expect(json.errors[0].field).toBe('to.1')
  })

  it('refuses more pairs than it can answer at once', async () => {
    const many = Array.from({ length: 51 }, () => place('medizinische-klinik'))
    const { status, json } = await small.ask('POST', 'routes/matrix', { from: many, to: many })
    expect([status, json.type]).toEqual([400, 'urn:clearway:problem:matrix-size'])
  })

  it('refuses a body that is no list of positions', async () => {
    const { status, json } = await small.ask('POST', 'routes/matrix', { from: [{ lon: 'x', lat: 1 }], to: [] })
    expect(status).toBe(400)
    expect(json.errors.map(({ field }: { field: string }) => field)).toEqual(
      expect.arrayContaining(['from.0.lon', 'to']),
    )
  })
})

describe('GET /routes/isochrone', () => {
  it('is the map of what the engine reaches', async () => {
    const { status, headers, text: body } = await ask(`routes/isochrone?from=${station()}&withinS=120,60&profile=fire`)
    expect(status).toBe(200)
    expect(headers['content-type']).toContain('application/geo+json')
    const { parts } = engine.reach({ from: place('feuerwache-heidelberg'), profile: 'fire', withinS: 120 })
    expect(JSON.parse(body)).toEqual(JSON.parse(JSON.stringify(isochroneMap(city.imported.network, parts, [60, 120]))))
  })

  it.each(['0', '60,99999', '4000', 'soon', ''])('refuses the time "%s", naming the field', async (withinS) => {
    const { status, json } = await ask(`routes/isochrone?from=${station()}&withinS=${withinS}`)
    expect(status).toBe(400)
    expect(json.errors[0].field).toBe('withinS')
  })
})

describe('GET /routes/best-unit', () => {
  it('ranks nobody where no unit is heard, and is not for everybody', async () => {
    const address = `routes/best-unit?to=${hospital()}&role=ambulance`
    expect((await ask(address)).json).toEqual({ items: [] })
    expect((await small.ask('GET', address, undefined, small.tokens.get('cashier')!)).status).toBe(403)
  })
})

it('the best of two ambulances is the one that is there first, with its way', () => {
  const unit = (id: string, at: string) => ({
    ...{ id, role: 'ambulance' as const, name: { en: id }, state: 'available' as const, position: place(at) },
  })
  const available = () => [unit('far', 'freiwillige-feuerwehr-neckargemuend'), unit('near', 'feuerwache-heidelberg')]
  const row = drivingRoutes(city.imported.network, engine, { available }).find(({ path }) =>
    path.endsWith('best-unit'),
  )!
  const { items } = row.handle({ query: { to: hospital(), role: 'ambulance' } } as never) as { items: RankedUnit[] }
  expect(items.map(({ vehicle }) => vehicle)).toEqual(['near', 'far'])
  const [way] = engine.route({
    ...{ from: place('feuerwache-heidelberg'), to: place('st-josefskrankenhaus'), profile: 'ambulance' },
  })
  expect(items[0]).toMatchObject({ position: place('feuerwache-heidelberg'), route: routeOf(way!) })
})

describe('walks', () => {
  it('lead to the door of a hospital, named by its id', async () => {
    const lot = city.imported.city.carParks.find(({ id }) => id === 'parkplatz-kopfklinik')!
    const { status, json } = await ask(`walks?from=${text(lot.position)}&to=medizinische-klinik`)
    expect(status).toBe(200)
    const walks = createWalks(city.imported.walking!)
    const hospitalPlace = city.imported.city.places.find(({ id }) => id === 'medizinische-klinik')!
    expect(json).toEqual(walks.walk([lot.position], walks.doors(hospitalPlace)))
    expect((json as Walk).durationS).toBeCloseTo((json as Walk).distanceM / 1.3, 6)
  })

  it('list the car parks near a hospital, nearest first, with their vacancy', async () => {
    const { status, json } = await ask('walks/lots?from=st-josefskrankenhaus&withinM=900')
    expect(status).toBe(200)
    const items = json.items as LotInWalk[]
    expect(items.length).toBeGreaterThan(2)
    expect(items.map(({ walkM }) => walkM)).toEqual(items.map(({ walkM }) => walkM).toSorted((a, b) => a - b))
    expect(items[0]).toMatchObject({ lot: 'crowne-plaza', vacant: expect.any(Number), walkS: expect.any(Number) })
    expect(Math.max(...items.map(({ walkM }) => walkM))).toBeLessThanOrEqual(900)
  })

  it.each([
    ['walks?from=nowhere&to=8.67,49.41', 'from', 'place-unknown'],
    ['walks?from=8.67,49.41&to=0,0', 'to', 'off-map'],
    ['walks?from=NaN,1&to=8.67,49.41', 'from', 'schema'],
    ['walks/lots?from=8.67,49.41&withinM=0', 'withinM', 'schema'],
  ])('%s is refused, naming %s', async (path, field, code) => {
    const { status, json } = await ask(path)
    expect([status, json.type, json.errors[0].field]).toEqual([400, `urn:clearway:problem:${code}`, field])
  })
})

describe('GET /city/tiles', () => {
  /** The tile that a place lies in. */
  const tileOf = ({ lon, lat }: { lon: number; lat: number }, z: number) => {
    const x = Math.floor(((lon + 180) / 360) * 2 ** z)
    const y = (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2
    return `${z}/${x}/${Math.floor(y * 2 ** z)}`
  }

  it('has the streets of its square with class and name', async () => {
    const answer = await small.gateway.app.inject({
      url: `/api/v1/city/tiles/${tileOf(place('st-josefskrankenhaus'), 15)}`,
      headers: { authorization: `Bearer ${small.tokens.get('manager')}` },
    })
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-type']).toContain('vector-tile')
    const { streets } = new VectorTile(new PbfReader(answer.rawPayload)).layers
    const names = Array.from({ length: streets!.length }, (_, i) => streets!.feature(i).properties.name)
    expect(names).toContain('Landhausstraße')
    expect(Object.keys(streets!.feature(0).properties)).toContain('class')
  })

  it('is empty at sea, and refused where no tile is', async () => {
    expect((await ask('city/tiles/14/0/0')).text).toBe('')
    for (const [address, field] of [
      ['1/2/0', 'x'],
      ['1/0/2', 'y'],
      ['20/0/0', 'z'],
      ['1/0/x', 'y'],
    ] as const) {
      const { status, json } = await ask(`city/tiles/${address}`)
      expect([status, json.errors[0].field]).toEqual([400, field])
    }
  })
})

it('without an imported city every one of them says so', async () => {
  const empty = await SmallGateway.open()
  for (const path of [
    ...['routes?from=8,49&to=8,49', 'routes/isochrone?from=8,49&withinS=60', 'walks?from=8,49&to=8,49'],
    ...['routes/best-unit?to=8,49&role=fire', 'walks/lots?from=8,49'],
  ]) {
    const { status, json } = await empty.ask('GET', path)
    expect([status, json.type], path).toEqual([409, expect.stringMatching(/no-road-network|no-walking-network/)])
  }
  const body = { from: [{ lon: 8, lat: 49 }], to: [{ lon: 8, lat: 49 }] }
  expect((await empty.ask('POST', 'routes/matrix', body)).status).toBe(409)
  expect((await empty.ask('GET', 'city/tiles/1/0/0')).status).toBe(200)
  await empty.close()
})
