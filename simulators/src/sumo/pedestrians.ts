import {
  type Approach,
  groupTowards,
  type JunctionTable,
  type SignalGroup,
  type Stage,
  stageChangeS,
} from '@clearway/contracts'
import type { SumoPlan } from '@clearway/routing'

/** People on foot at the signals of a network that has none: how long they are shown walk, and how fast the last one is. */
export interface PedestrianModel {
  walkS: number
  speedMps: number
}

/** What the model made of a network. */
export interface PedestrianReport {
  junctions: number
  /** Arms with a walk, of so many. */
  crossings: number
  arms: number
  /** Stages beside whose traffic people could walk if walk and clearance fitted into them. */
  tooShort: number
}

export const nobodyWalks: PedestrianReport = { junctions: 0, crossings: 0, arms: 0, tooShort: 0 }

export const sumOf = (reports: readonly PedestrianReport[]): PedestrianReport =>
  reports.reduce(
    (sum, one) => ({
      junctions: sum.junctions + one.junctions,
      crossings: sum.crossings + one.crossings,
      arms: sum.arms + one.arms,
      tooShort: sum.tooShort + one.tooShort,
    }),
    nobodyWalks,
  )

/** A movement that turns less than this goes straight on, degrees. */
const STRAIGHT_DEG = 45
/** An exit within this of the bearing of an arm lies on it, degrees. */
const ARM_DEG = 45

const turnDeg = (from: number, to: number): number => ((to - from + 540) % 360) - 180

/** The exits beside an approach, on its arm. */
const exitsOn = ({ exits }: JunctionTable, { bearingDeg }: Approach) =>
  exits.filter((exit) => Math.abs(Math.abs(turnDeg(bearingDeg, exit.bearingDeg)) - 180) <= ARM_DEG)

/** Width of the road on an arm, all lanes in and out of it, metres. */
function roadWidthM(table: JunctionTable, arm: Approach, { edges, signals }: SumoPlan): number {
  const out = exitsOn(table, arm).map(({ id }) => id)
  const links = signals.get(table.id)?.links ?? []
  const road = new Set(
    links.flatMap(({ approach, fromEdge, toEdge, exit }) => [
      ...(approach === arm.id ? [fromEdge] : []),
      ...(exit !== undefined && out.includes(exit) ? [toEdge] : []),
    ]),
  )
  return [...road].flatMap((edge) => edges.get(edge)?.lanes ?? []).reduce((sum, { widthM }) => sum + widthM, 0)
}

/**
 * The groups whose traffic people on the crossing of an arm must not meet: it comes over the arm, goes straight out into
 * it, or turns left into it without having to wait for anybody. Right turns, and left turns through opposing traffic, give
 * way to them.
 */
function againstWalkers(table: JunctionTable, arm: Approach): ReadonlySet<string> {
  const out = exitsOn(table, arm).map(({ id }) => id)
  const bearing = (exit: string) => table.exits.find(({ id }) => id === exit)!.bearingDeg
  const ways = table.approaches.flatMap((from) =>
    from.exits.map((exit) => ({
      from,
      exit,
      deg: turnDeg(from.bearingDeg, bearing(exit)),
      group: groupTowards(from, exit),
    })),
  )
  const isOpposed = (from: Approach, { groups }: Stage) =>
    ways.some(
      (other) =>
        groups.includes(other.group) &&
        Math.abs(other.deg) <= STRAIGHT_DEG &&
        Math.abs(Math.abs(turnDeg(from.bearingDeg, other.from.bearingDeg)) - 180) <= ARM_DEG,
    )
  const meets = ways.filter(({ from, exit, deg, group }) => {
    if (deg > STRAIGHT_DEG) return false
    if (from.id === arm.id) return true
    if (!out.includes(exit)) return false
    return deg >= -STRAIGHT_DEG || table.stages.some((stage) => stage.groups.includes(group) && !isOpposed(from, stage))
  })
  return new Set(meets.map(({ group }) => group))
}

const walkersOf = (arm: Approach): string => `walk-${arm.id}`

/**
 * A table whose stages also let people walk, over every arm that no traffic of the stage drives over: walk for as long as
 * the common green, then a clearance of the road's width at their speed. The plan of the vehicles stays as it is: cycle,
 * offset, and every green from its first to its last second, since those who are clear sooner than the people beside them
 * stay green meanwhile. Where walk and clearance do not fit into a stage, nobody walks in it. A pre-emption ends a walk
 * only after its `walkS`, and never a clearance.
 *
 * A table that has people on foot already stays as it is.
 */
