import type { JunctionTable } from '@clearway/contracts'
import { stageChangeS, tailS } from '@clearway/contracts/stage-change'
import type { ApproachPlan, GreenWindow } from './signal-plan.ts'

/**
 * When an approach is green by the junction's own fixed plan. Undefined where there is no such thing: the approach is not
 * in the table, or its stages are as long as traffic makes them.
 */
export function approachPlan(table: JunctionTable, approach: string): ApproachPlan | undefined {
  const group = table.approaches.find(({ id }) => id === approach)?.group
  if (group === undefined || (table.operation ?? 'fixed-time') !== 'fixed-time') return undefined
  return {
    cycleMs: Math.round(table.cycleS * 1000),
    startMs: Math.round(table.offsetS * 1000),
    greens: greenWindows(table, group),
  }
}

/**
 * Green of a group in one cycle, from the start of its first stage. In a change that waits for slower groups it stays
 * green until its own tail is due.
 */
export function greenWindows(table: JunctionTable, group: string): GreenWindow[] {
  const { stages, groups, intergreens } = table
  const ownTailS = tailS(groups.find(({ id }) => id === group)!)
  const windows: { fromS: number; toS: number }[] = []
  let startS = 0
  for (const [i, stage] of stages.entries()) {
    const next = stages[(i + 1) % stages.length]!
    const changeS = stageChangeS(table, stage, next)
    if (stage.groups.includes(group)) {
      const reds = intergreens.filter(({ ends, begins }) => ends === group && next.groups.includes(begins))
      const lateS = reds.length === 0 ? 0 : changeS - ownTailS - Math.max(...reds.map(({ redS }) => redS))
      const toS = startS + stage.greenS + (next.groups.includes(group) ? changeS : lateS)
      const last = windows.at(-1)
      if (last && last.toS === startS) last.toS = toS
      else windows.push({ fromS: startS, toS })
    }
    startS += stage.greenS + changeS
  }
  const [first, last] = [windows[0], windows.at(-1)]
  if (first && last && first !== last && first.fromS === 0 && last.toS >= startS) {
    windows.shift()
    last.toS += first.toS
  }
  return windows.map(({ fromS, toS }) => ({ fromMs: Math.round(fromS * 1000), toMs: Math.round(toS * 1000) }))
}
