import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DoorToDoor } from './embedded-run.ts'
import { SumoProcess } from './sumo-process.ts'
import type { SumoScenario } from './sumo-scenario.ts'
import { variable } from './traci/commands.ts'
import { readTripInfo } from './tripinfo.ts'

/** SUMO answers after so many seconds of the simulation. */
const STRETCH_S = 300

/**
 * Drives a scenario in SUMO with its fixed programs and nobody in between, until the last vehicle has arrived or to `endS`.
 * Who is still on the way is left out.
 *
 * @throws WorldError `sumo-missing`, or `sumo-ended` with SUMO's last words when it dies on the way
 */
export async function runReference(scenario: SumoScenario, seed: number, endS: number): Promise<DoorToDoor[]> {
  const folder = mkdtempSync(join(tmpdir(), 'clearway-sumo-'))
  const tripinfoFile = join(folder, 'tripinfo.xml')
  try {
    const { netFile, demandFile, signalsFile, teleportS } = scenario
    const sumo = await SumoProcess.start({
      ...{ netFile, routeFiles: [demandFile], additionalFiles: signalsFile ? [signalsFile] : [] },
      ...{ seed, beginS: 0, teleportS, tripinfoFile },
    })
    try {
      for (let atS = 0; atS < endS; ) {
        atS = Math.min(endS, atS + STRETCH_S)
        await sumo.traci.runTo(atS)
        const expected = await sumo.traci.get('simulation', variable.expectedNumber, '')
        if (expected.value === 0) break
      }
      await sumo.stop()
    } catch (error) {
      throw await sumo.abandon(error)
    }
    return readTripInfo(tripinfoFile)
      .filter(({ arrived }) => arrived)
      .map(({ id, departS, departDelayS, durationS }) => ({
        ...{ id, departS: departS - departDelayS, tookS: departDelayS + durationS },
      }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
