import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Position, seededRandom } from '@clearway/contracts'
import {
  createRouteEngine,
  type ImportedCity,
  loadCity,
  planeAround,
  readNet,
  readNetWith,
  saveCity,
  streetMap,
} from '@clearway/routing'
import { runSumoTool } from '../sumo-program.ts'
import type { PreparedScenario, SumoScenario } from '../sumo-scenario.ts'
import { cityDemand } from './city-demand.ts'
import { cityPlan } from './city-plan.ts'
import { cityPrograms } from './city-programs.ts'
import { CollapsedJunctions } from './collapsed-junctions.ts'
import { streetFiles } from './street-files.ts'
import { inWholeSeconds } from './whole-seconds.ts'

export interface CityCaseOptions {
  /** Made if absent; files of the same names in it are replaced. */
  folder: string
  /** Of the demand: the same for the same seed. */
  seed: number
  vehiclesPerHour: number
  /** Vehicles depart for so long. */
  departingS: number
}

/** As many ways as the city has, hardly one of them twice in a minute. */
const PAIRS = 1500
/** Who stands for so long, in a network that was made by rule, has met a fault of it. */
const TELEPORT_S = 300

/**
 * Makes a case for SUMO of an imported city: its streets by netconvert, the plans of its junctions, and a synthetic
 * demand. The timing tables are those of the import in whole seconds, people on foot included.
 *
 * @throws WorldError `sumo-missing` or `netconvert-failed`
 */
export async function makeCityCase(imported: ImportedCity, options: CityCaseOptions): Promise<SumoScenario> {
  const { folder, seed, vehiclesPerHour, departingS } = options
  mkdirSync(folder, { recursive: true })
  const file = (name: string) => join(folder, name)
  const write = (name: string, text: string): string => {
    writeFileSync(file(name), text)
    return file(name)
  }
  const { network } = imported
  const city = { ...imported.city, junctions: imported.city.junctions.map(inWholeSeconds) }
  const cityDir = file('city')
  await saveCity(cityDir, { ...imported, city })
  const plane = planeOf(city)
  const junctions = new CollapsedJunctions(network)
  const streets = streetFiles(network, junctions, plane)
  const netFile = file('network.net.xml')
  await runSumoTool('netconvert', [
    ...['--node-files', write('network.nod.xml', streets.nodes)],
    ...['--edge-files', write('network.edg.xml', streets.edges)],
    ...['--connection-files', write('network.con.xml', streets.connections)],
    // Left turns that face each other have one stage; they may not wait for each other in the junction.
    ...['--no-turnarounds', '--offset.disable-normalization', '--tls.ignore-internal-junction-jam'],
    ...['--output-file', netFile],
  ])
  const net = await readNet(netFile, netFile)
  const signalsFile = write(
    'signals.add.xml',
    cityPrograms(city.junctions, network, cityPlan({ city, network }, net, plane)),
  )
  const engine = createRouteEngine(network, { junctions: city.junctions })
  try {
    const random = seededRandom(seed)
    const centre = middle(city.junctions.map(({ position }) => position))
    const demand = cityDemand({
      ...{ network, engine, junctions, net, centre, random, vehiclesPerHour, departingS, pairs: PAIRS },
    })
    return { netFile, demandFile: write('demand.rou.xml', demand), signalsFile, cityDir, teleportS: TELEPORT_S }
  } finally {
    await engine.close()
  }
}

/** A case of `makeCityCase` as it stands in its folder. */
export async function readCityCase(
  scenario: SumoScenario & { cityDir: string },
): Promise<Omit<PreparedScenario, 'scenario'>> {
  const { cityDir, netFile, signalsFile } = scenario
  const city = await loadCity(cityDir)
  const imported = { ...city, streets: streetMap(city.network), walking: undefined }
  const net = await readNetWith(netFile, signalsFile)
  const junctions = new CollapsedJunctions(imported.network)
  const plan = cityPlan(imported, net, planeOf(imported.city))
  return { imported, plan, innerArcs: (from, to) => junctions.waysOn(from).get(to) ?? [] }
}

/** The metres of the network lie around the middle of the city. */
const planeOf = ({ bounds: { west, south, east, north } }: ImportedCity['city']) =>
  planeAround({ lon: (west + east) / 2, lat: (south + north) / 2 })

/** Half of all lie on either side of it, each way. */
function middle(positions: readonly Position[]): Position {
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!
  return { lon: median(positions.map(({ lon }) => lon)), lat: median(positions.map(({ lat }) => lat)) }
}
