import { type JunctionTable, stageChangeS, tailS } from '@clearway/contracts'
import type { RoadNetwork } from '../network/road-network.ts'

/** Where a junction's table is not known: red for half of a cycle of ninety seconds. */
const UNKNOWN = { redS: 45, cycleS: 90 }

/** Expected wait of a vehicle that arrives at any moment of the cycle, seconds: red² / (2·cycle). */
export const expectedWaitS = (redS: number, cycleS: number): number => redS ** 2 / (2 * cycleS)

/** Expected wait at each stop line of the network, seconds, in the order of `network.approaches`. */
export function signalWaits(network: RoadNetwork, junctions: readonly JunctionTable[]): Float64Array {
  const tables = new Map(junctions.map((table) => [table.id, table]))
  return Float64Array.from(network.approaches, ({ junction, approach }) => {
    const table = tables.get(junction)
    const group = table?.approaches.find(({ id }) => id === approach)?.group
    if (!table || group === undefined) return expectedWaitS(UNKNOWN.redS, UNKNOWN.cycleS)
    return expectedWaitS(table.cycleS - groupGreenS(table, group), table.cycleS)
  })
}

/** Green of a group in one cycle. In a change that waits for slower groups it stays green until its own tail is due. */
function groupGreenS(table: JunctionTable, id: string): number {
  const { stages, groups, intergreens } = table
  const ownTailS = tailS(groups.find((group) => group.id === id)!)
  return stages.reduce((greenS, stage, i) => {
    if (!stage.groups.includes(id)) return greenS
    const next = stages[(i + 1) % stages.length]!
    const changeS = stageChangeS(table, stage, next)
    if (next.groups.includes(id)) return greenS + stage.greenS + changeS
    const reds = intergreens.filter(({ ends, begins }) => ends === id && next.groups.includes(begins))
    const lateS = reds.length === 0 ? 0 : changeS - ownTailS - Math.max(...reds.map(({ redS }) => redS))
    return greenS + stage.greenS + lateS
  }, 0)
}
