import { performance } from 'node:perf_hooks'
import { ClearwayError, type Clock, systemClock } from '@clearway/contracts'
import type { Agent } from './agents/agent.ts'
import type { Report } from './report.ts'

/**
 * Steps every agent at one pace until `stop` aborts. A fault of one agent is reported and does not keep the others from
 * their step.
 *
 * @param agents read anew at every tick: an array that grows is stepped in full
 * @param periodS 0.1–1
 */
export async function tick(
  agents: Iterable<Agent>,
  periodS: number,
  clock: Clock,
  stop: AbortSignal,
  report: Report,
): Promise<void> {
  while (!stop.aborted) {
    const nowMs = clock.now()
    // Virtual time is steady; the machine's own clock may be set while an interval runs.
    const upMs = clock === systemClock ? performance.now() : nowMs
    for (const agent of agents) {
      try {
        agent.step(nowMs, upMs)
      } catch (error) {
        report(new ClearwayError('bug', 'agent-step', `${agent.device}: ${(error as Error).message}`, [], error))
      }
    }
    await clock.wait(periodS, stop).catch((error) => {
      if (!stop.aborted) throw error
    })
  }
}
