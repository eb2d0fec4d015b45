import type { JunctionTable } from '@clearway/contracts'
import { groupTowards } from '@clearway/contracts/movement'
import type { EdgeCity } from '../edge-city.ts'
import { arcFlag, type RoadNetwork } from '../road-network.ts'
import { laneOpenTo } from './lane-access.ts'
import type { SumoNet, SumoProgram } from './net-file.ts'
import type { Unproject } from './projection.ts'

/** What of a SUMO network each part of an imported city is: for whoever runs SUMO with it. */
export interface SumoPlan {
  /** Edge → arc; an edge that was left out is absent. */
  arcOf: ReadonlyMap<string, number>
  edges: ReadonlyMap<string, { lanes: readonly { lengthM: number; speedMps: number; widthM: number }[] }>
  /** By arc and next arc. */
  turns: ReadonlyMap<number, ReadonlyMap<number, SumoTurn>>
  /** Metres of the net → degrees. */
  unproject: Unproject
  /** By junction. */
  signals: ReadonlyMap<string, SumoSignal>
}

/** How cars go over a junction. */
interface SumoTurn {
  /** Lanes of the arc that lead there, both ends included, counted from the innermost 0. */
  firstLane: number
  lastLane: number
  /** Within the junction; infinite where the network has no lane in it. */
  speedMps: number
}

/** A signal of the network, run by one junction. */
export interface SumoSignal {
  /** Its id in the network. */
  id: string
  program: SumoProgram | undefined
  links: readonly SumoSignalLink[]
}

/** One place in the states of a signal. */
interface SumoSignalLink {
  linkIndex: number
  fromEdge: string
  fromLane: number
  toEdge: string
  /** The approach at whose stop line it is; undefined inside the junction. */
  approach: string | undefined
  /** The signal group that releases it; undefined inside the junction. */
  group: string | undefined
  /** Where it leads; undefined inside the junction. */
  exit?: string | undefined
}

/** Roads of a city and what of the network they are: `edgeOf` by arc, −1 where it is none; `signalOf` by junction. */
interface PlannedRoads extends Pick<EdgeCity, 'network' | 'edgeOf' | 'junctions'> {
  signalOf: ReadonlyMap<string, { id: string }>
}

/** @param edgeIds names of the edges that `edgeOf` of the roads counts */
export function sumoPlan(
  net: SumoNet,
  edgeIds: readonly string[],
  roads: PlannedRoads,
  unproject: Unproject,
): SumoPlan {
  const { network, edgeOf, junctions, signalOf } = roads
  const arcOf = new Map<string, number>()
  edgeOf.forEach((edge, arc) => {
    if (edge >= 0) arcOf.set(edgeIds[edge]!, arc)
  })
  const linksOf = Map.groupBy(
    net.connections.filter(({ linkIndex }) => linkIndex >= 0),
    ({ tl }) => tl,
  )
  const signals = new Map(
    junctions.map((table): [string, SumoSignal] => {
      const { id } = signalOf.get(table.id)!
      const links = (linksOf.get(id) ?? []).map((link): SumoSignalLink => {
        const [from, to] = [arcOf.get(link.from), arcOf.get(link.to)]
        const way = from === undefined || to === undefined ? undefined : wayOf(network, table, from, to)
        const { linkIndex, fromLane } = link
        const place = { linkIndex, fromEdge: link.from, fromLane, toEdge: link.to }
        return { ...place, approach: way?.approach, group: way?.group, exit: way?.exit }
      })
      return [table.id, { id, program: net.programs.get(id), links }]
    }),
  )
  return { arcOf, edges: net.edges, turns: turnsOf(net, arcOf), unproject, signals }
}

/** SUMO counts all lanes from the outside, an arc those of its cars from the inside. */
function turnsOf(net: SumoNet, arcOf: ReadonlyMap<string, number>): SumoPlan['turns'] {
  const turns = new Map<number, Map<number, SumoTurn>>()
  for (const { from, to, fromLane, via } of net.connections) {
    const [fromArc, toArc] = [arcOf.get(from), arcOf.get(to)]
    const { lanes } = net.edges.get(from) ?? { lanes: [] }
    if (fromArc === undefined || toArc === undefined || laneOpenTo(lanes[fromLane]!) !== 'everyone') continue
    const lane = lanes.slice(fromLane + 1).filter((inner) => laneOpenTo(inner) === 'everyone').length
    const speedMps = net.innerSpeeds.get(via ?? '') ?? Number.POSITIVE_INFINITY
    const ofArc = turns.get(fromArc) ?? new Map<number, SumoTurn>()
    const known = ofArc.get(toArc) ?? { firstLane: lane, lastLane: lane, speedMps }
    const { firstLane, lastLane } = known
    turns.set(fromArc, ofArc)
    ofArc.set(toArc, {
      firstLane: Math.min(firstLane, lane),
      lastLane: Math.max(lastLane, lane),
      speedMps: Math.min(known.speedMps, speedMps),
    })
  }
  return turns
}

/** The approach that an arc is of, and the group that releases the movement into another arc. */
function wayOf(
  network: RoadNetwork,
  table: JunctionTable,
  from: number,
  to: number,
): { approach: string; group: string; exit?: string } | undefined {
  const stopLine = network.approaches[network.approachOfArc[from]!]
  const approach = table.approaches.find(({ id }) => stopLine?.junction === table.id && id === stopLine.approach)
  if (!approach) return undefined
  // An exit may lie behind inner arcs.
  const seen = new Set([to])
  for (const arc of seen) {
    const exit = network.exits[network.exitOfArc[arc]!]
    if (exit?.junction === table.id)
      return { approach: approach.id, group: groupTowards(approach, exit.exit), exit: exit.exit }
    if ((network.flags[arc]! & arcFlag.inside) === 0) continue
    const node = network.head[arc]!
    for (let next = network.firstOut[node]!; next < network.firstOut[node + 1]!; next++) {
      if (next !== network.reverse[arc]) seen.add(next)
    }
  }
  return { approach: approach.id, group: approach.group }
}
