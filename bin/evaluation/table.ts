import type { PlannerTimes } from '@clearway/simulators'
import type { EvaluationResult } from './green-channel.ts'
import type { ControllerResult } from './results.ts'

type Column = readonly [head: string, cell: (one: ControllerResult) => string]

/** A value with half the width of its 95 % interval, where there is one. */
const valued = (value: number | null, half: number | null, digits = 0, unit = ''): string => {
  if (value === null || !Number.isFinite(value)) return '–'
  return `${value.toFixed(digits)}${half === null ? '' : ` ± ${half.toFixed(digits)}`}${unit}`
}
const percent = (share: number | null, half: number | null): string =>
  valued(share === null ? null : share * 100, half === null ? null : half * 100, 1, ' %')

const name: Column = ['controller', (one) => one.name]

const trips: readonly Column[] = [
  name,
  ['ratio', (one) => valued(one.ratioMean, one.ratioMean95, 3)],
  ['worst', (one) => valued(one.ratioWorst, null, 2)],
  ['others, veh·s per trip', (one) => valued(one.othersCostVehS, one.othersCostVehS95)],
  ['trip, s', (one) => valued(one.tripMeanS, one.tripMeanS95, 1)],
  ['delay, s', (one) => valued(one.delayMeanS, one.delayMeanS95, 1)],
  ['stops', (one) => valued(one.stopsMean, one.stopsMean95, 2)],
  ['standing, s', (one) => valued(one.standingMeanS, one.standingMeanS95, 1)],
  ['unfinished', (one) => `${one.unfinished}`],
  ['passed at yellow', (one) => `${one.yellowPassings}`],
  ['passed at red', (one) => `${one.redPassings}`],
  ['monitor trips', (one) => `${one.monitorTrips}`],
  ['seeds', (one) => `${one.seeds}`],
]

const side = (of: 'along' | 'across' | 'elsewhere'): Column => [
  of,
  ({ sides }) => percent(sides[of].delayChange, sides[of].delayChange95),
]

const others: readonly Column[] = [
  name,
  ['mean delay of others, s', (one) => valued(one.othersMeanDelayS, one.othersMeanDelayS95, 1)],
  ['change', (one) => percent(one.othersMeanDelayChange, one.othersMeanDelayChange95)],
  side('along'),
  side('across'),
  side('elsewhere'),
  ['recovery, s', (one) => valued(one.recoveryMeanS, one.recoveryMeanS95, 1)],
  ['recovery p95, s', (one) => valued(one.recoveryP95S, null)],
  ['recoveries', (one) => `${one.recoveries}${one.unrecovered > 0 ? ` of ${one.recoveries + one.unrecovered}` : ''}`],
  ['wasted green, s per trip', (one) => valued(one.wastedGreenS, one.wastedGreenS95, 1)],
]

const milliseconds = (times: PlannerTimes['step'] | undefined): string =>
  times ? [times.p50Ms, times.p99Ms, times.mostMs].map((ms) => ms.toFixed(1)).join(' / ') : '–'

const machine: readonly Column[] = [
  name,
  ['run, share of real time', (one) => valued(one.machine!.realTimeShare, null, 3)],
  ['a second of a mission, p50 / p99 / most, ms', (one) => milliseconds(one.machine!.planner?.step)],
  ['a dispatch, p50 / p99 / most, ms', (one) => milliseconds(one.machine!.planner?.dispatch)],
  ['process, MiB', (one) => valued(one.machine!.memory.processMiB, null)],
  ['heap, MiB', (one) => valued(one.machine!.memory.heapMiB, null)],
  ['SUMO, MiB', (one) => valued(one.machine!.memory.sumoMiB ?? null, null)],
]

function tableOf(columns: readonly Column[], controllers: readonly ControllerResult[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const head = columns.map(([text]) => text)
  const rows = controllers.map((one) => columns.map(([, cell]) => cell(one)))
  return [head, head.map(() => '---'), ...rows].map(row).join('\n')
}

/** Two tables in Markdown, for a terminal and for a page: what the missions got, and what it meant for everybody else. */
export function tablesOf({ freeFlowS, controllers, missions }: EvaluationResult): string {
  const { along, across, elsewhere } = controllers[0]!.sides
  return [
    `${missions.length} missions, free flow ${freeFlowS.toFixed(1)} s. ± is half a 95 % interval over the seeds.`,
    tableOf(trips, controllers),
    `Others in a run: ${along.vehicles} along the missions, ${across.vehicles} across them, ${elsewhere.vehicles} elsewhere; their changes of mean delay are against none.`,
    tableOf(others, controllers),
    ...(controllers.every((one) => one.machine)
      ? ['Planning, and the most memory of a run:', tableOf(machine, controllers)]
      : []),
  ].join('\n\n')
}
