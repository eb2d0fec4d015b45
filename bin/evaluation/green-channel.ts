import { Worker } from 'node:worker_threads'
import { WorldError } from '@clearway/contracts'
import { freeFlowS, type GreenChannelOutcome, type Mission, prepareScenario } from '@clearway/simulators'
import { type Estimate, estimate, mean } from './estimate.ts'
import type { ControllerSpec, RunConditions, RunOrder } from './run-order.ts'
import type { RunAnswer } from './run-worker.ts'

export interface Evaluation {
  conditions: RunConditions
  missions: readonly Mission[]
  /** `none` is run as well, whether or not it is among them: costs are counted against it. */
  controllers: readonly ControllerSpec[]
  seeds: readonly number[]
  /** Runs at the same time. */
  parallel: number
  /** Told of each run that is over. */
  onRun?: (run: EvaluatedRun) => void
}

interface EvaluatedRun extends GreenChannelOutcome {
  controller: string
  seed: number
}

/** How one controller did, over all seeds. */
export interface ControllerResult {
  name: string
  /** Trip time over free-flow time, mean of all trips. */
  ratioMean: number
  ratioWorst: number
  /** Added time loss and departure delay of all others, vehicle seconds for each trip. */
  othersCostVehS: number
  /** Share by which the mean delay of the others rises. */
  othersMeanDelayChange: number
  monitorTrips: number
  seeds: number
  tripMeanS: number
  stopsMean: number
  /** Trips that did not reach their end. */
  unfinished: number
  /** Half widths of 95 % intervals over the seeds; null with a single seed. */
  ratioMean95: number | null
  othersCostVehS95: number | null
}

export interface EvaluationResult {
  /** Mean of the missions. */
  freeFlowS: number
  freeFlowOfMissionsS: number[]
  controllers: ControllerResult[]
  runs: EvaluatedRun[]
}

/**
 * Runs every controller with every seed, several at a time.
 *
 * @throws WorldError `evaluation-run` naming the run that failed and why
 */
export async function evaluateGreenChannel(evaluation: Evaluation): Promise<EvaluationResult> {
  const { conditions, missions, seeds, parallel } = evaluation
  const controllers: ControllerSpec[] = [
    { name: 'none', kind: 'none' },
    ...evaluation.controllers.filter(({ name }) => name !== 'none'),
  ]
  const free = await freeFlowS(await prepareScenario(conditions.scenario, conditions.signals), missions)
  const orders = seeds.flatMap((seed) => controllers.map((controller) => ({ seed, controller })))
  const runs: EvaluatedRun[] = []
  const next = orders.values()
  const running = new Set<Worker>()
  const work = async () => {
    for (const { seed, controller } of next) {
      const outcome = await oneRun({ conditions, missions, controller, seed }, running)
      const run = { controller: controller.name, seed, ...outcome }
      runs.push(run)
      evaluation.onRun?.(run)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(parallel, orders.length) }, work))
  } finally {
    // Of a comparison that has failed nobody waits for the rest; a SUMO whose link breaks ends by itself.
    await Promise.all([...running].map((worker) => worker.terminate()))
  }
  const place = ({ controller, seed }: EvaluatedRun) =>
    orders.findIndex((order) => order.controller.name === controller && order.seed === seed)
  runs.sort((a, b) => place(a) - place(b))
  return {
    freeFlowS: mean(free),
    freeFlowOfMissionsS: free,
    controllers: controllers.map(({ name }) => resultOf(name, runs, missions, free)),
    runs,
  }
}

function oneRun(order: RunOrder, running: Set<Worker>): Promise<GreenChannelOutcome> {
  const what = `${order.controller.name} with seed ${order.seed}`
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./run-worker.ts', import.meta.url), { workerData: order })
    running.add(worker)
    const fail = (why: string) => reject(new WorldError('evaluation-run', `the run of ${what} failed: ${why}`))
    worker.once('message', (answer: RunAnswer) =>
      'outcome' in answer ? resolve(answer.outcome) : fail(answer.failure),
    )
    worker.once('error', (error) => fail(error.message))
    worker.once('exit', (code) => {
      running.delete(worker)
      fail(`its thread ended with ${code}`)
    })
  })
}

function resultOf(
  name: string,
  all: readonly EvaluatedRun[],
  missions: readonly Mission[],
  free: readonly number[],
): ControllerResult {
  const runs = all.filter(({ controller }) => controller === name)
  const freeOf = new Map(missions.map(({ id }, i) => [`amb-${id}`, free[i]!]))
  const ratiosOf = ({ ambulances }: EvaluatedRun) =>
    ambulances.map(({ id, durationS, departDelayS }) => (durationS + departDelayS) / freeOf.get(id)!)
  const pairs = runs.map((run) => ({
    run,
    base: all.find(({ controller, seed }) => controller === 'none' && seed === run.seed)!,
  }))
  const added = pairs.map(({ run, base }) => run.othersDelayVehS - base.othersDelayVehS)
  const cost: Estimate = estimate(added.map((vehS) => vehS / missions.length))
  const ratio: Estimate = estimate(runs.map((run) => mean(ratiosOf(run))))
  const trips = runs.flatMap(({ ambulances }) => ambulances)
  return {
    name,
    ratioMean: mean(runs.flatMap(ratiosOf)),
    ratioWorst: Math.max(...runs.flatMap(ratiosOf)),
    othersCostVehS: cost.mean,
    othersMeanDelayChange: mean(pairs.map(({ base }, i) => added[i]! / base.othersDelayVehS)),
    monitorTrips: runs.reduce((sum, { monitorTrips }) => sum + monitorTrips, 0),
    seeds: runs.length,
    tripMeanS: mean(trips.map(({ durationS, departDelayS }) => durationS + departDelayS)),
    stopsMean: mean(trips.map(({ stops }) => stops)),
    unfinished: runs.length * missions.length - trips.length,
    ratioMean95: ratio.half95 ?? null,
    othersCostVehS95: cost.half95 ?? null,
  }
}
