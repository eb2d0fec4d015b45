import type { Random } from '@clearway/contracts'
import { CityBrainLines, type Roadnet } from '@clearway/routing'
import type { FlowTrip } from '../cityflow/flow-file.ts'

/** What the file does not say of its vehicles; drivers are those of CityFlow conversions. */
const vehicle = { length: 5, width: 2, usualPosAcc: 2, usualNegAcc: 4.5, minGap: 2.5, maxSpeed: 25 }
const LATEST_S = 1e6
const LONGEST_ROUTE = 10_000
/** More would not fit into SUMO; a wrong interval is at the bottom of it. */
const MOST_VEHICLES = 2_000_000

/**
 * The vehicles of a text demand of the City Brain Challenge by departure: K flows of three lines, `start end interval`, the
 * number of edges, and the edges. A flow sends a vehicle at its start and after every interval until its end, s.
 *
 * @param share of all vehicles that is kept, each drawn by itself
 * @throws InputError `map-broken` naming file, line and what is wrong in it
 */
export function tripsOfCityBrain(
  text: string,
  file: string,
  roadnet: Roadnet,
  share: number,
  random: Random,
): FlowTrip[] {
  const lines = new CityBrainLines(text, file)
  const roads = new Set(roadnet.roads.map(({ id }) => id))
  const links = new Set(
    roadnet.intersections.flatMap(({ roadLinks }) => roadLinks.map((link) => `${link.startRoad} ${link.endRoad}`)),
  )
  const trips: FlowTrip[] = []
  let all = 0
  for (let left = lines.count(); left > 0; left--) {
    lines.next()
    const startS = lines.number(0, LATEST_S)
    const endS = lines.number(0, LATEST_S)
    const intervalS = lines.number(0, LATEST_S)
    if (endS < startS) lines.fail(`end ${endS} is before start ${startS}`)
    if (intervalS === 0 && endS > startS) lines.fail('interval is 0; give seconds between vehicles')
    lines.end()
    const departures = endS === startS ? 1 : 1 + Math.floor((endS - startS) / intervalS)
    all += departures
    if (all > MOST_VEHICLES) lines.fail(`interval ${intervalS} makes more than ${MOST_VEHICLES} vehicles`)
    const route = readRoute(lines, roads, links)
    for (let n = 0; n < departures; n++) {
      if (share < 1 && random.next() >= share) continue
      trips.push({ departS: startS + n * intervalS, route, vehicle })
    }
  }
  return trips.sort((a, b) => a.departS - b.departS)
}

function readRoute(lines: CityBrainLines, roads: ReadonlySet<string>, links: ReadonlySet<string>): string[] {
  lines.next()
  const count = lines.number(1, LONGEST_ROUTE)
  lines.end()
  lines.next()
  const route = Array.from({ length: count }, () => {
    const road = lines.word()
    return roads.has(road) ? road : lines.fail(`edge ${road} is not in the road network`)
  })
  lines.end()
  route.forEach((road, i) => {
    const next = route[i + 1]
    if (next !== undefined && !links.has(`${road} ${next}`))
      lines.fail(`nothing leads from edge ${road} to edge ${next}`)
  })
  return route
}
