import type { Position, Random } from '@clearway/contracts'
import type { RoadNetwork, RouteEngine, readNet } from '@clearway/routing'
import { Demand } from '../../traffic/demand.ts'
import { xml } from '../cityflow/plain-network.ts'
import type { CollapsedJunctions } from './collapsed-junctions.ts'
import { edgeOf } from './street-files.ts'

export interface CityDemandOptions {
  network: RoadNetwork
  engine: RouteEngine
  junctions: CollapsedJunctions
  /** What SUMO drives on. */
  net: Awaited<ReturnType<typeof readNet>>
  /** Where trips tend to start and end. */
  centre: Position
  random: Random
  vehiclesPerHour: number
  /** Vehicles depart from second 0 on for so long. */
  departingS: number
  /** How many different ways there are. */
  pairs: number
}

/** With these drivers a lane discharges 1,656 vehicles an hour, in steps of one second. */
const CAR =
  '<vType id="car" length="5" minGap="2.5" accel="2" decel="4.5" sigma="0.5" tau="1.1" speedFactor="normc(1,0.08,0.8,1.2)"/>'

/** A synthetic demand: departures spread evenly at random, each along one of the drawn ways. */
export function cityDemand(options: CityDemandOptions): string {
  const { network, engine, centre, junctions, net, pairs, vehiclesPerHour, departingS } = options
  const random = options.random.fork('sumo-demand')
  const demand = new Demand({ network, engine, random, centre, pairs })
  demand.grow(pairs)
  const turns = new Set(net.connections.map(({ from, to }) => `${from}>${to}`))
  const routes = demand.routes
    .map((arcs) => [...arcs].filter((arc) => !junctions.isInside(arc)).map(edgeOf))
    // netconvert leaves out what it cannot build.
    .filter((edges) => edges.length > 1 && edges.every((edge, i) => i === 0 || turns.has(`${edges[i - 1]}>${edge}`)))
  const departures = random.fork('departures')
  const count = Math.round((vehiclesPerHour * departingS) / 3600)
  const trips = Array.from({ length: count }, () => ({
    departS: departures.next() * departingS,
    route: departures.pick(routes),
  })).sort((a, b) => a.departS - b.departS)
  return xml('routes', [
    CAR,
    ...trips.map(
      ({ departS, route }, n) =>
        `<vehicle id="v${n}" type="car" depart="${departS.toFixed(2)}" departLane="best" departSpeed="max"><route edges="${route.join(' ')}"/></vehicle>`,
    ),
  ])
}
