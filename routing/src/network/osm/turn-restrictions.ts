import { arcFlag, type TurnBan } from '../road-network.ts'
import type { SourcedNetwork } from './assemble.ts'
import type { OsmRelation, Tags } from './extract.ts'
import { drop, type ImportReport } from './import-report.ts'

/** Tags that restrict cars, the particular before the general. */
const restrictionKeys = ['restriction:motorcar', 'restriction:motor_vehicle', 'restriction'] as const

/**
 * Forbidden movements of the turn-restriction relations, in the order of their arcs. `no_*` forbids the movement named,
 * `only_*` every other one. Relations that go via a way, are incomplete, ambiguous or conditional are skipped and
 * reported. Emergency profiles may still take a forbidden movement, at a cost.
 */
export function turnBans(source: SourcedNetwork, relations: readonly OsmRelation[], report: ImportReport): TurnBan[] {
  const nodeOf = new Map(Array.from(source.osmNode, (id, node) => [id, node]))
  const pairs = new Map<string, [number, number]>()
  const add = (inArc: number, outArc: number) => pairs.set(`${inArc}>${outArc}`, [inArc, outArc])
  let used = 0
  for (const relation of relations) {
    if (relation.tags.type !== 'restriction') continue
    const kind = restrictionForCars(relation.tags)
    if ('skip' in kind) {
      drop(report, `restrictions: ${kind.skip}`)
      continue
    }
    const role = (name: string) => relation.members.filter((member) => member.role === name)
    const via = role('via')
    const from = role('from')
    const to = role('to')
    if (via.some((member) => member.type !== 'node')) {
      drop(report, 'restrictions: via a way')
      continue
    }
    const node = via.length === 1 ? nodeOf.get(via[0]!.ref) : undefined
    if (node === undefined || from.length === 0 || to.length === 0) {
      drop(report, 'restrictions: incomplete or off the network')
      continue
    }
    const ins = arcsInto(source, node).filter((arc) => from.some((member) => member.ref === source.osmWay[arc]))
    const outs = arcsOutOf(source, node).filter((arc) => to.some((member) => member.ref === source.osmWay[arc]))
    if (ins.length === 0 || outs.length === 0) {
      drop(report, 'restrictions: incomplete or off the network')
      continue
    }
    if (ins.length > from.length || outs.length > to.length) {
      drop(report, 'restrictions: ambiguous, the way goes on beyond the junction')
      continue
    }
    used++
    const forbidden = kind.only ? arcsOutOf(source, node).filter((arc) => !outs.includes(arc)) : outs
    for (const inArc of ins) for (const outArc of forbidden) add(inArc, outArc)
  }
  report.kept.restrictions = used
  const sorted = [...pairs.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1])
  report.kept.turnBans = sorted.length
  return sorted.map((arcs) => ({ arcs, emergencyExempt: false, hours: null }))
}

function restrictionForCars(tags: Tags): { only: boolean } | { skip: string } {
  const value = restrictionKeys.map((key) => tags[key]).find((found) => found !== undefined)
  if (value === undefined) return { skip: tags['restriction:conditional'] ? 'conditional' : 'for other vehicles' }
  const except = (tags.except ?? '').split(';').map((mode) => mode.trim())
  if (except.some((mode) => mode === 'motorcar' || mode === 'motor_vehicle')) return { skip: 'cars excepted' }
  if (value.startsWith('no_')) return { only: false }
  if (value.startsWith('only_')) return { only: true }
  return { skip: `unknown value ${value}` }
}

const isOrdinary = ({ network }: SourcedNetwork, arc: number) => (network.flags[arc]! & arcFlag.contraflow) === 0

function arcsOutOf(source: SourcedNetwork, node: number): number[] {
  const { firstOut } = source.network
  const arcs = Array.from({ length: firstOut[node + 1]! - firstOut[node]! }, (_, i) => firstOut[node]! + i)
  return arcs.filter((arc) => isOrdinary(source, arc))
}

/** Every road has both directions in the network, so the arcs into a node are the reverses of those out of it. */
function arcsInto(source: SourcedNetwork, node: number): number[] {
  const { firstOut, reverse } = source.network
  const arcs = Array.from({ length: firstOut[node + 1]! - firstOut[node]! }, (_, i) => reverse[firstOut[node]! + i]!)
  return arcs.filter((arc) => isOrdinary(source, arc))
}
