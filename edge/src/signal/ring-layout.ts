import {
  groupsWith,
  inConflict,
  type JunctionTable,
  minimumSplitS,
  type Phase,
  phaseChangeS,
  type RingPlan,
  type SignalGroup,
} from '@clearway/contracts'
import { toMs } from './signal-heads.ts'

/** One phase as the ring program runs it. Milliseconds. */
export interface RingPhase {
  readonly number: number
  readonly ring: number
  /** The side it is on: between this barrier and the next. */
  readonly barrier: number
  /** Its place in the sequence of its ring on that side. */
  readonly index: number
  /** Its vehicle signal group. */
  readonly drive: string
  /** Pedestrian groups that walk with it when called. */
  readonly walks: readonly string[]
  /** Overlaps that are green with it. */
  readonly overlaps: readonly string[]
  /** Gets what the others leave over. */
  readonly coordinated: boolean
  readonly splitMs: number
  readonly minimumSplitMs: number
  readonly minGreenMs: number
  readonly maxGreenMs: number
  /** From the end of its green to the green of the next phase: flash, yellow, red clearance, or its overlaps'. */
  readonly changeMs: number
  readonly redMs: number
}

export interface RingLayout {
  readonly phases: readonly RingPhase[]
  /** Ring → barrier → phases in their sequence. */
  readonly rings: readonly (readonly (readonly RingPhase[])[])[]
  readonly barriers: number
  readonly offsetMs: number
  /** Whether the two may be green together with everything that is green with them. */
  compatible(a: RingPhase, b: RingPhase): boolean
}

/** Makes a sound table ready to run. @param table with `rings`, checked at construction of the controller */
export function ringLayout(table: JunctionTable): RingLayout {
  const plan = table.rings as RingPlan
  const rings = plan.rings.map((sides, ring) =>
    sides.map((numbers, barrier) => numbers.map((number, index) => phaseOf(table, { number, ring, barrier, index }))),
  )
  const phases = rings.flat(2)
  const conflicting = new Set<string>()
  for (const a of phases) {
    for (const b of phases) {
      if (all(a).some((one) => all(b).some((other) => inConflict(table, one, other)))) {
        conflicting.add(`${a.number}/${b.number}`)
      }
    }
  }
  return {
    phases,
    rings,
    barriers: rings[0]?.length ?? 0,
    offsetMs: toMs(table.offsetS),
    compatible: (a, b) => !conflicting.has(`${a.number}/${b.number}`),
  }
}

const all = ({ drive, walks, overlaps }: RingPhase): string[] => [drive, ...walks, ...overlaps]

function phaseOf(table: JunctionTable, place: Pick<RingPhase, 'number' | 'ring' | 'barrier' | 'index'>): RingPhase {
  const plan = { ...table, rings: table.rings as RingPlan }
  const phase = plan.rings.phases.find(({ number }) => number === place.number) as Phase
  const own = table.groups.filter(({ id }) => phase.groups.includes(id))
  const drive = own.find(({ kind }) => kind === 'vehicle') as SignalGroup
  const changeMs = toMs(phaseChangeS(plan, phase))
  const splitMs = toMs(phase.splitS)
  return {
    ...place,
    drive: drive.id,
    walks: own.filter(({ kind }) => kind === 'pedestrian').map(({ id }) => id),
    overlaps: groupsWith(plan.rings, phase).filter((id) => !phase.groups.includes(id)),
    coordinated: phase.coordinated === true,
    splitMs,
    minimumSplitMs: toMs(minimumSplitS(plan, phase)),
    minGreenMs: toMs(drive.minGreenS),
    // Where no maximum is given the split is one.
    maxGreenMs: drive.maxGreenS === undefined ? splitMs - changeMs : toMs(drive.maxGreenS),
    changeMs,
    redMs: toMs(phase.redS),
  }
}
