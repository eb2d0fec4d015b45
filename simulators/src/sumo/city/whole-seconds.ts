import type { JunctionTable } from '@clearway/contracts'
import { cycleOf } from '@clearway/contracts/stage-change'

/**
 * The table with every interval a whole second, none shorter than before: a simulation in steps of a second would round
 * each up anyhow, and a plan that has nothing to spare would never come into step.
 */
export function inWholeSeconds(table: JunctionTable): JunctionTable {
  const groups = table.groups.map((group) => ({
    ...group,
    ...{ minGreenS: Math.ceil(group.minGreenS), greenFlashS: Math.ceil(group.greenFlashS) },
    ...{ yellowS: Math.ceil(group.yellowS), clearanceS: Math.ceil(group.clearanceS) },
  }))
  const intergreens = table.intergreens.map((pair) => ({ ...pair, redS: Math.ceil(pair.redS) }))
  const stages = table.stages.map((stage) => ({ ...stage, greenS: Math.ceil(stage.greenS) }))
  const whole = { ...table, groups, intergreens, stages }
  const cycleS = cycleOf(whole)
  return { ...whole, cycleS, offsetS: Math.round(table.offsetS) % cycleS }
}
