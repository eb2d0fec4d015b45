import { Worker } from 'node:worker_threads'
import { WorldError } from '@clearway/contracts'
import { freeFlowS, type GreenChannelOutcome, type Mission, prepareScenario } from '@clearway/simulators'
import { mean } from './estimate.ts'
import { type ControllerResult, type EvaluatedRun, type Measured, resultsOf } from './results.ts'
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

/** As it is written to a file. */
export interface EvaluationResult extends Measured {
  /** Mean of the missions. */
  freeFlowS: number
  controllers: ControllerResult[]
  conditions: RunConditions
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
  const measured = { missions, freeFlowOfMissionsS: free, runs }
  return { freeFlowS: mean(free), controllers: resultsOf(controllers, measured), ...measured, conditions }
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
