import { walkingNetwork } from '../../walking/import-walking.ts'
import { assemble } from '../assemble.ts'
import type { ImportReport } from '../import-report.ts'
import type { ImportedRoads } from '../imported-city.ts'
import { withSignals } from '../signals.ts'
import type { OsmExtract } from './extract.ts'
import type { SourcedNetwork } from './osm-network.ts'
import { placesOf } from './places.ts'
import { type RoadOptions, roadPieces } from './road-piece.ts'
import { signalClusters } from './signal-clusters.ts'
import { turnBans } from './turn-restrictions.ts'

/**
 * Roads, signalled junctions with synthetic timing tables, car parks, places and footways of an OpenStreetMap extract.
 *
 * @throws InputError `no-roads`
 */
export function osmCity(
  extract: OsmExtract,
  district: string,
  options: RoadOptions,
  report: ImportReport,
): ImportedRoads {
  const unrestricted = osmNetwork(extract, options, report)
  const bans = turnBans(unrestricted, extract.relations, report)
  const source = { ...unrestricted, network: { ...unrestricted.network, turnBans: bans } }
  const signalled = withSignals(source.network, signalClusters(source), district, report)
  const { bounds } = options
  const found = placesOf(extract, bounds, report)
  return { ...signalled, ...found, walking: walkingNetwork(extract, found.places, bounds, report) }
}

/** The roads without signals and turn bans. */
export function osmNetwork(extract: OsmExtract, options: RoadOptions, report: ImportReport): SourcedNetwork {
  const { pieces, nodeIds, nodes } = roadPieces(extract, options, report)
  const { network, sourceNode, sourceRoad } = assemble(nodes, pieces, report)
  return {
    network,
    osmNode: Float64Array.from(sourceNode, (node) => nodeIds[node]!),
    nodeTags: Array.from(sourceNode, (node) => nodes[node]!.tags),
    osmWay: Float64Array.from(sourceRoad, (road) => pieces[road]!.way),
  }
}
