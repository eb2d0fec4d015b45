import {
  ambulanceId,
  type GreenChannelOutcome,
  type MemoryUse,
  type Mission,
  type OthersDelay,
  type PlannerTimes,
  type Side,
} from '@clearway/simulators'
import { estimate, mean, percentile } from './estimate.ts'
import type { ControllerSpec, Settings } from './run-order.ts'

export interface EvaluatedRun extends GreenChannelOutcome {
  controller: string
  seed: number
}

/**
 * How one controller did, over all seeds. A name with `95` is half the width of the 95 % interval of the one before it,
 * over the seeds: null with a single seed. Where nothing was to be measured the measure is null.
 */
export interface ControllerResult {
  name: string
  /** Of a variant: what its gateway was told. */
  settings?: Settings
  /** Trip time over free-flow time, mean of all trips. */
  ratioMean: number
  ratioMean95: number | null
  ratioWorst: number
  /** Added time loss and departure delay of all others, vehicle seconds for each trip. */
  othersCostVehS: number
  othersCostVehS95: number | null
  /** Share by which the mean delay of the others rises. */
  othersMeanDelayChange: number
  othersMeanDelayChange95: number | null
  othersMeanDelayS: number
  othersMeanDelayS95: number | null
  monitorTrips: number
  seeds: number
  tripMeanS: number
  tripMeanS95: number | null
  /** Against free flow. */
  delayMeanS: number
  delayMeanS95: number | null
  stopsMean: number
  stopsMean95: number | null
  standingMeanS: number
  standingMeanS95: number | null
  /** Trips that did not reach their end. */
  unfinished: number
  /** Others apart: along the ways of the missions, across them, and elsewhere. */
  sides: Record<Side, SideResult>
  /** From the release of a junction until its plan runs in step again. */
  recoveryMeanS: number | null
  recoveryMeanS95: number | null
  recoveryP95S: number | null
  /** How often junctions came back, and how often the run ended before. */
  recoveries: number
  unrecovered: number
  /** Pre-emption green that nobody used, for each trip. */
  wastedGreenS: number
  wastedGreenS95: number | null
  /** Stop lines that ambulances crossed while their signal was yellow, or red. */
  yellowPassings: number
  redPassings: number
  /** What a run took of the machine; memory is the most of all runs. Absent in results that were written before. */
  machine?: MachineResult
}

interface MachineResult {
  /** Of the wall clock, for a second of the simulation. */
  realTimeShare: number
  memory: MemoryUse
  /** Where the controller plans. Quantiles are means over the runs, `mostMs` is of all. */
  planner?: PlannerTimes
}

interface SideResult {
  /** In one run. */
  vehicles: number
  meanDelayS: number | null
  /** Share by which their mean delay rises against no priority. */
  delayChange: number | null
  delayChange95: number | null
}

export interface Measured {
  missions: readonly Mission[]
  /** Of each mission. */
  freeFlowOfMissionsS: readonly number[]
  runs: readonly EvaluatedRun[]
}

/** @param measured has a run of `none` for every seed */
export function resultsOf(controllers: readonly ControllerSpec[], measured: Measured): ControllerResult[] {
  return controllers.map((controller) => resultOf(controller, measured))
}

/** What the trips of a run took, waiting to enter included, beside their free flow, in the order of the missions. */
function tripsOf({ ambulances }: EvaluatedRun, { missions, freeFlowOfMissionsS }: Measured) {
  const byId = new Map(ambulances.map((trip) => [trip.id, trip]))
  return missions.flatMap((mission, i) => {
    const trip = byId.get(ambulanceId(mission))
    const freeS = freeFlowOfMissionsS[i]!
    return trip ? [{ mission: mission.id, freeS, tookS: trip.durationS + trip.departDelayS }] : []
  })
}

/** Ratios of a run's trips by mission. */
export const ratiosOf = (run: EvaluatedRun, measured: Measured): Map<string, number> =>
  new Map(tripsOf(run, measured).map(({ mission, freeS, tookS }) => [mission, tookS / freeS]))

