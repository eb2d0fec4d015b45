import { seededRandom } from '@clearway/contracts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { at, Town, wang } from './town.ts'

let town: Town
beforeEach(async () => {
  town = await Town.open()
  town.add({ id: 'amb-1', kind: 'vehicle', role: 'ambulance' })
})
afterEach(() => town.close())

const kinds = (id: string) => town.dispatch.dispatcher.stored.events(id).map(({ kind }) => kind)

async function sent(): Promise<string> {
  for (let s = 0; s < 3; s++) await town.move('amb-1', at(20, 0), 0, 90)
  const wish = { role: 'ambulance' as const, vehicle: 'amb-1', destination: at(980, 0) }
  const { id } = town.dispatch.dispatcher.create(wish, wang)
  town.dispatch.dispatcher.activate(id, wang)
  return id
}

describe('a vehicle on a mission', () => {
  it('that takes the parallel street, 40 m beside its route, gets a way from there', async () => {
    const id = await sent()
    for (let east = 20; east < 480; east += 12) await town.move('amb-1', at(east, 1), 12, 90)
    for (let north = 1; north < 40; north += 8) await town.move('amb-1', at(500, north), 8, 0)
    expect(kinds(id)).not.toContain('rerouted')
    let afterM = 0
    for (let east = 505; east < 900 && !kinds(id).includes('rerouted'); east += 12) {
      await town.move('amb-1', at(east, 41), 12, 90)
      afterM = east - 500
    }
    // Decided with the lag of the matcher and seen for three seconds.
    expect(afterM).toBeLessThan(200)
    expect(town.dispatch.dispatcher.get(id).state).toBe('active')
    const { coordinates } = town.dispatch.dispatcher.get(id).route.geometry
    expect(coordinates.some(([lon, lat]) => lon === town.network.at('F').lon && lat === town.network.at('F').lat)).toBe(
      true,
    )
  })

  it('whose road is closed ahead is led around, unless the closure lets it pass or is behind it', async () => {
    const id = await sent()
    for (let east = 20; east < 100; east += 12) await town.move('amb-1', at(east, 1), 12, 90)
    const close = (body: object) => town.call('POST', '/closures', { body })
    await close({ position: at(750, 0), closedTo: 'ordinary' })
    await close({ position: at(250, 0), direction: 'one', bearingDeg: 270 })
    for (let east = 100; east < 140; east += 12) await town.move('amb-1', at(east, 1), 12, 90)
    expect(kinds(id)).not.toContain('rerouted')
    await close({ position: at(750, 0) })
    for (let east = 140; east < 170; east += 12) await town.move('amb-1', at(east, 1), 12, 90)
    expect(kinds(id).filter((kind) => kind === 'rerouted')).toHaveLength(1)
    const { coordinates } = town.dispatch.dispatcher.get(id).route.geometry
    expect(coordinates.some(([lon, lat]) => lon === town.network.at('E').lon && lat === town.network.at('E').lat)).toBe(
      true,
    )
    // From B up to E the road behind may close as well.
    for (let east = 170; east < 490; east += 12) await town.move('amb-1', at(east, 1), 12, 90)
    for (let north = 1; north < 40; north += 8) await town.move('amb-1', at(500, north), 8, 0)
    await close({ position: at(250, 0) })
    for (let east = 505; east < 560; east += 12) await town.move('amb-1', at(east, 40), 12, 90)
    expect(kinds(id).filter((kind) => kind === 'rerouted')).toHaveLength(1)
  })

  it('keeps its route where every way is closed', async () => {
    const id = await sent()
    const places = [at(250, 0), at(750, 0), at(250, 40), at(750, 40), at(0, 20), at(500, 20), at(1000, 20)]
    for (const position of [...places, at(250, -200), at(750, -200)]) {
      await town.call('POST', '/closures', { body: { position } })
    }
    for (let east = 20; east < 300; east += 12) await town.move('amb-1', at(east, 1), 12, 90)
    expect(kinds(id)).not.toContain('rerouted')
    expect(town.dispatch.dispatcher.get(id)).toMatchObject({ state: 'active', progressM: expect.closeTo(270, -1.5) })
    // Looked for once, not every second.
    town.dispatch.dispatcher.cancel(id, wang)
    expect(kinds(id).filter((kind) => kind === 'no-route')).toHaveLength(1)
  })

  it('whose positions wander between its street and the parallel one keeps its route', async () => {
    const id = await sent()
    const random = seededRandom(6)
    let [eastOff, northOff] = [0, 0]
    for (let east = 20; east < 900; east += 12) {
      eastOff = 0.8 * eastOff + 8 * (random.next() + random.next() - 1)
      northOff = 0.8 * northOff + 16 * (random.next() + random.next() - 1) + 1.5
      await town.move('amb-1', at(east + eastOff, northOff), 12, 90)
    }
    expect(Math.abs(northOff)).toBeGreaterThan(5)
    expect(kinds(id)).not.toContain('rerouted')
    expect(town.dispatch.dispatcher.get(id).progressM).toBeGreaterThan(800)
  })
})
