import { type MibObject, maxPhases, overlap, phase, preempt, unitBackupTime } from './objects.ts'
import type { NtcipPlan } from './settings.ts'
import type { Reading } from './snmp-session.ts'

/** One enabled phase as the controller holds it; tenths are converted. */
export interface PhaseProgram {
  number: number
  ring: number
  concurrent: readonly number[]
  minimumGreenS: number
  walkS: number
  pedestrianClearS: number
  yellowS: number
  redS: number
}

/** How one overlap is programmed, as far as it ends otherwise than its phases do. */
export interface OverlapProgram {
  phases: readonly number[]
  /** Above 0 the green may go on after its phase, and then ends with the yellow and red below. */
  trailGreenS: number
  trailYellowS: number
  trailRedS: number
}

/** What the controller is programmed with, as far as a pre-emption rests on it. */
export interface Programming {
  backupS: number
  phases: ReadonlyMap<number, PhaseProgram>
  /** Those that signal groups of the table are on. */
  overlaps: ReadonlyMap<number, OverlapProgram>
  /** Preempt number → dwell phases. */
  dwell: ReadonlyMap<number, readonly number[]>
  /** Preempt numbers that do not override the next number (`preemptControl` bit 2). */
  equalToNext: ReadonlySet<number>
  /** Whether `ringStatus` is there; it came with v02. */
  ringStatus: boolean
}

/** Reads objects; rejects when one cannot be read. */
export type Read = (objects: readonly MibObject[]) => Promise<Reading>

/** Highest values of the objects' kinds. */
export const byte = 255
export const word = 65_535

/**
 * Reads what decides whether a call may be made. Nothing is judged here.
 *
 * @throws PeerError naming the object that is missing or no value of its kind, WorldError without an answer
 */
export async function readProgramming(read: Read, plan: NtcipPlan, rows: readonly number[]) {
  const units = await read([maxPhases, unitBackupTime])
  const highest = units.integer(maxPhases, 1, byte)
  const all = Array.from({ length: highest }, (_, index) => index + 1)
  const options = await read(all.map(phase.options))
  const enabled = all.filter((number) => (options.integer(phase.options(number), 0, word) & 1) === 1)
  const phaseObjects = Object.values(phase)
  const phaseRows = await read(enabled.flatMap((number) => phaseObjects.map((column) => column(number))))
  const { state: _, controlState: __, ...columns } = preempt
  const preemptRows = await read(rows.flatMap((row) => Object.values(columns).map((column) => column(row))))
  const used = Object.values(plan.groups).flatMap((output) => ('overlap' in output ? [output.overlap] : []))
  const overlapRows = await read(used.flatMap((number) => Object.values(overlap).map((column) => column(number))))
  const phases = new Map(enabled.map((number) => [number, phaseProgram(phaseRows, number)]))
  const overlaps = new Map(used.map((number) => [number, overlapProgram(overlapRows, number)]))
  return { backupS: units.integer(unitBackupTime, 0, word), phases, overlaps, preemptRows }
}

function phaseProgram(from: Reading, number: number): PhaseProgram {
  const whole = (column: (row: number) => MibObject) => from.integer(column(number), 0, byte)
  return {
    number,
    ring: whole(phase.ring),
    concurrent: from.octets(phase.concurrency(number)),
    minimumGreenS: whole(phase.minimumGreen),
    walkS: whole(phase.walk),
    pedestrianClearS: whole(phase.pedestrianClear),
    yellowS: whole(phase.yellowChange) / 10,
    redS: whole(phase.redClear) / 10,
  }
}

function overlapProgram(from: Reading, number: number): OverlapProgram {
  const whole = (column: (row: number) => MibObject) => from.integer(column(number), 0, byte)
  return {
    phases: from.octets(overlap.includedPhases(number)),
    trailGreenS: whole(overlap.trailGreen),
    trailYellowS: whole(overlap.trailYellow) / 10,
    trailRedS: whole(overlap.trailRed) / 10,
  }
}
