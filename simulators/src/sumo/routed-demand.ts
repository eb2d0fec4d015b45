import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { leavesRoutesOpen, readDemand } from './demand-file.ts'
import type { DemandTrip } from './missions.ts'
import { runSumoTool } from './sumo-program.ts'
import type { SumoScenario } from './sumo-scenario.ts'

/**
 * The trips of a demand with the edges of each: those of the file, or, where it leaves routes open, those that SUMO's
 * duarouter finds in the empty network, which is what SUMO drives as long as nobody tells its vehicles of jams.
 *
 * @throws WorldError `file-unreadable`, `sumo-missing` or `duarouter-failed`
 */
export async function readRoutedDemand({
  netFile,
  demandFile,
}: Pick<SumoScenario, 'netFile' | 'demandFile'>): Promise<DemandTrip[]> {
  if (!(await leavesRoutesOpen(demandFile))) return readDemand(demandFile)
  const folder = mkdtempSync(join(tmpdir(), 'clearway-demand-'))
  const routed = join(folder, 'routed.rou.xml')
  try {
    const files = ['--net-file', netFile, '--route-files', demandFile, '--output-file', routed]
    await runSumoTool('duarouter', [...files, '--ignore-errors', '--no-step-log', '--no-warnings'])
    return await readDemand(routed)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
