import type { JunctionTable } from '@clearway/contracts'
import { InputError } from '@clearway/contracts/errors'
import { syntheticTiming } from '../signals/synthetic-timing.ts'
import { withEmergencyExits } from './emergency-exits.ts'
import { drop, type ImportReport, newReport, note } from './import-report.ts'
import { hasConflict, type PlacedJunction, placeJunction, type SignalCluster } from './junctions.ts'
import { arcFlag, type RoadNetwork } from './road-network.ts'

/** The timing table that a map gives for a junction. */
export type TimingOf = (junction: PlacedJunction) => JunctionTable | undefined

/**
 * The network with its stop lines, exits and inner arcs marked, and the junctions' timing tables: the map's own, else
 * synthetic ones.
 */
export function withSignals(
  network: RoadNetwork,
  clusters: readonly SignalCluster[],
  district: string,
  report: ImportReport,
  timingOf?: TimingOf,
): { network: RoadNetwork; junctions: JunctionTable[] } {
  const forbidden = new Set<string>()
  for (const { arcs, hours } of network.turnBans) if (hours === null) forbidden.add(arcs.join('>'))
  const placed = clusters
    .map((cluster) => {
      const junction =
        timed(network, cluster, forbidden, timingOf) ?? computed(network, cluster, forbidden, district, report)
      return junction && { ...junction, ...withEmergencyExits(network, cluster, junction, junction.table, forbidden) }
    })
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
    junctions: placed.map(({ table }) => table),
  }
}

type TimedJunction = PlacedJunction & { table: JunctionTable }

/** A junction with the timing of the map, which may tell every arc apart. */
function timed(
  network: RoadNetwork,
  cluster: SignalCluster,
  forbidden: ReadonlySet<string>,
  timingOf: TimingOf | undefined,
): TimedJunction | undefined {
  const junction = timingOf && placeJunction(network, cluster, forbidden, newReport(), false)
  const table = junction && timingOf?.(junction)
  return table && { ...junction, table }
}

/** A junction with synthetic timing; undefined, with a line in the report, where nobody would have to wait. */
function computed(
  network: RoadNetwork,
  cluster: SignalCluster,
  forbidden: ReadonlySet<string>,
  district: string,
  report: ImportReport,
): TimedJunction | undefined {
  const junction = placeJunction(network, cluster, forbidden, report)
  if (junction && hasConflict(junction.geometry)) {
    return { ...junction, table: syntheticTiming(junction.geometry, district) }
  }
  const { approaches = [] } = junction?.geometry ?? {}
  drop(report, 'signals: no two movements conflict')
  note(
    report,
    `${cluster.id}: ${approaches.length} approaches, no crossing, no two movements conflict; left unsignalled`,
  )
  return undefined
}
