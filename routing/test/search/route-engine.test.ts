import { InputError } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distanceBetweenM } from '../../src/network/geodesy.ts'
import { type RoadNetwork, roadClasses } from '../../src/network/road-network.ts'
import { snap } from '../../src/network/snap.ts'
import { drivingProfiles } from '../../src/search/driving-profile.ts'
import { cumulativeTimes, routeAlong } from '../../src/search/route-answer.ts'
import { createRouteEngine } from '../../src/search/route-engine.ts'
import { travelCost } from '../../src/search/travel-cost.ts'
import { dijkstra } from '../dijkstra.ts'
import { type DrawnRoads, drawn, roads } from '../roads.ts'

/** A point of a road, away from its ends by a share of its length. */
function on(network: DrawnRoads, road: string, share = 0.5) {
  const [from, to] = road.split('>') as [string, string]
  const a = network.at(from)
  const b = network.at(to)
  return { lon: a.lon + (b.lon - a.lon) * share, lat: a.lat + (b.lat - a.lat) * share }
}

/** A square with a diagonal: A south-west, B south-east, C north-east, D north-west. */
const square: Record<string, [number, number]> = { A: [0, 0], B: [300, 0], C: [300, 300], D: [0, 300] }

describe('a route', () => {
  it('takes the quickest roads, not the shortest', () => {
    const network = roads('A-B 30s, B-C 30s, A-C 90s, C-D 10s', '', square)
    const [route] = createRouteEngine(network).route({
      from: on(network, 'A>B', 0.1),
      to: on(network, 'C>D', 0.9),
      profile: 'car',
    })
    expect(drawn(network, route!.arcs)).toBe('A>B>C>D')
  })

  it('costs the driven parts of its first and last road, and its turns', () => {
    const network = roads('A-B 30s, B-C 30s', '', square)
    const from = on(network, 'A>B', 0.5)
    const [route] = createRouteEngine(network).route({ from, to: on(network, 'B>C', 0.5), profile: 'car' })
    expect(route!.durationS).toBeCloseTo(15 + 15, 0)
    expect(route!.distanceM).toBeCloseTo(300, -1)
    expect(
      distanceBetweenM({ lon: route!.geometry.coordinates[0]![0]!, lat: route!.geometry.coordinates[0]![1]! }, from),
    ).toBeLessThan(1)
  })

  it('stays on one road when the goal lies ahead on it', () => {
    const network = roads('A-B 30s, B-C 30s, C>A 60s', '', square)
    const [route] = createRouteEngine(network).route({
      from: on(network, 'A>B', 0.2),
      to: on(network, 'A>B', 0.7),
      profile: 'car',
    })
    expect(drawn(network, route!.arcs)).toBe('A>B')
    expect(route!.durationS).toBeCloseTo(15, 0)
  })

  it('goes round the block when the goal lies behind on a one-way street', () => {
    const network = roads('A>B 30s, B>C 30s, C>A 60s', '', square)
    const [route] = createRouteEngine(network).route({
      from: on(network, 'A>B', 0.7),
      to: on(network, 'A>B', 0.2),
      profile: 'car',
    })
    expect(drawn(network, route!.arcs)).toBe('A>B>C>A>B')
  })

  it('has no length from a place to itself', () => {
    const network = roads('A-B 30s, B-C 30s', '', square)
    const here = on(network, 'A>B')
    const [route] = createRouteEngine(network).route({ from: here, to: here, profile: 'car' })
    expect(route!.durationS).toBe(0)
    expect(route!.geometry.coordinates).toHaveLength(2)
  })

  it('obeys a forbidden turn as a car and pays for it as an ambulance', () => {
    const network = roads('A-B 30s, B-C 30s, B-D 30s, D-C 300s', 'A>B>C', square)
    const ask = (profile: 'car' | 'ambulance') =>
      createRouteEngine(network).route({ from: on(network, 'A>B', 0.3), to: on(network, 'B>C', 0.8), profile })[0]!
    expect(drawn(network, ask('car').arcs)).not.toBe('A>B>C')
    expect(drawn(network, ask('ambulance').arcs)).toBe('A>B>C')
    const parts = 0.7 * 30 + 0.8 * 30
    expect(ask('ambulance').durationS).toBeGreaterThan(parts / 1.2 + drivingProfiles.ambulance.forbiddenTurnS!)
  })

  it('drives against a one-way street only in an emergency, and never on a motorway', () => {
    const drawing = 'A>B 10s, B-C 10s, C-D 200s, D-A 200s'
    const ask = (network: DrawnRoads, profile: 'car' | 'ambulance') =>
      drawn(
        network,
        createRouteEngine(network).route({ from: on(network, 'B>C', 0.5), to: on(network, 'D>A', 0.9), profile })[0]!
          .arcs,
      )
    const streets = roads(drawing, '', square)
    expect(ask(streets, 'car')).toBe('B>C>D>A')
    expect(ask(streets, 'ambulance')).toBe('C>B>A>D')
    const motorway = roads(drawing, '', square)
    motorway.roadClass[motorway.arc('B>A')] = roadClasses.indexOf('motorway')
    expect(ask(motorway, 'ambulance')).toBe('B>C>D>A')
  })

  it('turns round at a dead end', () => {
    const network = roads('A-B 30s, B-C 30s', '', square)
    const [route] = createRouteEngine(network).route({
      from: on(network, 'B>C', 0.9),
      to: on(network, 'A>B', 0.1),
      profile: 'car',
    })
    expect(drawn(network, route!.arcs)).toBe('C>B>A')
  })

  it('names the field and the coordinates of a place that is off the map', () => {
    const network = roads('A-B 30s, B-C 30s', '', square)
    const ask = () =>
      createRouteEngine(network).route({ from: { lon: 9.9, lat: 49.4 }, to: network.at('A'), profile: 'car' })
    expect(ask).toThrow(InputError)
    expect(ask).toThrow(/from: 9\.9,49\.4 is off the map/)
  })

  it('says which place cannot be reached', () => {
    const network = roads('A>B 30s, B>C 30s, D>C 20s', '', square)
    const to = on(network, 'D>C', 0.1)
    const ask = () => createRouteEngine(network).route({ from: on(network, 'A>B'), to, profile: 'car' })
    expect(ask).toThrow(`${to.lon},${to.lat}`)
  })
})

