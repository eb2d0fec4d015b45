import { type Clock, InputError, type JunctionTable, toTimestamp } from '@clearway/contracts'
import { type Bounds, boundsOf } from './bounds.ts'
import type { CentreLink } from './centre-link.ts'
import { type ClauseId, clauses, type Scene, scenes } from './clauses.ts'
import { Examination } from './examination.ts'
import { connection } from './scenes/connection.ts'
import { exchange, lease } from './scenes/exchange.ts'
import { outage } from './scenes/outage.ts'
import { presence } from './scenes/presence.ts'
import { lookOn, recovery } from './scenes/recovery.ts'
import { refusals } from './scenes/refusals.ts'
import { urgency } from './scenes/urgency.ts'
import { type Finding, Verdicts } from './verdicts.ts'

export interface ConformanceOptions {
  district: string
  device: string
  /** What the device's controller is loaded with; checked before. */
  table: JunctionTable
  /** Clauses, or scenes with all of theirs; everything where empty. */
  only?: readonly string[]
  /** How long to wait for the device to come, s. */
  waitS?: number
  /** How much shorter than the table an interval may look, s: the device samples its outputs. */
  toleranceS?: number
  /** Told every verdict as it falls. */
  progress?: (finding: Finding) => void
}

/** The machine-readable report. */
export interface ConformanceReport {
  device: string
  district: string
  junction: string
  startedAt: string
  endedAt: string
  durationS: number
  conforms: boolean
  passed: number
  failed: string[]
  notRun: string[]
  doNotApply: string[]
  clauses: Finding[]
}

const defaultWaitS = 60
const defaultToleranceS = 0.2

/** @throws InputError `unknown-clause` naming what is no clause and no scene */
export function clausesNamed(only: readonly string[]): ReadonlySet<ClauseId> {
  if (only.length === 0) return new Set(clauses.map(({ id }) => id))
  const named = new Set<ClauseId>()
  for (const name of only) {
    const found = clauses.filter(({ id, scene }) => id === name || scene === name)
    if (found.length === 0) {
      const message = `"${name}" is no clause and none of ${scenes.join(', ')}, watch`
      throw new InputError('unknown-clause', message, [{ field: 'only', message }])
    }
    for (const { id } of found) named.add(id)
  }
  return named
}

/** The scenes that these clauses need, in their order. */
function scenesFor(wanted: ReadonlySet<ClauseId>): Scene[] {
  return scenes.filter((scene) => clauses.some((clause) => clause.scene === scene && wanted.has(clause.id)))
}

const hasWatch = (wanted: ReadonlySet<ClauseId>): boolean =>
  clauses.some(({ id, scene }) => scene === 'watch' && wanted.has(id))

/** Whether the signals are moved in it, so that a watch has something to see. */
const moves = (scene: Scene): boolean => scene !== 'connection' && scene !== 'refusals'

/** Seconds that a run may take at most, and on an average table about half of it. */
export function longestRunS(table: JunctionTable, only: readonly string[] = []): number {
  const bounds = boundsOf(table)
  const wanted = clausesNamed(only)
  const played = scenesFor(wanted)
  const looksOn = hasWatch(wanted) && !played.some(moves)
  const lookS = looksOn ? table.cycleS + bounds.exitS : 0
  return Math.round(played.reduce((sum, scene) => sum + longestS[scene](bounds, table.cycleS), lookS))
}

const longestS: Record<Scene, (bounds: Bounds, cycleS: number) => number> = {
  connection: () => 10,
  exchange: ({ entryS, dwellS, exitS }) => entryS + dwellS + exitS + 12,
  lease: ({ entryS, dwellS, leaseS, exitS }) => entryS + leaseS + dwellS + exitS,
  urgency: ({ entryS, dwellS, exitS }) => 2 * entryS + 2 * dwellS + exitS + 10,
  outage: ({ entryS, dwellS, leaseS, exitS }) => entryS + 2 * dwellS + leaseS + exitS + 20,
  presence: ({ maxPresenceS, exitS }) => maxPresenceS + exitS + 6,
  refusals: () => 25,
  recovery: ({ recoveryS }) => recoveryS,
}

/**
 * Examines one signal device from the centre's side. The device is asked for greens: run it against a controller that no
 * street depends on.
 *
 * @param link connected; the caller closes it
 * @throws Error when the link to the broker is lost, or `stop` aborts
 */
export async function examine(
  {
    district,
    device,
    table,
    only = [],
    waitS = defaultWaitS,
    toleranceS = defaultToleranceS,
    progress,
  }: ConformanceOptions,
  link: CentreLink,
  clock: Clock,
  stop: AbortSignal,
): Promise<ConformanceReport> {
  const wanted = clausesNamed(only)
  const verdicts = new Verdicts(wanted, boundsOf(table), clock, progress ?? (() => undefined))
  const startMs = clock.now()
  const exam = new Examination({ district, device, table, toleranceS }, link, clock, verdicts, stop)
  await connection(exam, district, device, waitS)
  const run: Record<Exclude<Scene, 'connection'>, (exam: Examination) => Promise<void>> = {
    exchange,
    lease,
    urgency,
    outage,
    presence,
    refusals,
    recovery,
  }
  const needed = scenesFor(wanted).filter((scene) => scene !== 'connection')
  for (const scene of needed) await run[scene](exam)
  if (!needed.some(moves) && exam.barred === undefined && hasWatch(wanted)) await lookOn(exam)
  await exam.settle()
  exam.finish()
  const findings = verdicts.findings
  const endMs = clock.now()
  const idsOf = (result: Finding['result']) => findings.filter((one) => one.result === result).map(({ id }) => id)
  const failed = idsOf('fail')
  return {
    device,
    district,
    junction: table.id,
    startedAt: toTimestamp(startMs),
    endedAt: toTimestamp(endMs),
    durationS: Math.round((endMs - startMs) / 1000),
    conforms: failed.length === 0,
    passed: idsOf('pass').length,
    failed,
    notRun: idsOf('not run'),
    doNotApply: idsOf('does not apply'),
    clauses: findings,
  }
}
