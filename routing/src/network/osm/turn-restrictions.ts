import { drop, type ImportReport, note } from '../import-report.ts'
import { arcFlag, type RoadNetwork, type TurnBan } from '../road-network.ts'
import type { OsmRelation } from './extract.ts'
import type { SourcedNetwork } from './osm-network.ts'
import { RestrictionPaths } from './restriction-path.ts'
import { type RestrictionSign, restrictionSigns } from './restriction-sign.ts'

/**
 * The bans of the turn-restriction relations, in the order of their arcs. `no_*` forbids the movement named, `only_*`
 * every other one from the same arc, and where it goes via ways every way off them. What cannot be used is reported.
 */
export function turnBans(source: SourcedNetwork, relations: readonly OsmRelation[], report: ImportReport): TurnBan[] {
  const paths = new RestrictionPaths(source)
  const bans = new Map<string, TurnBan>()
  report.kept.restrictions = 0
  for (const relation of relations) {
    if (relation.tags.type !== 'restriction') continue
    const { signs, skipped } = restrictionSigns(relation.tags)
    for (const reason of skipped) skip(report, relation, reason)
    let used = false
    for (const sign of signs) {
      const found = paths.of(relation, sign.value)
      if (typeof found === 'string') {
        skip(report, relation, found)
        continue
      }
      used = true
      report.kept[`restrictions: ${sign.value}`] = (report.kept[`restrictions: ${sign.value}`] ?? 0) + 1
      for (const arcs of found.flatMap((path) => forbidden(source.network, path, sign))) {
        const { emergencyExempt, hours } = sign
        bans.set(JSON.stringify([arcs, emergencyExempt, hours]), { arcs, emergencyExempt, hours })
      }
    }
    if (used) report.kept.restrictions++
  }
  report.kept.turnBans = bans.size
  return [...bans.values()].sort(byArcs)
}

function skip(report: ImportReport, relation: OsmRelation, reason: string): void {
  drop(report, `restrictions: ${reason}`)
  if (reason !== 'off the network') note(report, `restriction ${relation.id}: ${reason}`)
}

/** The sequences of arcs that a sign on this path forbids. */
function forbidden(network: RoadNetwork, path: readonly number[], { only }: RestrictionSign): number[][] {
  if (!only) return [[...path]]
  return path.slice(1).flatMap((right, i) => {
    const before = path.slice(0, i + 1)
    const node = network.tail[right]!
    const others = Array.from(
      { length: network.firstOut[node + 1]! - network.firstOut[node]! },
      (_, k) => network.firstOut[node]! + k,
    )
    return others
      .filter((arc) => arc !== right && (network.flags[arc]! & (arcFlag.contraflow | arcFlag.emergencyOnly)) === 0)
      .map((arc) => [...before, arc])
  })
}

function byArcs({ arcs: a }: TurnBan, { arcs: b }: TurnBan): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}
