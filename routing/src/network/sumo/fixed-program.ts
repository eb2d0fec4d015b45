import type { Intergreen, JunctionTable, SignalGroup, Stage } from '@clearway/contracts'
import { cycleOf, stageChangeS, tailS } from '@clearway/contracts/stage-change'

/** A signal group of a fixed-time program. */
export interface ProgramGroup {
  id: string
  approach: string
  /** One letter for each phase: `G` green, `y` yellow, `r` red. */
  shown: string
}

/** The parts of a timing table that a program decides. */
export type ProgramTable = Pick<JunctionTable, 'groups' | 'intergreens' | 'stages' | 'cycleS' | 'offsetS' | 'preempt'>

const MIN_GREEN_S = 5
/** Of a group that never turns red. */
const UNUSED_YELLOW_S = 3
/** A stage so short in which nothing begins is the all-red of those that ended. */
const LONGEST_CLEARANCE_S = 5
const LONGEST_ALL_RED_S = 20
const preempt = { minDwellS: 5, maxPresenceS: 120 }

/**
 * Writes a fixed-time program as stages and intergreens. Every green begins and ends as in the program, but that a group
 * yellow between two greens stays green, and that a stage after which nothing has to wait begins with the yellow before it.
 *
 * @param durationsS of the phases
 * @param offsetS the first phase begins so long after each multiple of the cycle
 * @returns why the program cannot be written so, else the table
 */
export function programTable(
  groups: readonly ProgramGroup[],
  durationsS: readonly number[],
  offsetS: number,
): ProgramTable | string {
  const shown = groups.map((group) => ({ ...group, shown: withoutInnerYellow(group.shown) }))
  const cycleS = durationsS.reduce((sum, s) => sum + s, 0)
  const yellow = shown.map((group) => yellowOf(group.shown, durationsS))
  const fault = yellow.find((one) => typeof one === 'string')
  if (fault !== undefined) return fault as string
  const phases = stagePhases(shown, durationsS)
  if (phases.length < 2) return 'it has fewer than two stages'
  const signalGroups = shown.map(
    ({ id, approach }, i): SignalGroup => ({
      ...{ id, approach, kind: 'vehicle', minGreenS: 1, greenFlashS: 0, yellowS: yellow[i] as number, clearanceS: 0 },
    }),
  )
  const intergreens = intergreensOf(shown, signalGroups, durationsS, phases)
  const stages = phases.map(
    ({ greens }, i): Stage => ({ id: `s${i + 1}`, groups: greens.map((group) => shown[group]!.id), greenS: 1 }),
  )
  const untimed = { groups: signalGroups, intergreens, stages } as JunctionTable
  let firstStartS = phases[0]!.startS
  phases.forEach((phase, i) => {
    const before = (i + phases.length - 1) % phases.length
    const changeS = (phase.startS - phases[before]!.endS + cycleS) % cycleS
    const earlierS = changeS - stageChangeS(untimed, stages[before]!, stages[i]!)
    stages[i]!.greenS = phase.endS - phase.startS + earlierS
    if (i === 0) firstStartS -= earlierS
  })
  for (const group of signalGroups) {
    const ofStages = stages.filter((stage) => stage.groups.includes(group.id)).map(({ greenS }) => greenS)
    group.minGreenS = Math.min(MIN_GREEN_S, ...ofStages)
  }
  const faults = [
    [signalGroups.some(({ minGreenS }) => minGreenS < 1), 'a green is shorter than a second'],
    [stages.some(({ greenS }) => greenS > 180), 'a stage is longer than three minutes'],
    [intergreens.some(({ redS }) => redS > LONGEST_ALL_RED_S), 'nothing is green for more than 20 s'],
    [cycleS < 20 || cycleS > 300, `its cycle of ${cycleS} s is not between 20 and 300 s`],
    [Math.abs(cycleOf({ ...untimed, stages }) - cycleS) > 1e-6, 'its changes of stage do not add up'],
  ] as const
  const found = faults.find(([isSo]) => isSo)
  if (found) return found[1]
  return {
    groups: signalGroups,
    intergreens,
    stages,
    cycleS,
    offsetS: (((offsetS + firstStartS) % cycleS) + cycleS) % cycleS,
    preempt: { ...preempt, minGreenS: Math.min(...signalGroups.map(({ minGreenS }) => minGreenS)) },
  }
}

/** Yellow that goes back to green becomes green. */
function withoutInnerYellow(shown: string): string {
  const twice = (shown + shown).replace(/(?<=G)y+(?=G)/g, (run) => 'G'.repeat(run.length))
  // The first half sees its end, the second its start.
  return Array.from(shown, (_, i) => (twice[i] === 'G' || twice[i + shown.length] === 'G' ? 'G' : shown[i])).join('')
}

