import type { ClearwayError } from '@clearway/contracts'

/** Where an agent's faults go: the process's log. Called for what was refused, retried or given up; never throws. */
export type Report = (fault: ClearwayError) => void
