import type { JunctionTable } from '@clearway/contracts'
import { type EdgeMap, type EdgeNetwork, edgeNetwork } from './edge-map.ts'
import type { Bounds } from './geodesy.ts'
import { drop, type ImportReport } from './import-report.ts'
import type { ImportedRoads } from './imported-city.ts'
import type { PlacedJunction, SignalCluster } from './junctions.ts'
import { withSignals } from './signals.ts'
import { uniqueSlugs } from './slug.ts'

/** Leaves room in a name of 63 letters for the signs and detectors of a junction. */
const LONGEST_ID = 40

/** A signalled junction of an edge map. */
export interface MapSignal {
  id: string
  /** Numbers of its nodes. */
  nodes: readonly number[]
}

/** The timing table that a map gives for a signal; undefined where it gives none that can be used. */
export type MapTiming = (signal: MapSignal, junction: PlacedJunction, edges: EdgeNetwork) => JunctionTable | undefined

/** What was made of an edge map, and what of the map each part is. */
export interface EdgeCity extends ImportedRoads {
  /** Arc → edge of the map, or −1 for an arc against a one-way edge. */
  edgeOf: Int32Array
  /** Junction → signal of the map. */
  signalOf: ReadonlyMap<string, MapSignal>
}

/**
 * Roads and signalled junctions of an edge map. Car parks and places are not in such maps.
 *
 * @param whole also what is not connected with the rest in both directions
 * @throws InputError `no-roads`
 */
export function edgeCity(
  map: EdgeMap,
  signals: readonly MapSignal[],
  district: string,
  bounds: Bounds | undefined,
  report: ImportReport,
  timing?: MapTiming,
  whole = false,
): EdgeCity {
  const edges = edgeNetwork(map, bounds, report, whole)
  const name = uniqueSlugs()
  const signalOf = new Map<string, MapSignal>()
  const clusters = signals.flatMap((signal, i): SignalCluster[] => {
    const nodes = signal.nodes.map((node) => edges.nodeOf[node]!).filter((node) => node >= 0)
    if (nodes.length === 0) return []
    const id = `j-${name(signal.id.slice(0, LONGEST_ID), String(i + 1))}`
    signalOf.set(id, signal)
    const sorted = nodes.toSorted((a, b) => a - b)
    return [{ id, nodes: sorted, signals: sorted, crossings: [] }]
  })
  drop(report, 'signals: not in the network', signals.length - clusters.length)
  const timingOf = timing && ((one: PlacedJunction) => timing(signalOf.get(one.geometry.id)!, one, edges))
  const { network, junctions } = withSignals(edges.network, clusters, district, report, timingOf)
  return { network, junctions, carParks: [], places: [], edgeOf: edges.edgeOf, signalOf }
}