/** Seconds of yellow after every green of a group, or why that is no number. */
function yellowOf(shown: string, durationsS: readonly number[]): number | string {
  if (!shown.includes('G')) return 'a movement is never green'
  if (!/[^G]/.test(shown)) return UNUSED_YELLOW_S
  const ends = runs(shown, 'G').map(({ end }) => end % shown.length)
  const lengths = ends.map((end) => {
    let s = 0
    for (let i = end; shown[i] === 'y'; i = (i + 1) % shown.length) s += durationsS[i]!
    return s
  })
  const [first] = lengths as [number]
  if (lengths.some((s) => s !== first)) return 'a movement has yellows of different length'
  if (first < 3 || first > 6) return `a yellow lasts ${first} s instead of 3 to 6`
  return first
}

/** Runs of a letter on the ring, as phase numbers; `end` is one past the last and may lie beyond the ring. */
function runs(shown: string, letter: string): { start: number; end: number }[] {
  const n = shown.length
  return Array.from({ length: n }, (_, i) => i)
    .filter((i) => shown[i] === letter && shown[(i + n - 1) % n] !== letter)
    .map((start) => {
      let end = start
      while (end - start < n && shown[end % n] === letter) end++
      return { start, end }
    })
}

interface StagePhase {
  /** Numbers of the groups. */
  greens: number[]
  startS: number
  endS: number
}

/** The phases in which nothing changes, neighbours alike joined; those that only clear the junction are left out. */
function stagePhases(groups: readonly ProgramGroup[], durationsS: readonly number[]): StagePhase[] {
  let atS = 0
  const steady: StagePhase[] = []
  for (const [phase, lastsS] of durationsS.entries()) {
    const startS = atS
    atS += lastsS
    const greens = [...groups.keys()].filter((group) => groups[group]!.shown[phase] === 'G')
    if (greens.length === 0 || groups.some(({ shown }) => shown[phase] === 'y')) continue
    const last = steady.at(-1)
    if (last && last.endS === startS && same(last.greens, greens)) last.endS = atS
    else steady.push({ greens, startS, endS: atS })
  }
  const [first, last] = [steady[0], steady.at(-1)]
  if (first && last && first !== last && first.startS === 0 && last.endS === atS && same(first.greens, last.greens)) {
    steady.pop()
    first.startS = last.startS - atS
  }
  return steady.filter(({ greens, startS, endS }, i) => {
    const neighbours = [steady[(i + steady.length - 1) % steady.length]!, steady[(i + 1) % steady.length]!]
    const clears = neighbours.every((other) => other.greens.length > greens.length && isWithin(greens, other.greens))
    return !(clears && endS - startS <= LONGEST_CLEARANCE_S)
  })
}

const isWithin = (few: readonly number[], many: readonly number[]): boolean => few.every((one) => many.includes(one))

const same = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && isWithin(a, b)

/** Groups of different approaches that are never green together conflict, unless one may begin in the other's yellow. */
function intergreensOf(
  groups: readonly ProgramGroup[],
  signalGroups: readonly SignalGroup[],
  durationsS: readonly number[],
  phases: readonly StagePhase[],
): Intergreen[] {
  const areTogether = (a: number, b: number) =>
    durationsS.some((_, phase) => groups[a]!.shown[phase] === 'G' && groups[b]!.shown[phase] === 'G')
  const spareS = (ends: number, begins: number) =>
    gapS(groups[ends]!.shown, groups[begins]!.shown, durationsS) - tailS(signalGroups[ends]!)
  const pairs = [...groups.keys()].flatMap((ends) =>
    [...groups.keys()]
      .filter((begins) => groups[ends]!.approach !== groups[begins]!.approach && !areTogether(ends, begins))
      .filter((begins) => spareS(ends, begins) >= 0 && spareS(begins, ends) >= 0)
      .map((begins) => ({ ends, begins, spareS: spareS(ends, begins) })),
  )
  const follow = (ends: number, begins: number) =>
    phases.some(({ greens }, i) => {
      const next = phases[(i + 1) % phases.length]!.greens
      return greens.includes(ends) && !next.includes(ends) && next.includes(begins) && !greens.includes(begins)
    })
  const direct = pairs.filter(({ ends, begins }) => follow(ends, begins))
  // Pairs that never follow each other clear as long as those that do.
  const usualS = Math.max(0, ...direct.map(({ spareS }) => Math.min(spareS, LONGEST_CLEARANCE_S)))
  return pairs.map(({ ends, begins, spareS }) => ({
    ends: groups[ends]!.id,
    begins: groups[begins]!.id,
    redS: follow(ends, begins) ? spareS : Math.min(spareS, usualS),
  }))
}

/** The shortest time from an end of one green to the next begin of the other, on the ring. */
function gapS(ends: string, begins: string, durationsS: readonly number[]): number {
  const n = durationsS.length
  const starts = new Set(runs(begins, 'G').map(({ start }) => start))
  const gaps = runs(ends, 'G').map(({ end }) => {
    let s = 0
    for (let i = end; !starts.has(i % n) && i < end + n; i++) s += durationsS[i % n]!
    return s
  })
  return Math.min(...gaps)
}
