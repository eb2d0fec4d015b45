import type { JunctionTable } from '@clearway/contracts'
import { departureBearing } from './arc-shape.ts'
import { arcsOutOf, arms, exitsReached, type PlacedJunction, type SignalCluster } from './junctions.ts'
import { exitName } from './local-name.ts'
import { arcFlag, type NetworkExit, type RoadNetwork } from './road-network.ts'

/**
 * Adds the ways out of a junction that only emergency vehicles may take, and which approaches lead to them. A request for
 * green may then name them. They come last and change nothing in the timing: no traffic counts on them.
 *
 * @param forbidden movements as `in-arc>out-arc`
 */
export function withEmergencyExits(
  network: RoadNetwork,
  cluster: SignalCluster,
  junction: PlacedJunction,
  table: JunctionTable,
  forbidden: ReadonlySet<string>,
): { table: JunctionTable; exits: NetworkExit[] } {
  const within = new Set(cluster.nodes)
  const leaving = cluster.nodes
    .flatMap((node) => arcsOutOf(network, node))
    .filter((arc) => (network.flags[arc]! & (arcFlag.emergencyOnly | arcFlag.contraflow)) === arcFlag.emergencyOnly)
    .filter((arc) => !within.has(network.head[arc]!))
  if (leaving.length === 0) return { table, exits: junction.exits }
  const added = arms(network, leaving, true, departureBearing, (arc) => network.tail[arc]!).map((arm, i) => ({
    arm,
    exit: {
      id: `e${table.exits.length + i + 1}`,
      name: exitName(network.streetNames[network.street[arm.arcs[0]!]!]!, arm.bearingDeg),
      position: arm.position,
      bearingDeg: arm.bearingDeg,
    },
  }))
  const exitOfArc = new Map(added.flatMap(({ arm, exit }) => arm.arcs.map((arc) => [arc, exit.id] as const)))
  const isInside = new Set(junction.inside)
  const approaches = table.approaches.map((approach) => {
    const arcs = junction.approaches.filter((one) => one.approach === approach.id).map(({ arc }) => arc)
    return { ...approach, exits: [...approach.exits, ...exitsReached(network, arcs, isInside, exitOfArc, forbidden)] }
  })
  return {
    table: { ...table, approaches, exits: [...table.exits, ...added.map(({ exit }) => exit)] },
    exits: [...junction.exits, ...[...exitOfArc].map(([arc, exit]) => ({ junction: table.id, exit, arc }))],
  }
}
