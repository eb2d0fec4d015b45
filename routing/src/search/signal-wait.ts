import type { JunctionTable } from '@clearway/contracts'
import type { RoadNetwork } from '../network/road-network.ts'
import { greenWindows } from './junction-plan.ts'

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
    const greenMs = greenWindows(table, group).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
    return expectedWaitS(table.cycleS - greenMs / 1000, table.cycleS)
  })
}
