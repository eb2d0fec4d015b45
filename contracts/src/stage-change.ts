import type { JunctionTable, SignalGroup, Stage } from './junction.ts'

/**
 * The arithmetic of a timing table, in one place because the generator, the check beside the controller and the planner
 * must agree on it to the tenth of a second.
 */

/** Seconds from the end of a group's green until its face is red: green flash and yellow, or pedestrian clearance. */
export const tailS = (group: SignalGroup): number =>
  group.kind === 'vehicle' ? group.greenFlashS + group.yellowS : group.clearanceS

/**
 * Seconds from the end of the green of `from` until the green of `to`: over every listed pair of a group that ends and
 * one that begins, the tail of the first and the all-red between them; 0 when no such pair conflicts. The slowest pair
 * decides, often a pedestrian clearance: a group that is clear sooner keeps its green for the difference.
 */
export function stageChangeS(table: JunctionTable, from: Stage, to: Stage): number {
  let longest = 0
  for (const { ends, begins, redS } of table.intergreens) {
    if (!from.groups.includes(ends) || to.groups.includes(ends)) continue
    if (!to.groups.includes(begins) || from.groups.includes(begins)) continue
    const group = table.groups.find(({ id }) => id === ends)
    if (group) longest = Math.max(longest, tailS(group) + redS)
  }
  return longest
}

/** Seconds of one cycle: every stage's green and the change to the next, the last one's to the first. */
export const cycleOf = (table: JunctionTable): number =>
  table.stages.reduce(
    (sum, stage, index) =>
      sum + stage.greenS + stageChangeS(table, stage, table.stages[(index + 1) % table.stages.length] as Stage),
    0,
  )
