import { ClearwayError, type Clock } from '@clearway/contracts'
import type { Agent } from './agents/agent.ts'
import type { Report } from './report.ts'

/**
 * Steps every agent at one pace until `stop` aborts. A fault of one agent is reported and does not keep the others from
 * their step.
 *
 * @param agents read anew at every tick: an array that grows is stepped in full
 * @param periodS 0.1–1
 * @param steady time that nobody can set, ms; `performance.now` on a real machine, the clock itself in virtual time
 */
export async function tick(
  agents: Iterable<Agent>,
  periodS: number,
  clock: Clock,
  stop: AbortSignal,
  report: Report,
  steady: () => number = () => clock.now(),
): Promise<void> {
  while (!stop.aborted) {
    const nowMs = clock.now()
    const upMs = steady()
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