describe('alternatives', () => {
  const network = roads('A-B 30s, B-D 31s, A-C 33s, C-D 33s, A-E 90s, E-D 90s, D-F 5s, G-A 5s', '', {
    A: [0, 0],
    B: [300, 200],
    C: [300, -200],
    D: [600, 0],
    E: [300, 900],
    F: [700, 0],
    G: [-100, 0],
  })
  const routes = createRouteEngine(network).route({
    from: on(network, 'G>A'),
    to: on(network, 'D>F'),
    profile: 'car',
    alternatives: 3,
  })

  it('leave the best route where it is and cost at most a quarter more', () => {
    expect(drawn(network, routes[0]!.arcs)).toBe('G>A>B>D>F')
    expect(routes.map((route) => drawn(network, route.arcs))).toContain('G>A>C>D>F')
    for (const route of routes) expect(route.costMs).toBeLessThanOrEqual(routes[0]!.costMs * 1.25)
  })

  it('are not offered where they are too slow', () => {
    expect(routes.map((route) => drawn(network, route.arcs))).not.toContain('G>A>E>D>F')
  })
})

describe('an arc list', () => {
  const network = roads('A-B 30s, B-C 30s, C-D 30s', '', square)
  const arcs = Int32Array.of(network.arc('A>B'), network.arc('B>C'))

  it('gets the same answer as the search that found it', () => {
    const [found] = createRouteEngine(network).route({
      from: on(network, 'A>B', 0.2),
      to: on(network, 'B>C', 0.9),
      profile: 'ambulance',
    })
    const { arcs, fromOffsetM, toOffsetM } = found!
    expect(routeAlong(network, arcs, { fromOffsetM, toOffsetM, profile: 'ambulance' })).toEqual(found)
  })

  it('has its time at the end of each arc', () => {
    const times = cumulativeTimes(network, arcs, 'car')
    expect(times[0]).toBeCloseTo(30, 1)
    expect(times[1]).toBeCloseTo(60, 1)
    expect(times[1]).toBe(routeAlong(network, arcs, { profile: 'car' }).durationS)
  })

  it('is refused when two arcs do not follow each other', () => {
    expect(() => routeAlong(network, Int32Array.of(arcs[0]!, network.arc('C>D')), { profile: 'car' })).toThrow(
      /does not start where/,
    )
  })
})

