import { parentPort, workerData } from 'node:worker_threads'
import { ClearwayError } from '@clearway/contracts'
import { type GreenChannelOutcome, prepareScenario, runGreenChannel } from '@clearway/simulators'
import { centreOf } from './controllers.ts'
import type { RunOrder } from './run-order.ts'

/** In a thread of its own, beside its SUMO. */
export type RunAnswer = { outcome: GreenChannelOutcome } | { failure: string }

async function answer({ conditions, missions, controller, seed }: RunOrder): Promise<RunAnswer> {
  try {
    const prepared = await prepareScenario(conditions.scenario, conditions.signals)
    const outcome = await runGreenChannel({
      ...{
        prepared,
        missions,
        seed,
        centreOf: centreOf(controller, conditions.transport, conditions.ways),
        bluelight: controller.kind === 'bluelight',
      },
      ...{ detectorPeriodS: conditions.detectorPeriodS, disturbances: conditions.disturbances },
      ...(conditions.compliance !== undefined && { compliance: conditions.compliance }),
      ...(conditions.lastS !== undefined && { lastS: conditions.lastS }),
    })
    return { outcome }
  } catch (error) {
    // Errors of ours say what to do; of any other the place is needed.
    const known = error instanceof ClearwayError
    return { failure: known ? error.message : String((error as Error).stack ?? error) }
  }
}

parentPort?.postMessage(await answer(workerData as RunOrder))
