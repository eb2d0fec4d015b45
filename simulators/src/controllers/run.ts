import { type Clock, WorldError } from '@clearway/contracts'
import type { SoftController } from './soft-controller.ts'

interface SoftControllerRun {
  port: number
  address: string
  /** Seconds of the junction for one second of the clock. */
  speed: number
  clock: Clock
  /** Told once it listens, with the settings of the edge's driver. */
  listening: (port: number, settings: object) => void
  stop: AbortSignal
}

/** Fine enough for a tenth of a second at the speeds that trials use. */
const tickS = 0.02

/** Runs a soft controller until `stop` aborts. @throws WorldError `listen` when the port cannot be had */
export async function runSoftController(
  controller: SoftController,
  { port, address, speed, clock, listening, stop }: SoftControllerRun,
): Promise<void> {
  const startMs = clock.now()
  const steadyMs = performance.now()
  // Steady as well: what is shown must not follow a clock that is set.
  const upMs = () => (performance.now() - steadyMs) * speed
  controller.step(startMs, upMs())
  const bound = await controller.listen(port, address).catch((error: Error) => {
    throw new WorldError(
      'listen',
      `cannot listen at ${address}:${port}: ${error.message}; give another port or address`,
      error,
    )
  })
  listening(bound, controller.settings(address, bound))
  try {
    while (!stop.aborted) {
      controller.step(startMs + upMs(), upMs())
      await clock.wait(tickS, stop).catch((error) => {
        if (!stop.aborted) throw error
      })
    }
  } finally {
    controller.close()
  }
}
