import { arcShape, arcsAlong, createRouteEngine, type RouteAnswer } from '@clearway/routing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stationedUnits } from '../../src/fleet/stations.ts'
import { Unit } from '../../src/fleet/unit.ts'
import type { Aspect } from '../../src/traffic/signal-heads.ts'
import { TrafficSimulator } from '../../src/traffic/traffic-simulator.ts'
import { drawNetwork } from '../drawn-network.ts'
import { gridCity } from '../traffic/grid-city.ts'

/** Hospital near A, a signal at B, the scene before C; streets in both directions. */
const avenue = (lanes = 1) =>
  drawNetwork({ Z: [-300, 0], A: [0, 0], B: [500, 0], C: [900, 0], N: [500, 300] }, [
    { from: 'Z', to: 'A', lanes, both: true },
    { from: 'A', to: 'B', lanes, both: true, stopLineOf: 'j-b' },
    { from: 'B', to: 'C', lanes, both: true },
    { from: 'B', to: 'N', lanes, both: true },
  ])

function dispatched(lanes = 1) {
  const city = avenue(lanes)
  const { network, find } = city
  const signal = { aspect: 'stop' as Aspect }
  const traffic = new TrafficSimulator({ network, signals: { mayGo: () => signal.aspect }, seed: 1, patienceS: 1e6 })
  const engine = createRouteEngine(network)
  const at = (arc: number, m: number) => {
    const [lon, lat] = arcShape(network, arc, m, m)[0]!
    return { lon, lat }
  }
  const home = at(find('A', 'B'), 20)
  const unit = new Unit({ id: 'amb-1', role: 'ambulance', name: {}, home }, traffic, network, engine)
  const scene = at(find('B', 'C'), 300)
  const route = engine.route({ from: home, to: scene, profile: 'ambulance' })[0] as RouteAnswer
  const step = (seconds = 1) => {
    for (let i = 0; i < seconds; i++) {
      unit.step()
      traffic.step()
    }
  }
  return { ...city, signal, traffic, unit, home, scene, route, step }
}

const away = (a: { lon: number; lat: number }, b: { lon: number; lat: number }) =>
  Math.hypot((a.lon - b.lon) * 72_000, (a.lat - b.lat) * 111_000)

describe('a unit on a mission', () => {
  it('stops at red, proceeds on green, stays at the scene and drives home', () => {
    const { unit, traffic, signal, route, home, scene, step } = dispatched()
    unit.follow(route)
    step(90)
    expect(unit.fix().speedMps).toBe(0)
    expect(away(unit.fix(), home)).toBeGreaterThan(470)
    expect(away(unit.fix(), home)).toBeLessThan(480.5)
    signal.aspect = 'go'
    step(60)
    expect(traffic.counts.passedRed).toBe(0)
    expect(unit.doing).toBe('at-scene')
    expect(away(unit.fix(), scene)).toBeLessThan(5)
    const seen: number[] = []
    for (let i = 0; i < 400 && unit.doing !== 'waits'; i++) {
      const before = unit.fix()
      step()
      seen.push(away(unit.fix(), before))
    }
    expect(unit.doing).toBe('waits')
    expect(away(unit.fix(), home)).toBeLessThan(15)
    expect(Math.max(...seen)).toBeLessThan(14 * 1.05)
  })

  it('drives faster than the limit where the road is free', () => {
    const { unit, signal, route, step } = dispatched()
    signal.aspect = 'go'
    unit.follow(route)
    let fastest = 0
    for (let i = 0; i < 60; i++) {
      step()
      fastest = Math.max(fastest, unit.fix().speedMps)
    }
    expect(fastest).toBeGreaterThan(13.9 * 1.15)
    expect(fastest).toBeLessThanOrEqual(13.9 * 1.3)
  })

  it('squeezes past a standing queue at a walking pace and is first at the stop line', () => {
    const { unit, traffic, signal, route, step, find } = dispatched()
    for (let i = 0; i < 24; i++) traffic.send({ route: Int32Array.of(find('A', 'B'), find('B', 'N')) })
    step(120)
    unit.follow(route)
    const speeds: number[] = []
    for (let i = 0; i < 200; i++) {
      step()
      if (away(unit.fix(), unit.unit.home) > 340) speeds.push(unit.fix().speedMps)
    }
    expect(unit.fix().speedMps).toBe(0)
    expect(away(unit.fix(), unit.unit.home)).toBeGreaterThan(470)
    expect(Math.max(...speeds)).toBeLessThanOrEqual(5)
    signal.aspect = 'go'
    step(60)
    expect(unit.doing).toBe('at-scene')
    expect(traffic.counts.passedRed).toBe(0)
  })

  it('takes a new route on the way without a jump', () => {
    const { unit, signal, route, step, network, find } = dispatched()
    signal.aspect = 'go'
    unit.follow(route)
    step(15)
    const before = unit.fix()
    unit.follow({
      geometry: {
        type: 'LineString',
        coordinates: [[before.lon, before.lat], ...arcShape(network, find('B', 'N'), 0, 200)],
      },
    })
    expect(away(unit.fix(), before)).toBeLessThan(1)
    step(60)
    expect(
      away(unit.fix(), {
        lon: network.nodeLon[network.head[find('B', 'N')]!]!,
        lat: network.nodeLat[network.head[find('B', 'N')]!]!,
      }),
    ).toBeLessThan(105)
  })
})

describe('the arcs of a geometry', () => {
  const { network } = gridCity()
  const engine = createRouteEngine(network)

  it('are those of the route it was made from', () => {
    const position = fc.record({
      lon: fc.double({ min: 8.7, max: 8.708, noNaN: true }),
      lat: fc.double({ min: 49.4, max: 49.405, noNaN: true }),
    })
    fc.assert(
      fc.property(position, position, (from, to) => {
        const answer = engine.route({ from, to, profile: 'ambulance' })[0]!
        if (answer.distanceM < 20) return
        const read = arcsAlong(network, answer.geometry)
        expect(read).toBeDefined()
        const drives = (arcs: Int32Array) => [...arcs].slice(1, -1)
        expect(drives(read!.arcs).every((arc) => answer.arcs.includes(arc))).toBe(true)
        const lengthM = [...read!.arcs].reduce((sum, arc) => sum + network.lengthM[arc]!, 0)
        const driven = lengthM - read!.fromM - (network.lengthM[read!.arcs.at(-1)!]! - read!.toM)
        expect(Math.abs(driven - answer.distanceM)).toBeLessThan(2)
      }),
      { numRuns: 200 },
    )
  })

  it('are none for a line that leaves the streets', () => {
    expect(
      arcsAlong(network, {
        type: 'LineString',
        coordinates: [
          [8.7, 49.3],
          [8.71, 49.31],
        ],
      }),
    ).toBeUndefined()
  })
})

it('stations ambulances at the hospitals in turn, fire engines at the fire station', () => {
  const place = (id: string, kind: 'hospital' | 'fire-station', lon: number) => ({
    id,
    kind,
    name: {},
    position: { lon, lat: 49 },
  })
  const units = stationedUnits({
    places: [place('a', 'hospital', 1), place('b', 'hospital', 2), place('f', 'fire-station', 3)],
  })
  expect(units.map(({ id, home }) => [id, home.lon])).toEqual([
    ['amb-1', 1],
    ['amb-2', 2],
    ['amb-3', 1],
    ['amb-4', 2],
    ['amb-5', 1],
    ['amb-6', 2],
    ['fire-1', 3],
    ['fire-2', 3],
    ['fire-3', 3],
  ])
})
