import type { JunctionTable, SignalGroup, Stage } from '@clearway/contracts'
import { cycleOf, stageChangeS } from '@clearway/contracts/stage-change'
import { METRES_PER_DEGREE } from '../network/geodesy.ts'
import { roadClasses } from '../network/road-network.ts'
import { areOpposite, crossesWalkers, intergreensOf, offOpposite, pedestrianGroup, vehicleGroup } from './conflicts.ts'
import { pedestrianClearanceS, yellowS } from './intervals.ts'
import type { ApproachGeometry, CrossingGeometry, JunctionGeometry } from './junction-geometry.ts'

/** Nominal flow by road class, vehicles per hour and lane: OpenStreetMap has no counts. */
const nominalFlow: Record<(typeof roadClasses)[number], number> = {
  motorway: 700,
  trunk: 600,
  primary: 450,
  secondary: 350,
  tertiary: 250,
  unclassified: 150,
  residential: 100,
  living_street: 50,
  service: 50,
}
/** Vehicles per hour and lane that pass a stop line while the queue lasts. */
const SATURATION_FLOW = 1800
/** Beyond this load Webster's cycle grows without bound. */
const HIGHEST_LOAD = 0.9
const SHORTEST_CYCLE_S = 40
/** Longer only where minimum greens and clearances need more. */
const LONGEST_CYCLE_S = 120
const WALK_S = 5
const MAIN_ROAD_MIN_GREEN_S = 7
const SIDE_ROAD_MIN_GREEN_S = 5
/** Speed of the green wave that offsets follow, m/s. */
const PROGRESSION_MPS = 13.9
const preempt: JunctionTable['preempt'] = { minGreenS: 5, minDwellS: 5, maxPresenceS: 120 }

/**
 * A timing table made from geometry alone, by the formulas of docs/green-channel.md. Signal timings are not in
 * OpenStreetMap: the table is labelled `synthetic` and is no survey of the real controller.
 *
 * Opposite approaches run together, every other one has its own stage. A pedestrian group runs in the busiest stage
 * without traffic over its crossing, or in a stage for people alone. Cycle by Webster, C = (1.5 L + 5) / (1 − Y).
 *
 * @param geometry at least two movements that conflict
 */
export function syntheticTiming(geometry: JunctionGeometry, district: string): JunctionTable {
  const vehicleStages = approachStages(geometry.approaches)
  const together = (a: ApproachGeometry, b: ApproachGeometry) =>
    vehicleStages.some((stage) => stage.includes(a) && stage.includes(b))
  const drafts = draftStages(geometry, vehicleStages)
  const { id, name, position } = geometry
  const untimed: JunctionTable = {
    id,
    district,
    name,
    position,
    provenance: 'synthetic',
    approaches: geometry.approaches.map(({ roadClass: _, ...approach }) => ({
      ...approach,
      exits: [...approach.exits],
      group: vehicleGroup(approach.id),
    })),
    exits: [...geometry.exits],
    groups: signalGroups(geometry),
    intergreens: intergreensOf(geometry, together),
    stages: drafts.map(({ groups }, i) => ({ id: `s${i + 1}`, groups, greenS: 0 })),
    cycleS: 0,
    offsetS: 0,
    preempt,
  }
  const timed = { ...untimed, stages: timedStages(untimed, drafts) }
  const cycleS = cycleOf(timed)
  return { ...timed, cycleS, offsetS: progressionOffsetS(geometry, cycleS) }
}

/** Pairs of opposite approaches, the straightest first; the rest alone. In the order of the approaches. */
function approachStages(approaches: readonly ApproachGeometry[]): ApproachGeometry[][] {
  const pairs = approaches
    .flatMap((a, i) => approaches.slice(i + 1).map((b) => [a, b] as const))
    .filter(([a, b]) => areOpposite(a, b))
    .sort((p, q) => offOpposite(...p) - offOpposite(...q))
  const partner = new Map<ApproachGeometry, ApproachGeometry>()
  for (const [a, b] of pairs) {
    if (partner.has(a) || partner.has(b)) continue
    partner.set(a, b)
    partner.set(b, a)
  }
  const stages: ApproachGeometry[][] = []
  for (const approach of approaches) {
    if (stages.some((stage) => stage.includes(approach))) continue
    const opposite = partner.get(approach)
    stages.push(opposite ? [approach, opposite] : [approach])
  }
  return stages
}

