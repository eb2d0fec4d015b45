import type { ClearwayError, Clock } from '@clearway/contracts'
import type { Report } from '@clearway/edge'

/** The part of a structured log that the simulator writes to: fields first, then words. */
export interface SimulatorLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

const QUIET_MS = 10_000

/**
 * Writes faults to the log, each code once in ten seconds: when the gateway is away, a thousand devices say so, and one
 * line with their number says more.
 */
export function faultReport(log: SimulatorLog, clock: Clock): Report {
  const seen = new Map<string, { sinceMs: number; unsaid: number }>()
  return ({ code, kind, message, fields, cause }: ClearwayError) => {
    const nowMs = clock.now()
    const before = seen.get(code)
    if (before && nowMs - before.sinceMs < QUIET_MS) {
      before.unsaid++
      return
    }
    seen.set(code, { sinceMs: nowMs, unsaid: 0 })
    const line = { event: 'fault', code, fields, ...(before?.unsaid && { alikeBefore: before.unsaid }) }
    if (kind === 'bug') log.error({ ...line, err: cause }, message)
    else log.warn(line, message)
  }
}
