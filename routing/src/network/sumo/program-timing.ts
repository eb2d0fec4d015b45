import type { JunctionTable } from '@clearway/contracts'
import type { MapTiming } from '../edge-city.ts'
import type { EdgeNetwork } from '../edge-map.ts'
import { turnDeg } from '../geodesy.ts'
import { drop, type ImportReport, note } from '../import-report.ts'
import type { PlacedJunction } from '../junctions.ts'
import { type ProgramGroup, programTable } from './fixed-program.ts'
import type { SumoNet, SumoProgram } from './net-file.ts'

/**
 * Timing tables from the programs of a SUMO network. A program is none that anybody surveyed, so the tables are labelled
 * synthetic like computed ones.
 */
export function programTiming(
  net: SumoNet,
  edgeIds: readonly string[],
  district: string,
  report: ImportReport,
): MapTiming {
  const edgeOf = new Map(edgeIds.map((id, edge) => [id, edge]))
  const linksOf = Map.groupBy(net.connections, ({ tl }) => tl)
  report.kept.junctionsWithProgram = 0
  return (signal, junction, edges) => {
    const arcOf = new Map(Array.from(edges.edgeOf, (edge, arc) => [edge, arc]))
    const links = (linksOf.get(signal.id) ?? []).flatMap(({ from, fromLane, to, linkIndex }): Link[] => {
      const [fromArc, toArc] = [from, to].map((id) => arcOf.get(edgeOf.get(id) ?? Number.NaN))
      return fromArc === undefined || toArc === undefined
        ? []
        : [{ fromArc, lane: `${from}_${fromLane}`, toArc, linkIndex }]
    })
    const program = net.programs.get(signal.id)
    const table = program ? tableOf(junction, links, program, edges, district) : 'the file has none'
    if (typeof table !== 'string') {
      report.kept.junctionsWithProgram!++
      if (net.walkedSignals.has(signal.id)) drop(report, 'signals: crossings of people on foot in a program')
      return table
    }
    drop(report, 'signals: programs that do not fit, timing is synthetic')
    note(report, `${junction.geometry.id}: its program does not fit, ${table}; timing is synthetic`)
    return undefined
  }
}

interface Link {
  fromArc: number
  /** The lane before the stop line. */
  lane: string
  toArc: number
  /** Place in the states of the program. */
  linkIndex: number
}

function tableOf(
  junction: PlacedJunction,
  links: readonly Link[],
  program: SumoProgram,
  edges: EdgeNetwork,
  district: string,
): JunctionTable | string {
  const { geometry } = junction
  const states = program.phases.map(({ state }) => state)
  if (states.some((state) => !/^[GgyrsuOo]*$/.test(state) || /[Oo]/.test(state)))
    return 'it has states other than G, y and r'
  const groups: ProgramGroup[] = []
  const approaches: JunctionTable['approaches'] = []
  /** Where the lanes lead. */
  const exitsOfLane = new Map<string, Set<string>>()
  for (const { roadClass: _, ...approach } of geometry.approaches) {
    const shownTo = new Map<string, string>()
    for (const { link, exits } of linksFrom(junction, approach.id, links, edges)) {
      const shown = states.map((state) => letter(state[link.linkIndex])).join('')
      const ofLane = exitsOfLane.get(link.lane) ?? new Set()
      exitsOfLane.set(link.lane, ofLane)
      for (const exit of exits) ofLane.add(exit)
      for (const exit of exits.filter((exit) => approach.exits.includes(exit))) {
        if ((shownTo.get(exit) ?? shown) !== shown) return `lanes from ${approach.id} to ${exit} have different signals`
        shownTo.set(exit, shown)
      }
    }
    if (shownTo.size === 0) return `approach ${approach.id} has no signal`
    const bearing = (exit: string) => geometry.exits.find(({ id }) => id === exit)!.bearingDeg
    const straightest = [...shownTo.keys()].toSorted(
      (a, b) => Math.abs(turnDeg(approach.bearingDeg, bearing(a))) - Math.abs(turnDeg(approach.bearingDeg, bearing(b))),
    )
    const patterns = [...new Set(straightest.map((exit) => shownTo.get(exit)!))]
    const ids = patterns.map((_, i) => approach.id.replace('a', 'v') + (i === 0 ? '' : `-${i + 1}`))
    groups.push(...patterns.map((shown, i) => ({ id: ids[i]!, approach: approach.id, shown })))
    const connections = straightest
      .map((exit) => ({ exit, group: ids[patterns.indexOf(shownTo.get(exit)!)]! }))
      .filter(({ group }) => group !== ids[0])
    approaches.push({
      ...approach,
      exits: [...approach.exits],
      group: ids[0]!,
      ...(connections.length > 0 ? { connections } : {}),
    })
  }
  const durations = program.phases.map(({ durationS }) => durationS)
  const timed = programTable(groups, durations, program.offsetS)
  if (typeof timed === 'string') return timed
  const { id, name, position, exits } = geometry
  const table = {
    id,
    district,
    name,
    position,
    provenance: 'synthetic' as const,
    approaches,
    exits: [...exits],
    ...timed,
  }
  // Who waits to turn, for another signal or for a gap, would block a vehicle that goes on from the same lane.
  const isShared = [...exitsOfLane.values()].some(({ size }) => size > 1)
  return isShared ? table : { ...table, preempt: { ...table.preempt, serves: 'movement' } }
}

/** Red and yellow together, and a right turn on red, are red: nothing is released for good. */
function letter(state: string | undefined): string {
  if (state === 'G' || state === 'g') return 'G'
  return state === 'y' ? 'y' : 'r'
}

/** The links at the stop lines of an approach, and the exits to which each leads, through the junction if need be. */
function linksFrom(
  junction: PlacedJunction,
  approach: string,
  links: readonly Link[],
  { network, edgeOf }: EdgeNetwork,
) {
  const exitOf = new Map(junction.exits.map(({ arc, exit }) => [arc, exit]))
  const isInside = new Set(junction.inside)
  const own = new Set(junction.approaches.filter((one) => one.approach === approach).map(({ arc }) => arc))
  return links
    .filter(({ fromArc }) => own.has(fromArc))
    .map((link) => {
      const exits = new Set<string>()
      const seen = new Set([link.toArc])
      for (const arc of seen) {
        const exit = exitOf.get(arc)
        if (exit !== undefined) exits.add(exit)
        else if (isInside.has(arc)) {
          const node = network.head[arc]!
          for (let next = network.firstOut[node]!; next < network.firstOut[node + 1]!; next++) {
            if (next !== network.reverse[arc] && edgeOf[next]! >= 0) seen.add(next)
          }
        }
      }
      return { link, exits: [...exits] }
    })
}
