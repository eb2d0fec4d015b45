import { join } from 'node:path'
import { heidelberg, importCity } from '@clearway/routing'
import { expect, it } from 'vitest'
import type { Evidence } from '../gateway/src/dispatch/evidence.ts'
import { inWholeSeconds } from '../simulators/src/sumo/city/whole-seconds.ts'
import { MissionTown } from './mission-town.ts'

const map = join(import.meta.dirname, '..', 'simulators', 'cities', 'heidelberg', 'heidelberg.osm.pbf')
/** The west of Bergheim. */
const bounds = { west: 8.665, south: 49.398, east: 8.685, north: 49.412 }
const station = { lon: 8.6724, lat: 49.4037 }
const scene = { lon: 8.6768, lat: 49.4085 }
/** Some cycles before, and as long as the way, and the return to the plans, take. */
const [BEFORE_S, LONGEST_S] = [300, 500]

it('a mission through the whole gateway has in its record what it cost side streets, near to what it did cost', async () => {
  const imported = await importCity(map, { ...heidelberg, bounds })
  const city = { ...imported, city: { ...imported.city, junctions: imported.city.junctions.map(inWholeSeconds) } }
  const twin = await MissionTown.open(city, station, { traffic: true })
  await twin.run(BEFORE_S + LONGEST_S)
  await twin.stop()

  const town = await MissionTown.open(city, station, { traffic: true })
  await town.run(BEFORE_S)
  const { id, junctions } = await town.send(scene)
  expect(junctions.length).toBeGreaterThanOrEqual(3)
  await town.run(LONGEST_S)
  expect(new Set(town.modes())).toEqual(new Set(['coordinated']))
  const { body } = await town.ask<Evidence>('GET', `/dispatches/${id}/evidence`)
  const { body: dispatch } = await town.ask('GET', `/dispatches/${id}`)
  const metrics = (await town.gateway.app.inject({ url: '/metrics' })).body
  await town.stop()
  expect(town.errors).toEqual([])

  const { balance } = body
  expect(dispatch.state).toBe('completed')
  const { wastedGreenS, sideDelayVehS, longestSideQueueM } = balance
  expect(dispatch.harm).toEqual({ wastedGreenS, sideDelayVehS, longestSideQueueM })
  expect(balance.sideDelayEstimate).toContain('times lanes')
  expect(balance.junctions.every((one) => one.sideDelayVehS !== null && one.wastedGreenS !== null)).toBe(true)
  expect(longestSideQueueM).toBeGreaterThan(0)
  expect(wastedGreenS).toBeGreaterThan(0)
  expect(metrics).toMatch(/clearway_green_channel_side_delay_vehicle_seconds_count\{role="ambulance"\} [1-9]/)

  // What stood more than in the town without a mission, at the junctions that were called.
  const called = new Map(body.dispatch.junctions.map(({ junction, approach }) => [junction, approach]))
  let didVehS = 0
  for (const [device, stood] of town.traffic!.stoodVehS) {
    const junction = [...called.keys()].find((one) => device.startsWith(`${one}-`))
    if (junction && device !== `${junction}-${called.get(junction)}`)
      didVehS += stood - twin.traffic!.stoodVehS.get(device)!
  }
  expect(didVehS).toBeGreaterThan(50)
  expect(Math.abs(sideDelayVehS! - didVehS) / didVehS).toBeLessThan(0.15)
}, 240_000)