function resultOf(controller: ControllerSpec, measured: Measured): ControllerResult {
  const { name } = controller
  const { missions } = measured
  const runs = measured.runs.filter((run) => run.controller === name)
  const baseOf = ({ seed }: EvaluatedRun) =>
    measured.runs.find((run) => run.controller === 'none' && run.seed === seed)!
  const overSeeds = (of: (run: EvaluatedRun) => number) => estimate(runs.map(of).filter(Number.isFinite))
  const sum = (of: (run: EvaluatedRun) => number) => runs.reduce((total, run) => total + of(run), 0)
  const meanOfTrips = (of: (trip: EvaluatedRun['ambulances'][0]) => number) => (run: EvaluatedRun) =>
    mean(run.ambulances.map(of))
  const addedVehS = (run: EvaluatedRun) => run.othersDelayVehS - baseOf(run).othersDelayVehS

  const ratios = runs.flatMap((run) => [...ratiosOf(run, measured).values()])
  const ratio = overSeeds((run) => mean([...ratiosOf(run, measured).values()]))
  const cost = overSeeds((run) => addedVehS(run) / missions.length)
  const change = overSeeds((run) => addedVehS(run) / baseOf(run).othersDelayVehS)
  const others = overSeeds((run) => run.othersDelayVehS / run.others)
  const trip = overSeeds((run) => mean(tripsOf(run, measured).map(({ tookS }) => tookS)))
  const delay = overSeeds((run) => mean(tripsOf(run, measured).map(({ tookS, freeS }) => tookS - freeS)))
  const stops = overSeeds(meanOfTrips(({ stops }) => stops))
  const standing = overSeeds(meanOfTrips(({ standingS }) => standingS))
  const recovery = overSeeds((run) => mean(recoveriesS(run)))
  const recoveries = runs.flatMap(recoveriesS)
  const wasted = overSeeds(
    ({ absences }) => absences.reduce((s, { wastedGreenS }) => s + wastedGreenS, 0) / missions.length,
  )
  return {
    name,
    ...(controller.kind === 'clearway' && { settings: controller.settings }),
    ...{ ratioMean: mean(ratios), ratioMean95: half(ratio), ratioWorst: Math.max(...ratios) },
    ...{ othersCostVehS: cost.mean, othersCostVehS95: half(cost) },
    ...{ othersMeanDelayChange: change.mean, othersMeanDelayChange95: half(change) },
    ...{ othersMeanDelayS: others.mean, othersMeanDelayS95: half(others) },
    monitorTrips: sum((run) => run.monitorTrips),
    seeds: runs.length,
    ...{ tripMeanS: trip.mean, tripMeanS95: half(trip) },
    ...{ delayMeanS: delay.mean, delayMeanS95: half(delay) },
    ...{ stopsMean: stops.mean, stopsMean95: half(stops) },
    ...{ standingMeanS: standing.mean, standingMeanS95: half(standing) },
    unfinished: sum(({ ambulances }) => missions.length - ambulances.length),
    sides: {
      along: sideResult('along', runs, baseOf),
      across: sideResult('across', runs, baseOf),
      elsewhere: sideResult('elsewhere', runs, baseOf),
    },
    ...{
      recoveryMeanS: known(mean(recoveries)),
      recoveryMeanS95: half(recovery),
      recoveryP95S: known(percentile(recoveries, 0.95)),
    },
    recoveries: recoveries.length,
    unrecovered: sum(({ absences }) => absences.length) - recoveries.length,
    ...{ wastedGreenS: wasted.mean, wastedGreenS95: half(wasted) },
    yellowPassings: sum(({ passings }) => passings.filter(({ shown }) => shown === 'yellow').length),
    redPassings: sum(({ passings }) => passings.filter(({ shown }) => shown === 'red').length),
    ...(runs.every(({ memory }) => memory) && { machine: machineOf(runs) }),
  }
}

function machineOf(runs: readonly EvaluatedRun[]): MachineResult {
  const most = (of: (use: MemoryUse) => number | undefined) => Math.max(...runs.map(({ memory }) => of(memory) ?? 0))
  const sumoMiB = most((use) => use.sumoMiB)
  const times = runs.flatMap(({ plannerTimes }) => plannerTimes ?? [])
  const planner = (work: keyof PlannerTimes): PlannerTimes['step'] => ({
    count: times.reduce((total, one) => total + one[work].count, 0),
    p50Ms: mean(times.map((one) => one[work].p50Ms)),
    p99Ms: mean(times.map((one) => one[work].p99Ms)),
    mostMs: Math.max(...times.map((one) => one[work].mostMs)),
  })
  return {
    realTimeShare: mean(runs.map(({ tookS, simulatedS }) => tookS / simulatedS)),
    memory: {
      ...{ processMiB: most((use) => use.processMiB), heapMiB: most((use) => use.heapMiB) },
      ...(sumoMiB > 0 && { sumoMiB }),
    },
    ...(times.length > 0 && { planner: { step: planner('step'), dispatch: planner('dispatch') } }),
  }
}

/** What no run may do, in words: an ambulance that obeys signals passes no red, and no conflict monitor trips. */
export function faultsOf({
  controllers,
  runs,
}: {
  controllers: readonly ControllerResult[]
  runs: readonly EvaluatedRun[]
}): string[] {
  return controllers.flatMap(({ name, redPassings, monitorTrips }) => {
    const places = runs
      .filter(({ controller }) => controller === name)
      .flatMap(({ seed, passings }) => passings.filter(({ shown }) => shown === 'red').map((one) => ({ seed, ...one })))
      .map(({ seed, junction, atS }) => `seed ${seed}: ${junction} at ${atS} s`)
    // SUMO's device ignores signals: that is what it is for.
    const obeys = name !== 'bluelight'
    return [
      ...(obeys && redPassings > 0
        ? [`${name}: ambulances passed ${redPassings} stop lines at red (${places.join('; ')})`]
        : []),
      ...(monitorTrips > 0 ? [`${name}: ${monitorTrips} conflict monitors tripped`] : []),
    ]
  })
}

const half = ({ half95 }: { half95: number | undefined }): number | null => half95 ?? null

const known = (value: number): number | null => (Number.isFinite(value) ? value : null)

const recoveriesS = ({ absences }: EvaluatedRun): number[] =>
  absences.flatMap(({ releasedS, recoveredS }) =>
    releasedS === undefined || recoveredS === undefined ? [] : [recoveredS - releasedS],
  )

const meanDelayS = ({ vehicles, delayVehS }: OthersDelay): number => delayVehS / vehicles

function sideResult(
  side: Side,
  runs: readonly EvaluatedRun[],
  baseOf: (run: EvaluatedRun) => EvaluatedRun,
): SideResult {
  const delays = runs.map((run) => meanDelayS(run.othersBySide[side])).filter(Number.isFinite)
  const changes = runs
    .map((run) => meanDelayS(run.othersBySide[side]) / meanDelayS(baseOf(run).othersBySide[side]) - 1)
    .filter(Number.isFinite)
  const change = estimate(changes)
  return {
    vehicles: Math.round(mean(runs.map(({ othersBySide }) => othersBySide[side].vehicles))),
    meanDelayS: known(mean(delays)),
    delayChange: known(change.mean),
    delayChange95: half(change),
  }
}
