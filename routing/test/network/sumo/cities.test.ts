import { readFileSync } from 'node:fs'
import { City, compile, cycleOf, type JunctionTable, stageChangeS } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { distanceM } from '../../../src/network/geodesy.ts'
import { importCity, importSumoCity } from '../../../src/network/import-city.ts'
import { readNet, readPrograms } from '../../../src/network/sumo/net-file.ts'
import { routeAlong } from '../../../src/search/route-answer.ts'
import { arcsAlong } from '../../../src/search/route-arcs.ts'
import { createRouteEngine } from '../../../src/search/route-engine.ts'
import { testData } from '../../test-data.ts'

const ingolstadt = testData('networks/ingolstadt/ingolstadt21.net.xml.gz')
const jinan = testData('networks/jinan-3x4/sumo/jinan.net.xml.gz')
const nanchang = testData('networks/nanchang/nanchang.net.xml.gz')
const origin = { lon: 117, lat: 36.65 }

/** The groups of a table that its stages show green at a second after the epoch; undefined while they change. */
function greenAt(table: JunctionTable, second: number): string[] | undefined {
  let at = (((second - table.offsetS) % table.cycleS) + table.cycleS) % table.cycleS
  for (const [i, stage] of table.stages.entries()) {
    if (at < stage.greenS) return stage.groups.toSorted()
    at -= stage.greenS + stageChangeS(table, stage, table.stages[(i + 1) % table.stages.length]!)
    if (at < 0) return undefined
  }
  return undefined
}

describe.skipIf(!ingolstadt)('SUMO networks of cities (need CLEARWAY_TEST_DATA)', () => {
  it('of Ingolstadt is imported where the city is, with its edges, turns and programs', async () => {
    const { city, network, report } = await importCity(ingolstadt as string, { timeZone: 'Europe/Berlin' })
    const net = await readNet(ingolstadt as string, 'ingolstadt')
    expect(compile(City).faults(city)).toEqual([])
    expect([net.edges.size, net.junctions.size]).toEqual([853, 381])
    expect(network.nodeCount + report.dropped['nodes: not in the largest connected part']!).toBe(381)
    expect(report.kept.arcs).toBeGreaterThan(840)
    expect(report.kept).toMatchObject({ junctions: 21, junctionsWithProgram: 20 })
    const { west, east, south, north } = city.bounds
    expect(distanceM((west + east) / 2, (south + north) / 2, 11.405, 48.772)).toBeLessThan(2000)
    for (const table of city.junctions) expect(cycleOf(table), table.id).toBeCloseTo(table.cycleS, 6)
    // Most junctions have a lane that leads to several exits.
    expect(city.junctions.filter(({ preempt }) => preempt.serves === 'movement')).toHaveLength(6)
    // Nothing but what the file says decides about a turn.
    const engine = createRouteEngine(network, { junctions: city.junctions })
    const [route] = engine.route({
      from: { lon: west + 0.004, lat: south + 0.004 },
      to: { lon: east - 0.004, lat: north - 0.004 },
      profile: 'ambulance',
    })
    expect(route!.distanceM).toBeGreaterThan(2000)
  }, 60_000)

  it('of Jinan runs the program of the file, second by second', async () => {
    const { city, network, report } = await importCity(jinan as string, { origin })
    const net = await readNet(jinan as string, 'jinan')
    expect(report.kept).toMatchObject({ nodes: 26, arcs: 62, junctions: 12, junctionsWithProgram: 12, turnBans: 0 })
    expect([...new Set(network.lengthM)].sort()).toEqual([400, 800])
    for (const table of city.junctions) {
      const { phases } = net.programs.get(table.id.replace(/^j-/, '').replaceAll('-', '_'))!
      let at = 0
      for (const { durationS, state } of phases) {
        if (!state.includes('y')) {
          const greens = greenAt(table, at + durationS / 2)!
          const lanes = table.approaches.filter(({ group }) => greens.includes(group)).length
          const turns = table.approaches
            .flatMap(({ connections = [] }) => connections)
            .filter(({ group }) => greens.includes(group))
          // Six links an approach: one right, three straight, two left; right turns go with straight on.
          const links = [...state].filter((letter) => letter !== 'r').length
          expect(lanes * 4 + turns.length * 2, `${table.id} at ${at}`).toBe(links)
        }
        at += durationS
      }
      expect(table.cycleS).toBe(90)
      // Left, straight and right have lanes of their own.
      expect(table.preempt.serves).toBe('movement')
    }
  }, 60_000)

  it('of Nanchang equals the road net it was made from', async () => {
    const { city, network, report } = await importCity(nanchang as string)
    expect(report.kept).toMatchObject({ nodes: 2048, arcs: 6024, junctions: 859, junctionsWithProgram: 859 })
    const km = network.lengthM.reduce((sum, m) => sum + m, 0) / 2000
    expect(Math.abs(km - 1296)).toBeLessThan(13)
    expect(city.bounds.west).toBeCloseTo(115.75, 2)
    expect(city.bounds.north).toBeCloseTo(28.741, 2)
    for (const table of city.junctions) expect(cycleOf(table), table.id).toBeCloseTo(table.cycleS, 6)
  }, 60_000)
})

