import { InputError, type JunctionTable } from '@clearway/contracts'
import { syntheticTiming } from '../signals/synthetic-timing.ts'
import type { ImportReport } from './import-report.ts'
import { placeJunction, type SignalCluster } from './junctions.ts'
import { arcFlag, type RoadNetwork } from './road-network.ts'

/** The network with its stop lines, exits and inner arcs marked, and the junctions' synthetic timing tables. */
export function withSignals(
  network: RoadNetwork,
  clusters: readonly SignalCluster[],
  district: string,
  report: ImportReport,
): { network: RoadNetwork; junctions: JunctionTable[] } {
  const forbidden = new Set<string>()
  for (const { arcs, hours } of network.turnBans) if (hours === null) forbidden.add(arcs.join('>'))
  const placed = clusters
    .map((cluster) => placeJunction(network, cluster, forbidden, report))
    .filter((junction) => junction !== undefined)
    .sort((a, b) => (a.geometry.id < b.geometry.id ? -1 : 1))
  const repeated = placed.find((junction, i) => placed[i + 1]?.geometry.id === junction.geometry.id)
  if (repeated) throw new InputError('junction-twice', `two junctions are called ${repeated.geometry.id}`)
  const flags = network.flags.slice()
  for (const arc of placed.flatMap(({ inside }) => inside)) flags[arc]! |= arcFlag.inside
  const approaches = placed.flatMap((junction) => junction.approaches)
  const exits = placed.flatMap((junction) => junction.exits)
  const approachOfArc = network.approachOfArc.slice()
  const exitOfArc = network.exitOfArc.slice()
  approaches.forEach(({ arc }, i) => {
    approachOfArc[arc] = i
  })
  exits.forEach(({ arc }, i) => {
    exitOfArc[arc] = i
  })
  report.kept.signalNodes = clusters.reduce((sum, { signals }) => sum + signals.length, 0)
  report.kept.junctions = placed.length
  return {
    network: { ...network, flags, approachOfArc, approaches, exitOfArc, exits },
    junctions: placed.map(({ geometry }) => syntheticTiming(geometry, district)),
  }
}
