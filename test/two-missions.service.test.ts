import { join } from 'node:path'
import type { Dispatch } from '@clearway/contracts'
import { heidelberg, type ImportedCity, importCity } from '@clearway/routing'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { inWholeSeconds } from '../simulators/src/sumo/city/whole-seconds.ts'
import { MissionTown } from './mission-town.ts'

const map = join(import.meta.dirname, '..', 'simulators', 'cities', 'heidelberg', 'heidelberg.osm.pbf')
/** Bergheim and the west of the old town. */
const bounds = { west: 8.665, south: 49.398, east: 8.7, north: 49.416 }
/** The higher mission, from the main station into the old town. */
const station = { lon: 8.6724, lat: 49.4037 }
const scene = { lon: 8.6945, lat: 49.4095 }
/** A lower one that comes by three junctions of the higher one's way, and has a way around them. */
const north = { lon: 8.6778, lat: 49.4095 }
const hill = { lon: 8.6903, lat: 49.4014 }
/** One whose way around the higher one turns off after a minute. */
const south = { lon: 8.691, lat: 49.4001 }
const market = { lon: 8.6877, lat: 49.4072 }
/** One that would lose more on any way around than by waiting. */
const east = { lon: 8.6967, lat: 49.4027 }
const chapel = { lon: 8.6917, lat: 49.4098 }
const LONGEST_S = 700

let city: ImportedCity
beforeAll(async () => {
  const imported = await importCity(map, { ...heidelberg, bounds })
  city = { ...imported, city: { ...imported.city, junctions: imported.city.junctions.map(inWholeSeconds) } }
}, 120_000)

let town: MissionTown
afterEach(async () => {
  await town.stop()
  expect(town.errors).toEqual([])
})
const open = async (secondAt: typeof north) => {
  town = await MissionTown.open(city, station, { secondAt })
}
const higher = () => town.send(scene, town.vehicle, '1/1')
const lower = (to: typeof hill) => town.send(to, town.second)
const passed = ({ route }: Dispatch) => route.junctions.map(({ junction }) => junction)
const waits = ({ junctions }: Dispatch) => junctions.filter(({ reason }) => reason?.endsWith('goes first'))
const isOver = async (...ids: string[]) => {
  const missions = await Promise.all(ids.map((id) => town.mission(id)))
  return missions.every(({ state }) => state !== 'active')
}

describe('two missions through the whole gateway', () => {
  it('that meet: the lower one is planned around the higher one, whose way and plan stay as they are', async () => {
    await open(north)
    const order = { role: 'ambulance', vehicle: 'amb-2', destination: hill }
    const alone = (await town.ask('POST', '/dispatches', order)).body
    const first = await higher()
    const beside = (await town.ask('POST', '/dispatches', order)).body
    const shared = passed(alone).filter((junction) => passed(first).includes(junction))
    expect(shared).not.toEqual([])
    expect(passed(beside)).not.toEqual(passed(alone))
    expect(passed(beside).filter((junction) => shared.includes(junction))).toEqual([])
    const times = ({ junctions }: Dispatch) =>
      junctions.map(({ junction, approach, exit, arrivalAt, requestAt, greenPromised }) => ({
        ...{ junction, approach, exit, arrivalAt, requestAt, greenPromised },
      }))
    expect(times(await town.mission(first.id))).toEqual(times(first))
    await town.ask('POST', `/dispatches/${first.id}/cancel`)
    town.vehicle.halt()
    await town.run(30)
    expect(passed((await town.ask('POST', '/dispatches', order)).body)).toEqual(passed(alone))
  }, 120_000)

  it('that meet under way: the lower one takes another way while it still can', async () => {
    await open(south)
    const second = await lower(market)
    await town.run(3)
    const first = await higher()
    expect(passed(second).filter((junction) => passed(first).includes(junction))).not.toEqual([])
    await town.run(10)
    const now = await town.mission(second.id)
    expect(passed(now)).not.toEqual(passed(second))
    const { body } = await town.ask<{ events: { kind: string }[] }>('GET', `/dispatches/${second.id}/evidence`)
    expect(body.events.map(({ kind }) => kind)).toContain('rerouted')
    expect(passed(await town.mission(first.id))).toEqual(passed(first))
  }, 120_000)

  it('of which the higher one is cancelled: the junction is promised to the other again', async () => {
    await open(east)
    const first = await higher()
    const second = await lower(chapel)
    expect(waits(second)).toContainEqual(
      expect.objectContaining({ state: 'planned', reason: `${first.id} goes first`, greenPromised: false }),
    )
    expect(waits(second)[0]!.expectedDelayS).toBeGreaterThan(10)
    const lateMs = Date.parse(second.etaAt)
    await town.ask('POST', `/dispatches/${first.id}/cancel`)
    town.vehicle.halt()
    await town.run(2)
    const free = await town.mission(second.id)
    expect(waits(free)).toEqual([])
    const junction = waits(second)[0]!.junction
    expect(free.junctions.find((one) => one.junction === junction)).toMatchObject({ greenPromised: true })
    expect(Date.parse(free.etaAt)).toBeLessThan(lateMs - 10_000)
  }, 120_000)

  it('end both: the higher one takes no longer than alone, and no junction is green for both', async () => {
    await open(east)
    const startMs = () => town.clock.now()
    let fromMs = startMs()
    const { id: alone } = await higher()
    await town.run(LONGEST_S, () => isOver(alone))
    const aloneS = (startMs() - fromMs) / 1000
    await town.stop()

    await open(east)
    fromMs = startMs()
    const [first, second] = [await higher(), await lower(chapel)]
    let tookS = 0
    const both: string[] = []
    await town.run(LONGEST_S, async () => {
      const [a, b] = [await town.mission(first.id), await town.mission(second.id)]
      if (a.state === 'completed') tookS ||= (startMs() - fromMs) / 1000
      town.second!.follow(b.route)
      const green = ({ junctions }: Dispatch) => junctions.filter(({ state }) => state === 'green')
      for (const { junction, approach } of green(a)) {
        if (green(b).some((one) => one.junction === junction && one.approach !== approach)) both.push(junction)
      }
      return a.state !== 'active' && b.state !== 'active'
    })
    expect((await town.mission(first.id)).state).toBe('completed')
    expect((await town.mission(second.id)).state).toBe('completed')
    expect(both).toEqual([])
    expect(tookS).toBeLessThanOrEqual(aloneS)
    expect(town.tripped).toEqual([])
  }, 240_000)
})