describe('the search', () => {
  const letter = fc.constantFrom(...'ABCDEFGH')
  const road = fc.tuple(letter, fc.constantFrom('>', '-'), letter, fc.integer({ min: 1, max: 120 }))
  const drawing = fc
    .array(road, { minLength: 6, maxLength: 24 })
    .map((list) => list.filter(([from, , to]) => from !== to))
    .map((list) =>
      list.filter(
        ([a, , b], i) => list.findIndex(([c, , d]) => `${a}${b}` === `${c}${d}` || `${a}${b}` === `${d}${c}`) === i,
      ),
    )
    .filter((list) => list.length > 1)
    .map((list) => list.map(([from, way, to, s]) => `${from}${way}${to} ${s}s`).join(', '))

  it('costs what Dijkstra finds, on small random networks with random bans over two to four arcs', () => {
    fc.assert(
      fc.property(
        drawing,
        fc.array(fc.array(fc.nat(), { minLength: 2, maxLength: 4 }), { maxLength: 5 }),
        fc.nat(),
        fc.nat(),
        (text, turns, s, t) => {
          const network = roads(text)
          network.turnBans = turns.map(([a = 0, ...steps]) => {
            const arcs = [a % network.arcCount]
            for (const step of steps) {
              const node = network.head[arcs.at(-1)!]!
              arcs.push(network.firstOut[node]! + (step % (network.firstOut[node + 1]! - network.firstOut[node]!)))
            }
            return { arcs, emergencyExempt: a % 3 === 0, hours: null }
          })
          for (const profile of ['car', 'ambulance', 'fire'] as const) agrees(network, profile, s, t)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('never prunes the best way where every road is nearly straight and nearly as fast as the fastest', () => {
    const place = fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 3000 }))
    const places = fc.uniqueArray(place, { minLength: 8, maxLength: 8, selector: ([x, y]) => `${x >> 7} ${y >> 7}` })
    const links = fc.array(fc.tuple(fc.nat(7), fc.nat(7), fc.constantFrom(1, 1.02, 1.1)), {
      minLength: 10,
      maxLength: 20,
    })
    fc.assert(
      fc.property(places, links, fc.nat(), fc.nat(), (at, list, s, t) => {
        const once = list.filter(
          ([a, b], i) => a < b && list.findIndex(([c, d]) => (a === c && b === d) || (a === d && b === c)) === i,
        )
        if (once.length < 2) return
        const name = (i: number) => 'ABCDEFGH'[i]!
        const text = once.map(([a, b, slow]) => {
          const [from, to] = [at[a]!, at[b]!]
          const lengthM = Math.hypot(from[0] - to[0], from[1] - to[1])
          return `${name(a)}-${name(b)} ${((lengthM / 14) * slow).toFixed(3)}s`
        })
        agrees(roads(text.join(', '), '', Object.fromEntries(at.map((where, i) => [name(i), where]))), 'car', s, t)
      }),
      { numRuns: 500 },
    )
  })

  /** Ends on the middle of two arcs, far from others, so that both searches start from the same points. */
  function agrees(network: RoadNetwork, profile: 'car' | 'ambulance' | 'fire', s: number, t: number): void {
    const middle = (arc: number) => {
      const i = network.shapeStart[arc]!
      return {
        lon: (network.shapeLon[i]! + network.shapeLon[i + 1]!) / 2,
        lat: (network.shapeLat[i]! + network.shapeLat[i + 1]!) / 2,
      }
    }
    const from = middle(s % network.arcCount)
    const to = middle(t % network.arcCount)
    const near = (position: { lon: number; lat: number }) => {
      const points = snap(network, position, 60)
      return points.filter(({ distanceM }) => distanceM <= points[0]!.distanceM + 5)
    }
    const cost = travelCost(network, drivingProfiles[profile], new Float64Array(0))
    const least = dijkstra(network, cost, near(from), near(to))
    for (const search of ['hierarchy', 'reference'] as const) {
      const engine = createRouteEngine(network, { search })
      if (least === undefined) expect(() => engine.route({ from, to, profile })).toThrow(/no route/)
      else expect(engine.route({ from, to, profile })[0]!.costMs).toBe(least)
    }
  }
})