export function withPedestrians(
  table: JunctionTable,
  { walkS, speedMps }: PedestrianModel,
  plan: SumoPlan,
): { table: JunctionTable; report: PedestrianReport } {
  if (table.groups.some(({ kind }) => kind === 'pedestrian')) return { table, report: nobodyWalks }
  const arms = table.approaches.map((arm) => ({
    id: walkersOf(arm),
    arm,
    against: againstWalkers(table, arm),
    clearanceS: Math.max(1, Math.ceil(roadWidthM(table, arm, plan) / speedMps - 1e-9)),
  }))
  const walks = table.stages.map(({ groups }) =>
    arms.filter(({ against }) => !groups.some((group) => against.has(group))).map(({ id }) => id),
  )
  const walkers = arms.map(
    ({ id, arm, clearanceS }): SignalGroup => ({
      ...{ id, kind: 'pedestrian', approach: arm.id, minGreenS: walkS, greenFlashS: 0, yellowS: 0, clearanceS },
    }),
  )
  const intergreens = arms.flatMap(({ id, against }) =>
    [...against].flatMap((group) => [
      { ends: group, begins: id, redS: longestRedS(table, group) },
      { ends: id, begins: group, redS: 0 },
    ]),
  )
  const walked = {
    ...table,
    groups: [...table.groups, ...walkers],
    intergreens: [...table.intergreens, ...intergreens],
  }
  let tooShort = 0
  for (;;) {
    const timed = timedStages(walked, table, walks)
    const short = timed.findIndex((stage) => stage.greenS < leastGreenS(walked, stage))
    const report = { junctions: 1, arms: arms.length, tooShort, crossings: new Set(walks.flat()).size }
    if (short < 0 || walks.flat().length === 0) return { table: finished(walked, timed, walkS), report }
    // One without walkers has given time to those who begin after it.
    const from = walks[short]!.length > 0 ? short : (short + 1) % walks.length
    walks[from] = withoutSlowest(walks[from]!, walks[(from + 1) % walks.length]!, walkers)
    tooShort++
  }
}

const longestRedS = ({ intergreens }: JunctionTable, group: string): number =>
  Math.max(0, ...intergreens.filter(({ ends }) => ends === group).map(({ redS }) => redS))

/** The common greens that leave every vehicle green as long as it was. */
function timedStages(walked: JunctionTable, table: JunctionTable, walks: readonly string[][]): Stage[] {
  const stages = table.stages.map((stage, i) => ({ ...stage, groups: [...stage.groups, ...walks[i]!] }))
  return stages.map((stage, i) => {
    const next = (i + 1) % stages.length
    const longerS =
      stageChangeS(walked, stage, stages[next]!) - stageChangeS(table, table.stages[i]!, table.stages[next]!)
    return { ...stage, greenS: stage.greenS - longerS }
  })
}

const leastGreenS = ({ groups }: JunctionTable, stage: Stage): number =>
  Math.max(...groups.filter(({ id }) => stage.groups.includes(id)).map(({ minGreenS }) => minGreenS))

/** Without those whose clearance is the longest; those that end with the stage first. */
function withoutSlowest(walk: readonly string[], after: readonly string[], walkers: readonly SignalGroup[]): string[] {
  const clearanceS = (id: string) => walkers.find((group) => group.id === id)!.clearanceS
  const ending = walk.filter((id) => !after.includes(id))
  const slowest = (ending.length > 0 ? ending : walk).toSorted((a, b) => clearanceS(b) - clearanceS(a))[0]
  return walk.filter((id) => id !== slowest)
}

/** Without the arms over which nobody walks. */
function finished(walked: JunctionTable, stages: readonly Stage[], walkS: number): JunctionTable {
  const shown = new Set(stages.flatMap(({ groups }) => groups))
  const isKept = (id: string) =>
    shown.has(id) || walked.groups.some((group) => group.id === id && group.kind === 'vehicle')
  return {
    ...walked,
    groups: walked.groups.filter(({ id }) => isKept(id)),
    intergreens: walked.intergreens.filter(({ ends, begins }) => isKept(ends) && isKept(begins)),
    stages: [...stages],
    preempt: { ...walked.preempt, minWalkS: walkS },
  }
}
