import { readFileSync } from 'node:fs'

/** The most that a run took, MiB. */
export interface MemoryUse {
  /** The whole process, other runs that it makes at the same time included. */
  processMiB: number
  /** The JavaScript heap of the run's own thread. */
  heapMiB: number
  /** SUMO; absent where the system does not tell. */
  sumoMiB?: number
}

const MIB = 1024 * 1024
/** The heap is looked at so often, s. */
const EVERY_S = 10

/** Watches the heap of a run from second to second. */
export class HeapWatch {
  #mostBytes = 0

  look(atS: number): void {
    if (atS % EVERY_S === 0) this.#mostBytes = Math.max(this.#mostBytes, process.memoryUsage().heapUsed)
  }

  use(sumoMiB: number | undefined): MemoryUse {
    const processMiB = Math.round(process.resourceUsage().maxRSS / 1024)
    const heapMiB = Math.round(this.#mostBytes / MIB)
    return { processMiB, heapMiB, ...(sumoMiB !== undefined && { sumoMiB }) }
  }
}

/** The most memory that a running process has had, MiB; undefined where there is no `/proc`. */
export function peakMiB(pid: number): number | undefined {
  try {
    const [, kiB] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kiB === undefined ? undefined : Math.round(Number(kiB) / 1024)
  } catch {
    // Not Linux, or it has just ended.
    return undefined
  }
}