function signalGroups({ approaches, crossings }: JunctionGeometry): SignalGroup[] {
  const mainRoad = roadClasses.indexOf('tertiary')
  const vehicles = approaches.map(
    (approach): SignalGroup => ({
      id: vehicleGroup(approach.id),
      kind: 'vehicle',
      approach: approach.id,
      minGreenS: approach.roadClass <= mainRoad ? MAIN_ROAD_MIN_GREEN_S : SIDE_ROAD_MIN_GREEN_S,
      greenFlashS: 0,
      yellowS: yellowS(approach.speedMps),
      clearanceS: 0,
    }),
  )
  const walkers = crossings.map(
    ({ approach, widthM }): SignalGroup => ({
      id: pedestrianGroup(approach),
      kind: 'pedestrian',
      approach,
      minGreenS: WALK_S,
      greenFlashS: 0,
      yellowS: 0,
      clearanceS: pedestrianClearanceS(widthM),
    }),
  )
  return [...vehicles, ...walkers]
}

interface DraftStage {
  groups: string[]
  /** Flow over saturation flow of its busiest lane. */
  load: number
}

function draftStages(geometry: JunctionGeometry, vehicleStages: readonly ApproachGeometry[][]): DraftStage[] {
  const load = (stage: readonly ApproachGeometry[]) =>
    Math.max(...stage.map(({ roadClass }) => nominalFlow[roadClasses[roadClass]!] / SATURATION_FLOW))
  const drafts = vehicleStages.map((stage) => ({
    stage,
    groups: stage.map(({ id }) => vehicleGroup(id)),
    load: load(stage),
  }))
  const alone: CrossingGeometry[] = []
  for (const crossing of geometry.crossings) {
    const busiest = drafts
      .filter(({ stage }) => !stage.some((approach) => crossesWalkers(geometry, approach, crossing)))
      .toSorted((a, b) => b.load - a.load)[0]
    if (busiest) busiest.groups.push(pedestrianGroup(crossing.approach))
    else alone.push(crossing)
  }
  const stages: DraftStage[] = drafts.map(({ groups, load }) => ({ groups, load }))
  if (alone.length > 0) stages.push({ groups: alone.map(({ approach }) => pedestrianGroup(approach)), load: 0 })
  return stages
}

/**
 * Webster's cycle, shared out by load, never below a minimum; the last odd half second goes to the first stage. A
 * vehicle group that is clear sooner than the walkers beside it stays green for the difference: that time is not lost to
 * it, and comes off the green its stage is given.
 */
function timedStages(table: JunctionTable, drafts: readonly DraftStage[]): Stage[] {
  const walkers = new Set(table.groups.filter(({ kind }) => kind === 'pedestrian').map(({ id }) => id))
  const vehicleEnds = { ...table, intergreens: table.intergreens.filter(({ ends }) => !walkers.has(ends)) }
  const parts = table.stages.map((stage, i) => {
    const next = table.stages[(i + 1) % table.stages.length]!
    const minimumS = Math.max(
      ...table.groups.filter(({ id }) => stage.groups.includes(id)).map(({ minGreenS }) => minGreenS),
    )
    const changeS = stageChangeS(table, stage, next)
    const { load } = drafts[i]!
    const lostS = load > 0 ? stageChangeS(vehicleEnds, stage, next) : minimumS + changeS
    return { stage, load, minimumS, lostS, lateS: load > 0 ? changeS - lostS : 0 }
  })
  const sum = (part: (one: (typeof parts)[0]) => number) => parts.reduce((total, one) => total + part(one), 0)
  const lostS = sum((one) => one.lostS)
  const totalLoad = sum(({ load }) => load)
  const websterS = (1.5 * lostS + 5) / (1 - Math.min(HIGHEST_LOAD, totalLoad))
  const greenS = Math.min(LONGEST_CYCLE_S, Math.max(SHORTEST_CYCLE_S, websterS)) - lostS
  const stages = parts.map(({ stage, load, minimumS, lateS }): Stage => {
    const shareS = (greenS * load) / totalLoad - lateS
    return { ...stage, greenS: Math.max(minimumS, Math.floor(shareS)) }
  })
  const cycleS = cycleOf({ ...table, stages })
  stages[0]!.greenS += Math.max(SHORTEST_CYCLE_S, Math.ceil(cycleS)) - cycleS
  return stages
}

/** A green wave towards the north-east at the progression speed; coarse, but steady from import to import. */
function progressionOffsetS({ position }: JunctionGeometry, cycleS: number): number {
  const eastM = position.lon * METRES_PER_DEGREE * Math.cos((position.lat * Math.PI) / 180)
  const northM = position.lat * METRES_PER_DEGREE
  return Math.round((eastM + northM) / Math.SQRT2 / PROGRESSION_MPS) % Math.floor(cycleS)
}
