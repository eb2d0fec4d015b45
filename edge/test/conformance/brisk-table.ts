import { cycleOf, type JunctionTable } from '@clearway/contracts'
import { crossing } from '../fixtures.ts'

/** The crossing with intervals as short as a table may have them: what takes minutes there takes seconds here. */
export function brisk(maxPresenceS = 40): JunctionTable {
  const table = crossing()
  const brisker: JunctionTable = {
    ...table,
    id: 'j-brisk',
    groups: table.groups.map((group) =>
      group.kind === 'vehicle' ? { ...group, minGreenS: 2, greenFlashS: 1 } : { ...group, minGreenS: 2, clearanceS: 2 },
    ),
    intergreens: table.intergreens.map((intergreen) => ({ ...intergreen, redS: 1 })),
    stages: table.stages.map((stage) => ({ ...stage, greenS: 6 })),
    preempt: { minGreenS: 1, minDwellS: 2, maxPresenceS },
    offsetS: 3,
  }
  return { ...brisker, cycleS: cycleOf(brisker) }
}
