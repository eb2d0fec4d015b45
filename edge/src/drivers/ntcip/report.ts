import type { JunctionTable, MovementState } from '@clearway/contracts'
import type { ControllerReport, PreemptState } from '../../signal/controller-link.ts'
import type { Display, GroupTiming } from '../../signal/display.ts'
import type { OverlapProgram, Programming } from './programming.ts'
import type { NtcipPlan, Output } from './settings.ts'
import { outputsOf } from './settings.ts'
import { type Aspect, movementStates, type Status } from './status.ts'

/** Since when each group shows what it shows, as far as the polls have seen it. */
export class Seen {
  readonly table: JunctionTable
  readonly #since = new Map<string, { aspect: Aspect; sinceMs: number }>()
  states: Record<string, MovementState> = {}

  constructor(table: JunctionTable) {
    this.table = table
  }

  see(aspects: Status['aspects'], nowMs: number): void {
    for (const [id, aspect] of aspects) {
      if (this.#since.get(id)?.aspect !== aspect) this.#since.set(id, { aspect, sinceMs: nowMs })
    }
    this.states = movementStates(aspects, this.table, this.states)
  }

  sinceMs(id: string): number {
    return this.#since.get(id)?.sinceMs ?? 0
  }
}

/** The order in which one state stands for all rows: what is being done, then what is wanted. */
const telling: readonly PreemptState[] = ['other', 'dwell', 'entryStarted', 'exitStarted', 'maxPresence']

/** What the controller says about itself, in the junction's own names. */
export function reportOf(
  status: Status,
  seen: Seen,
  nowMs: number,
  plan: NtcipPlan,
  programming: Programming | undefined,
  refusal: string | undefined,
): ControllerReport {
  seen.see(status.aspects, nowMs)
  const timing = programming ? timingOf(status, seen, nowMs, plan, programming) : {}
  const display: Display = {
    mode: status.mode,
    stage: stageOf(status, seen.table),
    groups: seen.states,
    greenFlash: [],
    minEndMs: undefined,
    maxEndMs: undefined,
    timing,
  }
  if (status.taken || refusal !== undefined) {
    const preempt = { state: 'other' as const, approach: undefined, exhausted: [] }
    return { display, preempt, ...(refusal === undefined ? {} : { refusal }) }
  }
  return { display, preempt: preemptOf(status, plan, programming, seen.table) }
}

function preemptOf(
  { preempts }: Status,
  plan: NtcipPlan,
  programming: Programming | undefined,
  table: JunctionTable,
): ControllerReport['preempt'] {
  const rows = Object.entries(plan.preempts)
  const stateOf = (row: number) => preempts.get(row)?.state
  const state = telling.find((each) => rows.some(([, row]) => stateOf(row) === each))
  const exhausted = rows.flatMap(([approach, row]) => (stateOf(row) === 'maxPresence' ? [approach] : []))
  const acting = state === 'dwell' || state === 'entryStarted' || state === 'exitStarted'
  const [approach, row] = (acting && rows.find(([, number]) => stateOf(number) === state)) || [undefined, undefined]
  const waits = rows.some(([, number]) => stateOf(number) === 'notActiveWithCall')
  const dwell = row === undefined ? [] : (programming?.dwell.get(row) ?? [])
  const served = (output: Output) => 'phase' in output && dwell.includes(output.phase)
  const together = table.approaches
    .filter(({ id }) => approach !== undefined && id !== approach && outputsOf(plan, table, id).every(served))
    .map(({ id }) => id)
  return {
    state: state ?? (waits ? 'notActiveWithCall' : 'notActive'),
    approach,
    ...(together.length > 0 ? { together } : {}),
    // No object tells a flashing green from a steady one: in entry it may be about to end.
    keepsGreen: table.groups.every(({ greenFlashS }) => greenFlashS === 0),
    exhausted,
  }
}

/** With rings the phases that are on, `2+6`; otherwise the one stage that holds every group that is moving. */
function stageOf({ mode, on, aspects }: Status, table: JunctionTable): string | undefined {
  if (mode !== 'coordinated' && mode !== 'recovering') return undefined
  if (on.length === 0) return undefined
  // The steady yellow after flash is on in every phase and no stage.
  if (table.rings) return on.length > table.rings.rings.length ? undefined : on.join('+')
  const moving = table.groups.filter(({ id }) => aspects.get(id) === 'green' || aspects.get(id) === 'yellow')
  const stages = table.stages.filter(({ groups }) => moving.every(({ id }) => groups.includes(id)))
  return stages.length === 1 ? stages[0]?.id : undefined
}

/**
 * Ends as far as the phase's own times and the polls tell: a yellow and a pedestrian clearance exactly, a green and a
 * walk not before their minimum. In a ring that no longer times its minimum green, any moment.
 */
function timingOf(
  { aspects, inMinimum }: Status,
  seen: Seen,
  nowMs: number,
  plan: NtcipPlan,
  { phases, overlaps }: Programming,
): Record<string, GroupTiming> {
  const timing: Record<string, GroupTiming> = {}
  for (const [id, output] of Object.entries(plan.groups)) {
    const aspect = aspects.get(id)
    if (aspect !== 'green' && aspect !== 'yellow') continue
    const after = (spanS: number) => Math.max(nowMs, seen.sinceMs(id) + spanS * 1000)
    if ('overlap' in output) {
      // Its green may end with any of its phases.
      const yellowsS = overlapYellowsS(overlaps.get(output.overlap), phases)
      if (aspect === 'green') timing[id] = { minEndMs: nowMs }
      else if (yellowsS.length > 0) {
        timing[id] = { minEndMs: after(Math.min(...yellowsS)), maxEndMs: after(Math.max(...yellowsS)) }
      }
      continue
    }
    const walks = 'ped' in output
    const phase = phases.get(walks ? output.ped : output.phase)
    if (!phase) continue
    if (aspect === 'yellow') {
      const endMs = after(walks ? phase.pedestrianClearS : phase.yellowS)
      timing[id] = { minEndMs: endMs, maxEndMs: endMs, likelyEndMs: endMs }
    } else if (walks) timing[id] = { minEndMs: after(phase.walkS) }
    else {
      const over = inMinimum !== undefined && !inMinimum.has(phase.ring)
      timing[id] = { minEndMs: over ? nowMs : after(phase.minimumGreenS) }
    }
  }
  return timing
}

/** The yellows that an overlap may end with: of its phases and, where its green may be extended, its own. */
function overlapYellowsS(overlap: OverlapProgram | undefined, phases: Programming['phases']): number[] {
  const own = overlap && overlap.trailGreenS > 0 ? [overlap.trailYellowS] : []
  return [...own, ...(overlap?.phases ?? []).flatMap((number) => phases.get(number)?.yellowS ?? [])]
}