describe.skipIf(!jinan)('signal programs of an additional file (need CLEARWAY_TEST_DATA)', () => {
  const signals = testData('networks/jinan-3x4/sumo/tls_6295_coord120.add.xml') as string

  it('replace those of the network, offsets included', async () => {
    const { city, plan } = await importSumoCity(jinan as string, { origin, signals })
    const programs = await readPrograms(signals, 'signals')
    expect(programs.size).toBe(12)
    for (const table of city.junctions) {
      const { id, links } = plan.signals.get(table.id)!
      const { offsetS, phases } = programs.get(id)!
      expect(table.cycleS).toBe(120)
      for (let second = 0; second < 240; second++) {
        let at = (((second - offsetS) % 120) + 120) % 120
        const phase = phases.find(({ durationS }) => {
          at -= durationS
          return at < 0
        })!
        const greens = greenAt(table, second)
        // Right turns are always green, so between two stages only they are.
        const shown = links.filter(({ linkIndex }) => 'Gg'.includes(phase.state[linkIndex]!)).map(({ group }) => group)
        const stage = [...new Set(shown)].sort()
        if (greens) expect(stage, `${id} at ${second}`).toEqual(greens)
        else expect(stage, `${id} at ${second}`).toHaveLength(4)
      }
    }
  }, 60_000)

  it('come with the lanes of every turn, innermost first, and its speed', async () => {
    const { plan } = await importSumoCity(jinan as string, { origin, signals })
    const from = plan.turns.get(plan.arcOf.get('road_0_1_0')!)!
    const turn = (to: string) => from.get(plan.arcOf.get(to)!)
    expect(turn('road_1_1_1')).toEqual({ firstLane: 0, lastLane: 0, speedMps: 11.11 })
    expect(turn('road_1_1_0')).toEqual({ firstLane: 1, lastLane: 1, speedMps: 11.11 })
    expect(turn('road_1_1_3')).toEqual({ firstLane: 2, lastLane: 2, speedMps: 6.79 })
  })

  it('are refused when they are for another network', async () => {
    const refused = importCity(jinan as string, { origin, signals: ingolstadt as string })
    await expect(refused).rejects.toThrow(/has a program for ".*", which is no signal of/)
  })

  it('are refused when there are none in the file', async () => {
    const missions = testData('networks/jinan-3x4/sumo/jinan_6295.rou.xml.gz') as string
    await expect(readPrograms(missions, 'demand')).rejects.toThrow(/no <tlLogic>/)
  })
})

describe.skipIf(!ingolstadt)('the line of a route in a SUMO network (needs CLEARWAY_TEST_DATA)', () => {
  it('is read back as the arcs it was made of, where it touches nodes of the other carriageway too', async () => {
    const { network, plan } = await importSumoCity(ingolstadt as string, { timeZone: 'Europe/Berlin' })
    const file = testData('networks/ingolstadt/ambulances_ingolstadt21.json') as string
    const trips = JSON.parse(readFileSync(file, 'utf8')) as { route: string[] }[]
    expect(trips).toHaveLength(10)
    for (const { route } of trips) {
      const arcs = Int32Array.from(route, (edge) => plan.arcOf.get(edge)!)
      const { geometry } = routeAlong(network, arcs, { profile: 'ambulance' })
      expect(arcsAlong(network, geometry)?.arcs).toEqual(arcs)
    }
  }, 60_000)
})

describe.skipIf(!ingolstadt)('the plan of a SUMO network (needs CLEARWAY_TEST_DATA)', () => {
  it('names the approach and the group of every link, also of edges that only lead into the map', async () => {
    const { city, network, plan, report } = await importSumoCity(ingolstadt as string, { timeZone: 'Europe/Berlin' })
    expect(plan.arcOf.size).toBe(853)
    expect(report.dropped['nodes: not in the largest connected part'] ?? 0).toBe(0)
    for (const table of city.junctions) {
      for (const { fromEdge, toEdge, approach, group } of plan.signals.get(table.id)!.links) {
        expect(
          table.groups.some(({ id }) => id === group),
          `${table.id} ${fromEdge} ${toEdge}`,
        ).toBe(true)
        const arc = plan.arcOf.get(fromEdge)!
        expect(network.approaches[network.approachOfArc[arc]!]).toMatchObject({ junction: table.id, approach })
      }
    }
  }, 60_000)
})
