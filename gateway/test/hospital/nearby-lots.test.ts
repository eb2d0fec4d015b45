import type { Reservation, Walk } from '@clearway/contracts'
import { distanceM } from '@clearway/routing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nearbyLots } from '../../src/hospital/nearby-lots.ts'
import type { LotSetup } from '../../src/parking/lots/lots.ts'
import { type CityGateway, cityGateway } from '../routes/imported-city.ts'
import { fhir } from './small-hospital.ts'

const hospital = 'st-josefskrankenhaus'
let city: CityGateway

beforeAll(async () => {
  city = await cityGateway()
})
afterAll(() => city.close())

describe('a hospital of the imported map that is full', () => {
  const own = 'crowne-plaza'
  const near = ['poststrasse', 'stadtbuecherei', 'landratsamt']

  it('books the shared lot that is nearest on foot, along the ways of the map', async () => {
    const { small } = city
    const rules = { emergencyBays: 132, disabledBays: 1, advanceShare: 1, rollingMin: 120, overbookingRisk: 0 }
    const settings = { name: { en: 'St. Josef' }, lot: own, mostWalkM: 1500, ...rules }
    expect((await small.ask('PUT', `hospitals/${hospital}`, settings)).status).toBe(200)
    for (const lot of near) {
      const windows = { bays: [{ bay: 'a', windows: [] }], returnMarginMin: 15 }
      expect((await small.ask('PUT', `lots/${lot}/windows`, windows)).status).toBe(200)
    }
    const booked: Reservation[] = []
    for (const id of ['h1', 'h2', 'h3', 'h4', 'h5']) {
      const answer = await small.ask('POST', `hospitals/${hospital}/appointments`, fhir(id, 30))
      expect(answer.status).toBe(200)
      booked.push(answer.json)
    }
    expect(booked.map(({ state }) => state)).toEqual(['booked', 'booked', 'booked', 'booked', 'waiting'])
    expect(booked[0]).toMatchObject({ lot: own, walkM: 0 })

    const away = booked.slice(1, 4)
    expect(away.map(({ lot }) => lot).toSorted()).toEqual(near.toSorted())
    for (const { lot, walkM } of away) {
      const { position } = (await small.ask('GET', `lots/${lot}`)).json
      const walk: Walk = (await small.ask('GET', `walks?from=${hospital}&to=${position.lon},${position.lat}`)).json
      expect(walkM).toBe(Math.round(walk.distanceM))
      const door = city.imported.city.places.find(({ id }) => id === hospital)!.position
      expect(walkM).toBeGreaterThan(distanceM(door.lon, door.lat, position.lon, position.lat) * 0.9)
    }
    const walks = away.map(({ walkM }) => walkM)
    expect(walks).toEqual(walks.toSorted((a, b) => a - b))
  })
})

it('without a map of ways on foot it is the crow with the detour of cities', () => {
  const lot = (id: string, lat: number) => ({ id, position: { lon: 117, lat } }) as LotSetup
  const near = nearbyLots(
    undefined,
    [{ lon: 117, lat: 36 }],
    [lot('far', 36.01), lot('b', 36.002), lot('a', 36.001)],
    800,
  )
  expect(near.map((each) => each.lot)).toEqual(['a', 'b'])
  expect(near[0]?.walkM).toBeCloseTo(111.2 * 1.3, -1)
})
