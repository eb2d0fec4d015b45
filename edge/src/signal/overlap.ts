import type { JunctionTable } from '@clearway/contracts'
import type { Ring } from './ring-sequence.ts'
import { minimumMs, type SignalHeads } from './signal-heads.ts'

/**
 * Groups that are green with any of several phases. From one included phase to the next they stay green; otherwise they
 * end with the phase and run their own yellow and red clearance.
 */
export class Overlaps {
  readonly #overlaps: readonly { group: string; phases: readonly number[] }[]

  constructor(table: JunctionTable) {
    this.#overlaps = table.rings?.overlaps ?? []
  }

  show(rings: readonly Ring[], heads: SignalHeads): void {
    for (const { group, phases } of this.#overlaps) {
      const head = heads.get(group)
      const included = (phase: Ring['now']) => phase !== undefined && phases.includes(phase.number)
      const green = rings.some(({ now, clearing }) => !clearing && included(now))
      const goesOn = rings.some(({ next }) => included(next))
      if (green) heads.begin([head])
      else if (!goesOn) heads.end(head, minimumMs(head))
    }
  }
}
