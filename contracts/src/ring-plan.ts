import type { JunctionTable, Phase, RingPlan, Stage } from './junction.ts'
import { stageChangeS, tailS } from './stage-change.ts'

/** Where a phase lies in the cycle when every phase runs for its split. Seconds from the start of the cycle. */
export interface PhaseWindow {
  phase: Phase
  ring: number
  barrier: number
  startS: number
  /** Its green, yellow and red clearance are over. */
  endS: number
}

const exact = (durationS: number): number => Math.round(durationS * 1000) / 1000

/** Every phase that is in a ring, ring by ring. A barrier is crossed when the longest ring before it is through. */
export function phaseWindows({ phases, rings }: RingPlan): PhaseWindow[] {
  const splitOf = (number: number) => phases.find((phase) => phase.number === number)?.splitS ?? 0
  const lengthsS = (rings[0] ?? []).map((_, barrier) =>
    Math.max(...rings.map((ring) => (ring[barrier] ?? []).reduce((sum, number) => sum + splitOf(number), 0))),
  )
  return rings.flatMap((ring, place) =>
    ring.flatMap((numbers, barrier) => {
      let startS = lengthsS.slice(0, barrier).reduce((sum, lengthS) => sum + lengthS, 0)
      return numbers.flatMap((number): PhaseWindow[] => {
        const phase = phases.find((other) => other.number === number)
        if (!phase) return []
        const window = { phase, ring: place, barrier, startS, endS: exact(startS + phase.splitS) }
        startS = window.endS
        return [window]
      })
    }),
  )
}

/** The signal groups that are green with a phase: its own and those of the overlaps that include it. */
export const groupsWith = ({ overlaps }: RingPlan, { number, groups }: Phase): string[] => [
  ...new Set([...groups, ...overlaps.filter(({ phases }) => phases.includes(number)).map(({ group }) => group)]),
]

/** A table in which only what rings need is looked at. */
type RingTable = Pick<JunctionTable, 'groups'> & { rings: RingPlan }

/** From the end of a phase's green to the green of the next: its flash, yellow and red clearance, or its overlaps'. */
export function phaseChangeS({ groups, rings }: RingTable, phase: Phase): number {
  const changeS = (ids: readonly string[], redS: number) =>
    groups.filter(({ id, kind }) => ids.includes(id) && kind === 'vehicle').map((group) => tailS(group) + redS)
  const overlaps = rings.overlaps.filter(({ phases }) => phases.includes(phase.number))
  const trailing = overlaps.flatMap((overlap) => changeS([overlap.group], overlap.redS))
  return exact(Math.max(0, ...changeS(phase.groups, phase.redS), ...trailing))
}

/** The shortest split that serves a phase with its walkers: every interval once, at its minimum. */
export function minimumSplitS(table: RingTable, phase: Phase): number {
  const greensS = table.groups
    .filter(({ id }) => phase.groups.includes(id))
    .map(({ minGreenS, clearanceS }) => minGreenS + clearanceS)
  return exact(Math.max(0, ...greensS) + phaseChangeS(table, phase))
}

type Pair = Stage & { lengthS: number }

/**
 * The stages of a ring-and-barrier table: the phases green together through one cycle of full splits, `2+6`, so that
 * planners and pages may read it as a stage plan. Where a pair would be green for less than a second, or for less than
 * a minimum of its groups, walkers who have been green before it clear in it; if that is not enough it is skipped and its
 * time goes to the next.
 */
export function nominalStages(table: Omit<JunctionTable, 'stages'> & { rings: RingPlan }): Stage[] {
  const windows = phaseWindows(table.rings)
  const starts = [...new Set(windows.map(({ startS }) => startS))].sort((a, b) => a - b)
  const cycleS = Math.max(...windows.map(({ endS }) => endS))
  let pairs = starts.map((startS, index): Pair => {
    const phases = windows.filter((window) => window.startS <= startS && startS < window.endS).map(({ phase }) => phase)
    return {
      id: phases.map(({ number }) => number).join('+'),
      groups: [...new Set(phases.flatMap((phase) => groupsWith(table.rings, phase)))],
      greenS: 0,
      lengthS: exact((starts[index + 1] ?? cycleS) - startS),
    }
  })
  const whole = { ...table, stages: [] }
  const lackS = ({ groups, greenS }: Stage) =>
    Math.max(1, ...table.groups.filter(({ id }) => groups.includes(id)).map(({ minGreenS }) => minGreenS)) - greenS
  const walkers = new Set(table.groups.filter(({ kind }) => kind === 'pedestrian').map(({ id }) => id))
  const walkOn = (pair: Pair) =>
    pair.groups.filter((id) => walkers.has(id) && pairs.at(pairs.indexOf(pair) - 1)?.groups.includes(id))
  const spare = ({ groups }: Stage): boolean =>
    pairs.length > 2 && groups.every((id) => pairs.filter((pair) => pair.groups.includes(id)).length > 1)
  for (;;) {
    pairs.forEach((pair, index) => {
      pair.greenS = exact(pair.lengthS - stageChangeS(whole, pair, pairs[(index + 1) % pairs.length] as Stage))
    })
    const [short] = pairs
      .filter((pair) => lackS(pair) > 0 && (walkOn(pair).length > 0 || spare(pair)))
      .sort((a, b) => lackS(b) - lackS(a))
    if (!short) break
    const walking = walkOn(short)
    if (walking.length > 0) short.groups = short.groups.filter((id) => !walking.includes(id))
    else {
      const next = pairs[(pairs.indexOf(short) + 1) % pairs.length] as Pair
      next.lengthS = exact(next.lengthS + short.lengthS)
      pairs = pairs.filter((pair) => pair !== short)
    }
  }
  return pairs.map(({ id, groups, greenS }) => ({ id, groups, greenS }))
}
