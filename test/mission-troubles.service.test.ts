import { join } from 'node:path'
import { heidelberg, type ImportedCity, importCity } from '@clearway/routing'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { inWholeSeconds } from '../simulators/src/sumo/city/whole-seconds.ts'
import { MissionTown, type Trouble } from './mission-town.ts'

const map = join(import.meta.dirname, '..', 'simulators', 'cities', 'heidelberg', 'heidelberg.osm.pbf')
/** Bergheim and the west of the old town. */
const bounds = { west: 8.665, south: 49.398, east: 8.7, north: 49.416 }
const station = { lon: 8.6724, lat: 49.4037 }
const scene = { lon: 8.6945, lat: 49.4095 }
/** In the Rhine plain, outside the map. */
const faraway = { lon: 8.5, lat: 49.3 }

let city: ImportedCity
beforeAll(async () => {
  const imported = await importCity(map, { ...heidelberg, bounds })
  // The town lives in steps of a second: a plan of half seconds that has nothing to spare would never stay in step.
  city = { ...imported, city: { ...imported.city, junctions: imported.city.junctions.map(inWholeSeconds) } }
}, 120_000)

let town: MissionTown
afterEach(async () => {
  await town.stop()
  expect(town.errors).toEqual([])
})
const open = async (trouble?: Trouble) => {
  town = await MissionTown.open(city, station, trouble)
}
/** Longer than any mission here takes, and than any junction needs to come back. */
const LONGEST_S = 600
const isOver = async () => (await town.mission()).state !== 'active'

/** Every junction comes back to its plan, and no monitor has tripped. */
async function comesToRest(): Promise<void> {
  await town.run(LONGEST_S, () => town.modes().every((mode) => mode === 'coordinated'))
  expect(new Set(town.modes())).toEqual(new Set(['coordinated']))
  expect(town.tripped).toEqual([])
}

const shown = async () => (await town.mission()).junctions.map(({ state, reason }) => ({ state, reason }))
const greens = async () => (await town.mission()).junctions.filter(({ greenAt }) => greenAt !== undefined).length

/** The same mission without a trouble gets so many greens. */
let undisturbedGreens = 0

describe('a mission through the whole gateway and real agents', () => {
  it('that nothing disturbs gets its greens', async () => {
    await open()
    expect((await town.send(scene)).junctions.length).toBeGreaterThanOrEqual(3)
    await town.run(LONGEST_S, isOver)
    expect((await town.mission()).state).toBe('completed')
    undisturbedGreens = await greens()
    expect(undisturbedGreens).toBeGreaterThanOrEqual(3)
    await comesToRest()
  }, 120_000)

  it('to where no road leads is refused by the field, and nothing is asked for', async () => {
    await open()
    const order = { role: 'ambulance', vehicle: 'amb-1', destination: faraway }
    const { status, body } = await town.ask<object>('POST', '/dispatches', order)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(JSON.stringify(body)).toMatch(/"to"|"destination"/)
    await town.run(5)
    expect(town.modes()).not.toContain('preempted')
  }, 120_000)

  it('whose vehicle falls silent gives its junctions back, takes them up again, and goes on', async () => {
    await open()
    await town.send(scene)
    await town.run(60, () => town.modes().includes('preempted'))
    town.vehicle.silent = true
    await town.run(12)
    expect(await shown()).toContainEqual({ state: 'expired', reason: 'no position of the vehicle' })
    await town.run(20)
    expect(town.modes()).not.toContain('preempted')
    town.vehicle.silent = false
    await town.run(LONGEST_S, isOver)
    expect((await town.mission()).state).toBe('completed')
    await comesToRest()
  }, 120_000)

  it('whose vehicle stays silent ends', async () => {
    await open()
    await town.send(scene)
    await town.run(20)
    town.vehicle.silent = true
    await town.run(65, isOver)
    expect(await town.mission()).toMatchObject({ state: 'failed', reason: 'no position of the vehicle for 60 s' })
    await comesToRest()
  }, 120_000)

  it('whose vehicle is far off its route gives its junctions back, and goes on when it is there again', async () => {
    await open()
    await town.send(scene)
    await town.run(60, () => town.modes().includes('preempted'))
    town.vehicle.strayedTo = faraway
    await town.run(10)
    expect(await shown()).toContainEqual({ state: 'expired', reason: 'the vehicle has left its route' })
    await town.run(20)
    expect(town.modes()).not.toContain('preempted')
    town.vehicle.strayedTo = undefined
    await town.run(LONGEST_S, isOver)
    expect((await town.mission()).state).toBe('completed')
    await comesToRest()
  }, 120_000)

  it.each([-86_400, 20, 1_200])(
    'is none the worse for a vehicle whose clock is %s s ahead',
    async (vehicleAheadS) => {
      await open({ vehicleAheadS })
      await town.send(scene)
      await town.run(LONGEST_S, isOver)
      expect((await town.mission()).state).toBe('completed')
      expect(await greens()).toBe(undisturbedGreens)
      await comesToRest()
    },
    120_000,
  )

  it.each([-20, 3])(
    'gets its greens from agents whose clocks are %s s ahead',
    async (signalsAheadS) => {
      await open({ signalsAheadS })
      await town.send(scene)
      await town.run(LONGEST_S, isOver)
      expect((await town.mission()).state).toBe('completed')
      expect(await greens()).toBeGreaterThanOrEqual(3)
      await comesToRest()
    },
    120_000,
  )

  it.each([-600, 600])(
    'is told no green by agents whose clocks are %s s ahead, and waits at signals',
    async (signalsAheadS) => {
      await open({ signalsAheadS })
      await town.send(scene)
      await town.run(LONGEST_S, isOver)
      expect((await town.mission()).state).toBe('completed')
      for (const { state, reason } of await shown()) {
        expect([state, reason]).toEqual([
          'rejected',
          expect.stringMatching(/is 601 s ahead of the clock here|has passed/),
        ])
      }
      expect(await greens()).toBe(0)
      await comesToRest()
    },
    120_000,
  )

  it('is not held up elsewhere by a junction that never answers, of which it says so before', async () => {
    await open()
    const { junctions } = await town.send(scene)
    await town.stop()
    const mute = junctions[1]!.junction
    await open({ mute: [mute] })
    const { junctions: planned } = await town.send(scene)
    expect(planned.find(({ junction }) => junction === mute)).toMatchObject({ greenPromised: false })
    await town.run(LONGEST_S, isOver)
    const done = await town.mission()
    expect(done.state).toBe('completed')
    expect(done.junctions.find(({ junction }) => junction === mute)?.greenAt).toBeUndefined()
    expect(await greens()).toBe(undisturbedGreens - 1)
    await comesToRest()
  }, 120_000)

  it.each([0, 7, 19, 61])(
    'cancelled after %s s leaves every junction to its plan',
    async (seconds) => {
      await open()
      const { id } = await town.send(scene)
      await town.run(seconds)
      expect((await town.ask('POST', `/dispatches/${id}/cancel`)).body.state).toBe('cancelled')
      town.vehicle.halt()
      await town.run(25)
      expect(town.modes()).not.toContain('preempted')
      await comesToRest()
      for (const { state } of await shown()) expect(['planned', 'recovered', 'passed']).toContain(state)
    },
    120_000,
  )
})
