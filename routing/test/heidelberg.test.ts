import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  City,
  compile,
  cycleOf,
  InputError,
  type JunctionTable,
  seededRandom,
  stageChangeS,
  tailS,
  WorldError,
} from '@clearway/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { routeSteps } from '../src/guidance/route-steps.ts'
import { loadCity, saveCity } from '../src/network/city-folder.ts'
import { contractionOrder } from '../src/network/contraction-order.ts'
import { distanceBetweenM } from '../src/network/geodesy.ts'
import { heidelberg, importCity } from '../src/network/import-city.ts'
import type { ImportedCity } from '../src/network/imported-city.ts'
import { arcFlag } from '../src/network/road-network.ts'
import { snap } from '../src/network/snap.ts'
import { drivingProfiles } from '../src/search/driving-profile.ts'
import { entryPoints } from '../src/search/entry-points.ts'
import { createRouteEngine, type RouteEngine } from '../src/search/route-engine.ts'
import { signalWaits } from '../src/search/signal-wait.ts'
import { CLOSED_MS, partialMs, travelCost } from '../src/search/travel-cost.ts'
import { dijkstra } from './dijkstra.ts'

const map = new URL('../../simulators/cities/heidelberg/heidelberg.osm.pbf', import.meta.url).pathname

let imported: ImportedCity
let engine: RouteEngine
let dir: string
beforeAll(async () => {
  imported = await importCity(map, heidelberg)
  engine = createRouteEngine(imported.network, { junctions: imported.city.junctions })
  dir = await mkdtemp(join(tmpdir(), 'clearway-city-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe('the imported city', () => {
  it('is what the contract calls a city', () => {
    expect(compile(City).faults(imported.city)).toEqual([])
  })

  it('has the streets, junctions, car parks, hospitals and fire stations of Heidelberg', () => {
    const { city, network, report } = imported
    expect(report.kept.arcs).toBeGreaterThan(15_000)
    expect(city.junctions.length).toBeGreaterThan(150)
    expect(city.junctions.length).toBeLessThan(400)
    expect(city.carParks).toContainEqual(expect.objectContaining({ id: 'poststrasse', capacity: 592 }))
    expect(city.carParks.length).toBeGreaterThanOrEqual(25)
    expect(city.places.map(({ id }) => id)).toContain('feuerwache-heidelberg')
    expect(city.places.filter(({ kind }) => kind === 'hospital').length).toBeGreaterThanOrEqual(5)
    expect(city.attribution).toContain('OpenStreetMap')
    expect(network.streetNames).toContain('Bergheimer Straße')
  })

  it('names every device within the contract and none twice', () => {
    const { junctions, carParks, signs } = imported.city
    const detectors = junctions.flatMap(({ id, approaches }) => approaches.map((approach) => `${id}-${approach.id}`))
    const gates = carParks.flatMap(({ id }) => [`${id}-in`, `${id}-out`])
    const ids = [...junctions.map(({ id }) => id), ...detectors, ...gates, ...signs.map(({ id }) => id)]
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[a-z0-9][a-z0-9-]{0,62}$/)
  })

  it('reports what it dropped', () => {
    expect(imported.report.dropped['ways: outside the bounds']).toBeGreaterThan(1000)
    expect(imported.report.dropped['car parks: no name']).toBeGreaterThan(500)
  })

  it('has a base map of at most 1.5 MB, one feature per street and class', () => {
    const { streets } = imported
    const keys = streets.features.map(({ properties }) => `${properties.class}/${properties.name}`)
    expect(new Set(keys).size).toBe(keys.length)
    expect(JSON.stringify(streets).length).toBeLessThan(1_500_000)
  })

  it('has every arc where its nodes are, sorted by tail', () => {
    const { network } = imported
    const wrong = Array.from({ length: network.arcCount }, (_, arc) => arc).filter((arc) => {
      const tail = network.tail[arc]!
      const starts = network.shapeLon[network.shapeStart[arc]!] === network.nodeLon[tail]
      const ends = network.shapeLat[network.shapeStart[arc + 1]! - 1] === network.nodeLat[network.head[arc]!]
      return !starts || !ends || arc < network.firstOut[tail]! || arc >= network.firstOut[tail + 1]!
    })
    expect(wrong).toEqual([])
  })
})

describe('every synthetic timing table', () => {
  const each = (check: (table: JunctionTable) => void) => {
    for (const table of imported.city.junctions) check(table)
  }
  const conflicts = ({ intergreens }: JunctionTable, a: string, b: string) =>
    intergreens.some(({ ends, begins }) => ends === a && begins === b)

  it('adds up: the cycle is the stages and the intergreens between them', () => {
    each((table) => {
      expect(table.cycleS, table.id).toBeCloseTo(cycleOf(table), 6)
      expect(table.cycleS, table.id).toBeGreaterThanOrEqual(40)
      expect(table.cycleS, table.id).toBeLessThanOrEqual(180)
    })
  })

  it('lists every conflict in both directions and no stage holds one', () => {
    each((table) => {
      for (const { ends, begins } of table.intergreens) expect(conflicts(table, begins, ends), table.id).toBe(true)
      for (const { groups } of table.stages) {
        for (const a of groups) for (const b of groups) expect(conflicts(table, a, b), table.id).toBe(false)
      }
    })
  })

  it('lets no two groups of different approaches go together unless they share a stage', () => {
    each((table) => {
      const vehicles = table.groups.filter(({ kind }) => kind === 'vehicle').map(({ id }) => id)
      for (const a of vehicles) {
        for (const b of vehicles) {
          const together = table.stages.some(({ groups }) => groups.includes(a) && groups.includes(b))
          expect(conflicts(table, a, b), `${table.id} ${a} ${b}`).toBe(!together)
        }
      }
    })
  })

  it('keeps walkers and the traffic of the arm they cross apart', () => {
    each((table) => {
      for (const walkers of table.groups.filter(({ kind }) => kind === 'pedestrian')) {
        const own = table.approaches.find(({ id }) => id === walkers.approach)!
        expect(conflicts(table, own.group, walkers.id), table.id).toBe(true)
      }
    })
  })

  it('serves every group once a cycle, for its minimum at least', () => {
    each((table) => {
      for (const group of table.groups) {
        const stages = table.stages.filter(({ groups }) => groups.includes(group.id))
        expect(stages, `${table.id} ${group.id}`).toHaveLength(1)
        expect(stages[0]!.greenS).toBeGreaterThanOrEqual(group.minGreenS)
      }
    })
  })

  it('keeps every intergreen across a stage between, too', () => {
    each((table) => {
      const { stages, groups, intergreens } = table
      const startS: number[] = []
      let atS = 0
      stages.forEach((stage, i) => {
        startS.push(atS)
        atS += stage.greenS + stageChangeS(table, stage, stages[(i + 1) % stages.length]!)
      })
      const stageOf = (id: string) => stages.findIndex((stage) => stage.groups.includes(id))
      for (const { ends, begins, redS } of intergreens) {
        const group = groups.find(({ id }) => id === ends)!
        const endS = startS[stageOf(ends)]! + stages[stageOf(ends)]!.greenS
        const gapS = (startS[stageOf(begins)]! - endS + 2 * table.cycleS) % table.cycleS
        expect(gapS, `${table.id} ${ends}→${begins}`).toBeGreaterThanOrEqual(tailS(group) + redS - 1e-6)
      }
    })
  })

  it('belongs to arcs: each approach has a stop line, each exit an arc, each reachable exit exists', () => {
    const { network } = imported
    const known = new Set(network.approaches.map(({ junction, approach }) => `${junction} ${approach}`))
    const exits = new Set(network.exits.map(({ junction, exit }) => `${junction} ${exit}`))
    each((table) => {
      for (const { id, exits: reachable } of table.approaches) {
        expect(known, table.id).toContain(`${table.id} ${id}`)
        expect(reachable.length).toBeGreaterThan(0)
        for (const exit of reachable) expect(table.exits.map((one) => one.id)).toContain(exit)
      }
      for (const { id } of table.exits) expect(exits, table.id).toContain(`${table.id} ${id}`)
    })
    expect(network.approaches.map(({ arc }) => network.approachOfArc[arc])).toEqual([...network.approaches.keys()])
  })
})

describe('routes in Heidelberg', () => {
  it('cost what Dijkstra finds, for 200 random pairs and every profile', () => {
    const { network, city } = imported
    const random = seededRandom(7)
    const waits = signalWaits(network, city.junctions)
    // Cars must get within reach of every place that is drawn.
    const isOnRoad = (n: number) =>
      network.tail.some((tail, arc) => tail === n && (network.flags[arc]! & arcFlag.emergencyOnly) === 0)
    const node = () => {
      let n = random.integer(network.nodeCount)
      while (!isOnRoad(n)) n = random.integer(network.nodeCount)
      return { lon: network.nodeLon[n]!, lat: network.nodeLat[n]! }
    }
    const costs = Object.values(drivingProfiles).map((profile) => ({
      profile: profile.name,
      cost: travelCost(network, profile, waits),
    }))
    for (let i = 0; i < 200; i++) {
      const { profile, cost } = random.pick(costs)
      const from = node()
      const to = node()
      const ends = (position: typeof from) => {
        const outside = (reachM: number) =>
          snap(network, position, reachM, { emergencyOnly: true }).filter(
            ({ arc }) => (network.flags[arc]! & arcFlag.inside) === 0 && cost.arcMs[arc]! < CLOSED_MS,
          )
        const close = outside(60)
        const points = close.length > 0 ? close : outside(500)
        return points.filter(({ distanceM }) => distanceM <= points[0]!.distanceM + 5)
      }
      const least = dijkstra(network, cost, ends(from), ends(to))
      expect(engine.route({ from, to, profile })[0]!.costMs).toBe(least)
    }
  }, 120_000)

  it('pass signalled junctions from an approach to an exit that it may reach', () => {
    const { city } = imported
    const tables = new Map(city.junctions.map((table) => [table.id, table]))
    const station = city.places.find(({ id }) => id === 'feuerwache-heidelberg')!
    for (const hospital of city.places.filter(({ kind }) => kind === 'hospital')) {
      const [route] = engine.route({ from: station.position, to: hospital.position, profile: 'ambulance' })
      expect(route!.junctions.length).toBeGreaterThan(3)
      expect(route!.durationS).toBeLessThan(route!.durationWithoutPriorityS)
      for (const { junction, approach, exit, arcIndex, offsetM } of route!.junctions) {
        const table = tables.get(junction)!
        expect(table.approaches.find(({ id }) => id === approach)!.exits).toContain(exit)
        expect(imported.network.approachOfArc[route!.arcs[arcIndex]!]).toBeGreaterThanOrEqual(0)
        expect(offsetM).toBeLessThanOrEqual(route!.distanceM)
      }
      const offsets = route!.junctions.map(({ offsetM }) => offsetM)
      expect(offsets).toEqual(offsets.toSorted((a, b) => a - b))
    }
  })

  it('have alternatives that differ', () => {
    const { city } = imported
    const place = (id: string) => city.places.find((one) => one.id === id)!.position
    const routes = engine.route({
      from: place('feuerwache-heidelberg'),
      to: place('sankt-elisabeth'),
      profile: 'ambulance',
      alternatives: 2,
    })
    expect(routes.length).toBeGreaterThan(1)
    expect(routes[1]!.arcs).not.toEqual(routes[0]!.arcs)
  })

  it('start and end where asked', () => {
    const { city } = imported
    const [from, to] = [city.carParks[0]!.position, city.carParks[5]!.position]
    const { coordinates } = engine.route({ from, to, profile: 'car' })[0]!.geometry
    const end = (point: number[]) => ({ lon: point[0]!, lat: point[1]! })
    expect(distanceBetweenM(from, end(coordinates[0]!))).toBeLessThan(100)
    expect(distanceBetweenM(to, end(coordinates.at(-1)!))).toBeLessThan(100)
  })
})

describe('what can be reached in Heidelberg', () => {
  it('within ten minutes is what Dijkstra reaches, at 150 random points', () => {
    const { network, city } = imported
    const station = city.places.find(({ id }) => id === 'feuerwache-heidelberg')!.position
    const withinS = 600
    const random = seededRandom(23)
    for (const profile of ['car', 'fire'] as const) {
      const cost = travelCost(network, drivingProfiles[profile], signalWaits(network, city.junctions))
      const { parts } = engine.reach({ from: station, profile, withinS })
      const starts = entryPoints(network, cost, station, 500, 'from')
      let reached = 0
      for (let i = 0; i < 75; i++) {
        const arc = random.integer(network.arcCount)
        const offsetM = network.lengthM[arc]! * random.next()
        const goal = { arc, offsetM, distanceM: 0, side: 'right', position: station } as const
        const least = dijkstra(network, cost, starts, [goal])
        const found = parts
          .filter((part) => part.arc === arc && part.fromM <= offsetM && offsetM <= part.toM)
          .map((part) => part.startMs + partialMs(network, cost, arc, part.fromM, offsetM))
        if (least === undefined || least > withinS * 1000) expect(found).toEqual([])
        else {
          reached++
          expect(Math.min(...found)).toBe(least)
        }
      }
      expect(reached).toBeGreaterThan(20)
    }
  }, 60_000)
})

describe('steps in Heidelberg', () => {
  it('lead from the fire station to every hospital: in order, adding up, in both languages, without empty words', () => {
    const { city, network } = imported
    const station = city.places.find(({ id }) => id === 'feuerwache-heidelberg')!
    for (const hospital of city.places.filter(({ kind }) => kind === 'hospital')) {
      for (const profile of ['car', 'ambulance', 'fire'] as const) {
        const route = engine.route({ from: station.position, to: hospital.position, profile })[0]!
        const steps = routeSteps(network, route, hospital.position)
        const where = `${hospital.id} ${profile}`
        expect([steps[0]!.kind, steps.at(-1)!.kind], where).toEqual(['depart', 'arrive'])
        expect(steps.length, where).toBeGreaterThan(5)
        // A driver is told something every few hundred metres, not at every node.
        expect(steps.length, where).toBeLessThan(route.arcs.length / 3)
        const sum = (of: 'distanceM' | 'durationS') => steps.reduce((total, step) => total + step[of], 0)
        expect(sum('distanceM'), where).toBeCloseTo(route.distanceM, 3)
        expect(sum('durationS'), where).toBeCloseTo(route.durationS, 3)
        for (const { distanceM, durationS, text } of steps) {
          expect(Math.min(distanceM, durationS), where).toBeGreaterThanOrEqual(0)
          expect(text.en, where).not.toMatch(/undefined| {2}/)
          expect(text.zh, where).toMatch(/\p{Script=Han}/u)
        }
      }
    }
  })

  it('name the roundabout, the bridge and the turns on the way to Kliniken Schmieder and to the university hospital', () => {
    const { city, network } = imported
    const place = (id: string) => city.places.find((one) => one.id === id)!.position
    const words = (to: string) => {
      const [route] = engine.route({ from: place('feuerwache-heidelberg'), to: place(to), profile: 'ambulance' })
      return routeSteps(network, route!, place(to)).map(({ text }) => text)
    }
    const schmieder = words('kliniken-schmieder-heidelberg')
    // Out of the yard of the fire station, which is closed to others.
    expect(schmieder[0]).toEqual({ en: 'Head south', zh: '向南行驶' })
    expect(schmieder.map(({ en }) => en)).toContain('Turn left into Speyerer Straße')
    expect(schmieder.map(({ en }) => en)).toContain('At the roundabout take the 3rd exit into Rohrbacher Straße')
    expect(words('medizinische-klinik').map(({ zh }) => zh)).toContain('直行进入Ernst-Walz-Brücke')
  })
})

describe('a city folder', () => {
  it('gives back what was saved', async () => {
    await saveCity(dir, imported)
    const { city, network } = await loadCity(dir)
    expect(city).toEqual(imported.city)
    expect(network).toEqual({ ...imported.network, order: contractionOrder(imported.network) })
  })

  it('with a damaged city.json names the file and the field', async () => {
    await saveCity(dir, imported)
    await writeFile(join(dir, 'city.json'), JSON.stringify({ ...imported.city, timeZone: 5 }))
    await expect(loadCity(dir)).rejects.toThrow(/city\.json: timeZone/)
    await writeFile(join(dir, 'city.json'), '{"name":')
    await expect(loadCity(dir)).rejects.toThrow(InputError)
  })

  it('that is not there says how to make one', async () => {
    await expect(loadCity(join(dir, 'nowhere'))).rejects.toThrow(WorldError)
    await expect(loadCity(join(dir, 'nowhere'))).rejects.toThrow(/clearway import network/)
  })
})

describe('a map file', () => {
  const broken = async (content: Uint8Array) => {
    const file = join(dir, 'jinan.osm.pbf')
    await writeFile(file, content)
    return file
  }

  it('that is not there is named', async () => {
    await expect(importCity(join(dir, 'none.osm.pbf'))).rejects.toThrow(WorldError)
    await expect(importCity(join(dir, 'none.osm.pbf'))).rejects.toThrow(/none\.osm\.pbf/)
  })

  it('that is empty is refused', async () => {
    await expect(importCity(await broken(Buffer.alloc(0)))).rejects.toThrow(/jinan\.osm\.pbf: the file is empty/)
  })

  it('that is something else is refused', async () => {
    await expect(importCity(await broken(Buffer.from('<?xml version="1.0"?><osm/>')))).rejects.toThrow(InputError)
    await expect(importCity(await broken(Buffer.alloc(5000)))).rejects.toThrow(InputError)
  })

  it('that is cut off is refused, wherever the cut is', async () => {
    const whole = await readFile(map)
    const file = await broken(whole)
    for (const length of [whole.length - 1, 1_500_000, 100, 3]) {
      await truncate(file, length)
      await expect(importCity(file), `${length} bytes`).rejects.toThrow(/jinan\.osm\.pbf is not a complete/)
    }
  })

  it('that is damaged inside is refused', async () => {
    const damaged = await readFile(map)
    damaged.fill(0x5a, 400_000, 400_100)
    await expect(importCity(await broken(damaged))).rejects.toThrow(InputError)
  })

  it('without roads inside the bounds is refused with its name', async () => {
    const bounds = { west: 0, south: 0, east: 1, north: 1 }
    await expect(importCity(map, { ...heidelberg, bounds })).rejects.toThrow(/heidelberg\.osm\.pbf: .*no roads/)
  })

  it('with a header and nothing else has no roads', async () => {
    const whole = await readFile(map)
    const headerEnd = 4 + whole.readUInt32BE(0)
    // The block header ends with its field 3, the size of the block, here a varint of one or two bytes.
    const [high, low] = [whole[headerEnd - 1]!, whole[headerEnd - 2]!]
    const size = low < 0x80 ? high : (low & 0x7f) + high * 128
    await expect(importCity(await broken(whole.subarray(0, headerEnd + size)))).rejects.toThrow(/no roads/)
  })

  it('refuses a district or a zone that cannot be', async () => {
    await expect(importCity(map, { district: 'Nord!' })).rejects.toThrow(/district/)
    await expect(importCity(map, { timeZone: 'Mars/Olympus' })).rejects.toThrow(/Mars\/Olympus/)
  })
})
