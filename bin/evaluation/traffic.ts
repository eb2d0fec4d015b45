import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '@clearway/contracts'
import {
  type DoorToDoor,
  dischargeVehH,
  prepareScenario,
  readRoutedDemand,
  runEmbedded,
  runReference,
  SATURATED_END_S,
  type SumoScenario,
  saturatedLane,
} from '@clearway/simulators'
import { mean } from './estimate.ts'

/** How near the embedded simulator has to come to SUMO. */
export const trafficMarks = {
  mean: 0.05,
  p95: 0.1,
  correlation: 0.95,
  /** Vehicles an hour of a saturated lane, and the share that it may be off. */
  dischargeVehH: 1656,
  discharge: 0.05,
} as const

/** Door-to-door times of one simulator, s. */
interface Times {
  meanS: number
  p95S: number
  /** Vehicles of the demand that had not arrived at the end. */
  unfinished: number
  tookS: number
}

/** Both simulators with the same vehicles and the same seed. */
interface TrafficRun {
  seed: number
  sumo: Times
  embedded: Times & { passedRed: number; digest: string }
  /** Of the door-to-door times of the vehicles that arrived in both. */
  correlation: number
}

export interface TrafficComparison {
  vehicles: number
  runs: TrafficRun[]
  /** Of a saturated lane, mean of five seeds. */
  dischargeVehH: { sumo: number; embedded: number }
}

const DISCHARGE_SEEDS = [1, 2, 3, 4, 5]
/** Who is under way so long after the last departure is stuck. */
const LONGEST_TRIP_S = 2 * 3600

/**
 * Drives the same demand by the same fixed programs through SUMO and through the embedded simulator.
 *
 * @throws InputError `demand` when no vehicle has a route, or one cannot be driven
 * @throws WorldError `sumo-missing` or `sumo-ended`
 */
export async function compareTraffic(scenario: SumoScenario, seeds: readonly number[]): Promise<TrafficComparison> {
  const prepared = await prepareScenario(scenario)
  const trips = await readRoutedDemand(scenario)
  if (trips.length === 0) {
    const message = `${scenario.demandFile} has no vehicle that can be driven; give <vehicle>, <trip> or <flow>`
    throw new InputError('demand', message, [{ field: 'demand', message }])
  }
  const lastS = trips.reduce((last, { departS }) => Math.max(last, departS), 0)
  const endS = scenario.endS ?? Math.ceil(lastS) + LONGEST_TRIP_S
  const runs: TrafficRun[] = []
  for (const seed of seeds) {
    const began = performance.now()
    const { passedRed, digest, trips: driven } = runEmbedded({ prepared, trips, seed, endS })
    const between = performance.now()
    const reference = await runReference(scenario, seed, endS)
    runs.push({
      seed,
      sumo: timesOf(reference, trips.length, performance.now() - between),
      embedded: { ...timesOf(driven, trips.length, between - began), passedRed, digest },
      correlation: correlation(driven, reference),
    })
  }
  return { vehicles: trips.length, runs, dischargeVehH: await compareDischarge() }
}

/** A queue before a long green, in both. */
async function compareDischarge(): Promise<TrafficComparison['dischargeVehH']> {
  const folder = mkdtempSync(join(tmpdir(), 'clearway-lane-'))
  try {
    const scenario = await saturatedLane(folder)
    const prepared = await prepareScenario(scenario)
    const trips = await readRoutedDemand(scenario)
    const flows = { sumo: [] as number[], embedded: [] as number[] }
    for (const seed of DISCHARGE_SEEDS) {
      flows.sumo.push(dischargeVehH(await runReference(scenario, seed, SATURATED_END_S)))
      flows.embedded.push(dischargeVehH(runEmbedded({ prepared, trips, seed, endS: SATURATED_END_S }).trips))
    }
    return { sumo: mean(flows.sumo), embedded: mean(flows.embedded) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function timesOf(trips: readonly DoorToDoor[], sent: number, tookMs: number): Times {
  const sorted = trips.map(({ tookS }) => tookS).sort((a, b) => a - b)
  return {
    meanS: mean(sorted),
    p95S: sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN,
    unfinished: sent - trips.length,
    tookS: tookMs / 1000,
  }
}

/** Pearson's, over the vehicles that are in both. */
export function correlation(some: readonly DoorToDoor[], others: readonly DoorToDoor[]): number {
  const byId = new Map(others.map(({ id, tookS }) => [id, tookS]))
  const pairs = some.flatMap(({ id, tookS }) => (byId.has(id) ? [[tookS, byId.get(id)!] as const] : []))
  const [mx, my] = [mean(pairs.map(([x]) => x)), mean(pairs.map(([, y]) => y))]
  const sum = (of: (x: number, y: number) => number) => pairs.reduce((total, [x, y]) => total + of(x - mx, y - my), 0)
  return sum((x, y) => x * y) / Math.sqrt(sum((x) => x * x) * sum((_, y) => y * y))
}

/** Markdown, for a terminal and for a page. */
export function trafficTable({ vehicles, runs, dischargeVehH: flow }: TrafficComparison): string {
  const percent = (ours: number, theirs: number) => {
    const off = (ours / theirs - 1) * 100
    return `${off < 0 ? '−' : '+'}${Math.abs(off).toFixed(1)} %`
  }
  const row = (...cells: (string | number)[]) => `| ${cells.join(' | ')} |`
  const time = (seed: number, what: string, sumo: number, embedded: number, mark: number) =>
    row(seed, what, `${sumo.toFixed(1)} s`, `${embedded.toFixed(1)} s`, percent(embedded, sumo), `± ${mark * 100} %`)
  const rows = runs.flatMap(({ seed, sumo, embedded, correlation: r }) => [
    time(seed, 'mean door to door', sumo.meanS, embedded.meanS, trafficMarks.mean),
    time(seed, '95th percentile', sumo.p95S, embedded.p95S, trafficMarks.p95),
    row(seed, 'correlation by vehicle', '', '', r.toFixed(3), `≥ ${trafficMarks.correlation}`),
    row(seed, 'not arrived', sumo.unfinished, embedded.unfinished, '', ''),
    row(seed, 'took', `${sumo.tookS.toFixed(1)} s`, `${embedded.tookS.toFixed(1)} s`, '', ''),
  ])
  const mark = `${trafficMarks.dischargeVehH} ± ${trafficMarks.discharge * 100} %`
  const discharge = row(
    ...['', 'saturated lane, veh/h', flow.sumo.toFixed(0), flow.embedded.toFixed(0)],
    ...[percent(flow.embedded, flow.sumo), mark],
  )
  const head = [
    row('seed', `${vehicles} vehicles`, 'SUMO', 'embedded', 'difference', 'wanted'),
    row(...Array(6).fill('---')),
  ]
  return [...head, ...rows, discharge].join('\n')
}
