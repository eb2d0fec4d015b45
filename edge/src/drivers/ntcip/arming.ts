import { type FieldError, inConflict, type JunctionTable } from '@clearway/contracts'
import {
  type MibObject,
  maxPhases,
  overlapIncludedPhases,
  phase,
  preempt,
  ringStatus,
  unitBackupTime,
} from './objects.ts'
import type { NtcipPlan, Output } from './settings.ts'
import { outputsOf } from './settings.ts'
import type { Reading } from './snmp-session.ts'

/** One enabled phase as the controller holds it; tenths are converted. */
interface PhaseProgram {
  number: number
  ring: number
  concurrent: readonly number[]
  minimumGreenS: number
  walkS: number
  pedestrianClearS: number
  yellowS: number
  redS: number
}

/** What the controller is programmed with, as far as a pre-emption rests on it. */
export interface Programming {
  backupS: number
  phases: ReadonlyMap<number, PhaseProgram>
  /** Preempt number → dwell phases. */
  dwell: ReadonlyMap<number, readonly number[]>
  /** Preempt numbers that do not override the next number (`preemptControl` bit 2). */
  equalToNext: ReadonlySet<number>
  /** Whether `ringStatus` is there; it came with v02. */
  ringStatus: boolean
}

/** Reads objects; rejects when one cannot be read. */
export type Read = (objects: readonly MibObject[]) => Promise<Reading>

const byte = 255
const word = 65_535
/** The safe value of the columns of which the lesser acts: the phase's own time. */
const own = byte

/**
 * Reads what decides whether a call may be made. Nothing is judged here.
 *
 * @throws PeerError naming the object that is missing or no value of its kind, WorldError without an answer
 */
async function readProgramming(read: Read, plan: NtcipPlan, rows: readonly number[]) {
  const units = await read([maxPhases, unitBackupTime])
  const highest = units.integer(maxPhases, 1, byte)
  const all = Array.from({ length: highest }, (_, index) => index + 1)
  const options = await read(all.map(phase.options))
  const enabled = all.filter((number) => (options.integer(phase.options(number), 0, word) & 1) === 1)
  const phaseObjects = Object.values(phase)
  const phaseRows = await read(enabled.flatMap((number) => phaseObjects.map((column) => column(number))))
  const { state: _, controlState: __, ...columns } = preempt
  const preemptRows = await read(rows.flatMap((row) => Object.values(columns).map((column) => column(row))))
  const overlaps = Object.values(plan.groups).flatMap((output) => ('overlap' in output ? [output.overlap] : []))
  const overlapRows = await read(overlaps.map(overlapIncludedPhases))
  const phases = new Map(enabled.map((number) => [number, phaseProgram(phaseRows, number)]))
  return { backupS: units.integer(unitBackupTime, 0, word), phases, preemptRows, overlapRows }
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

/**
 * Whether this controller may be asked to pre-empt. It may not while any yellow, red or pedestrian clearance would be
 * cut, while a pre-emption would show greens that conflict, or while nothing would end a call that is forgotten.
 *
 * @returns the programming, and every fault with its object, its value and what to set
 * @throws as the reads
 */
export async function checkProgramming(
  read: Read,
  plan: NtcipPlan,
  table: JunctionTable,
): Promise<{ programming: Programming; faults: FieldError[] }> {
  const rows = Object.values(plan.preempts)
  const { backupS, phases, preemptRows, overlapRows } = await readProgramming(read, plan, rows)
  const faults = [
    ...backupFaults(backupS, plan, table),
    ...phaseFaults(phases, overlapRows, plan, table),
    ...concurrencyFaults(phases, plan, table),
  ]
  const dwell = new Map<number, number[]>()
  const equalToNext = new Set<number>()
  for (const [approach, row] of Object.entries(plan.preempts)) {
    dwell.set(row, preemptRows.octets(preempt.dwellPhase(row)))
    if ((preemptRows.integer(preempt.control(row), 0, byte) & 4) !== 0) equalToNext.add(row)
    faults.push(...intervalFaults(preemptRows, row, phases, table), ...actionFaults(preemptRows, row))
    faults.push(...lengthFaults(preemptRows, row, table))
    for (const column of [preempt.trackPhase, preempt.dwellPhase, preempt.exitPhase]) {
      faults.push(...togetherFaults(column(row), preemptRows.octets(column(row)), phases))
    }
    faults.push(...approachFaults(preemptRows, overlapRows, row, approach, plan, table))
  }
  const known = await read([ringStatus(1)]).then(
    (answer) => {
      answer.integer(ringStatus(1), 0, word)
      return true
    },
    () => false,
  )
  return { programming: { backupS, phases, dwell, equalToNext, ringStatus: known }, faults }
}

const fault = ({ name }: MibObject, message: string): FieldError => ({ field: name, message })

function backupFaults(backupS: number, { pollS, timeoutS }: NtcipPlan, { preempt }: JunctionTable): FieldError[] {
  if (backupS === 0) return [fault(unitBackupTime, 'is 0: a call would never end by itself; set 15 to 30 s')]
  // A refresh and its repetition must both fit into a third.
  const leastS = 3 * (pollS + timeoutS)
  const mostS = preempt.maxPresenceS
  if (backupS > mostS) {
    return [
      fault(
        unitBackupTime,
        `is ${backupS} s, above preempt.maxPresenceS ${mostS}: it would end nothing; set 15 to 30 s`,
      ),
    ]
  }
  if (backupS >= leastS) return []
  return [fault(unitBackupTime, `is ${backupS} s, too short to be refreshed in time; set at least ${leastS} s`)]
}

/** Phases that drive the groups of the table. An overlap takes its yellow and red from the phase that it ends with. */
function phasesOf(output: Output, overlaps: Reading): number[] {
  if ('overlap' in output) return overlaps.octets(overlapIncludedPhases(output.overlap))
  return ['phase' in output ? output.phase : output.ped]
}

/** No interval of the controller's own is shorter than the table's: planner and conflict monitor rely on that. */
function phaseFaults(
  phases: Programming['phases'],
  overlaps: Reading,
  plan: NtcipPlan,
  table: JunctionTable,
): FieldError[] {
  const faults: FieldError[] = []
  for (const group of table.groups) {
    const { id } = group
    const output = plan.groups[id] as Output
    const longestRedS = Math.max(0, ...table.intergreens.filter(({ ends }) => ends === id).map(({ redS }) => redS))
    for (const number of phasesOf(output, overlaps)) {
      const program = phases.get(number)
      if (!program) {
        faults.push(fault(phase.options(number), `has bit 0 off: phase ${number} of group "${id}" is not enabled`))
      } else if ('ped' in output) {
        if (program.pedestrianClearS >= group.clearanceS) continue
        const message = `is ${program.pedestrianClearS} s, below clearanceS ${group.clearanceS} of group "${id}"`
        faults.push(fault(phase.pedestrianClear(number), message))
      } else {
        if (program.yellowS < group.yellowS) {
          const message = `is ${program.yellowS} s, below yellowS ${group.yellowS} of group "${id}"`
          faults.push(fault(phase.yellowChange(number), message))
        }
        // An overlap may have a longer red of its own.
        if ('phase' in output && program.redS < longestRedS) {
          const message = `is ${program.redS} s, below the longest redS of intergreens after group "${id}", ${longestRedS}`
          faults.push(fault(phase.redClear(number), message))
        }
      }
    }
  }
  return faults
}

/** Phases that the controller may run together show no groups that conflict by the table. */
function concurrencyFaults(phases: Programming['phases'], plan: NtcipPlan, table: JunctionTable): FieldError[] {
  const faults: FieldError[] = []
  const placed = Object.entries(plan.groups).flatMap(([id, output]) =>
    'overlap' in output ? [] : [{ id, number: 'phase' in output ? output.phase : output.ped }],
  )
  placed.forEach((one, index) => {
    for (const other of placed.slice(index + 1)) {
      if (one.number === other.number || !inConflict(table, one.id, other.id)) continue
      const [program, beside] = [phases.get(one.number), phases.get(other.number)]
      if (!program?.concurrent.includes(other.number) || !beside?.concurrent.includes(one.number)) continue
      if (program.ring === beside.ring) continue
      const message = `names phase ${other.number}: groups "${one.id}" and "${other.id}" conflict by the timing table`
      faults.push(fault(phase.concurrency(one.number), message))
    }
  })
  return faults
}

/** What the controller would hold after the call has gone off is no longer than the table says. */
function lengthFaults(
  from: Reading,
  row: number,
  { preempt: { minDwellS, minDurationS = 0 } }: JunctionTable,
): FieldError[] {
  const faults: FieldError[] = []
  const duration = from.integer(preempt.minimumDuration(row), 0, word)
  const mostS = Math.ceil(Math.max(minDurationS, minDwellS))
  if (duration > mostS) {
    const message = `is ${duration} s, above preempt.minDurationS or minDwellS ${mostS}: the green would outlast its lease`
    faults.push(fault(preempt.minimumDuration(row), `${message}; set 0`))
  }
  const dwellS = from.integer(preempt.dwellGreen(row), 0, byte)
  if (dwellS > Math.ceil(minDwellS)) {
    const message = `is ${dwellS} s, above preempt.minDwellS ${minDwellS}: the green would outlast its lease`
    faults.push(fault(preempt.dwellGreen(row), `${message}; set ${Math.ceil(minDwellS)}`))
  }
  return faults
}

/** The lesser of the column and the phase's own acts, and 0 ends the interval at once. */
function intervalFaults(from: Reading, row: number, phases: Programming['phases'], table: JunctionTable): FieldError[] {
  const longest = (of: (program: PhaseProgram) => number) => Math.max(0, ...[...phases.values()].map(of))
  const yellow = longest(({ yellowS }) => yellowS)
  const red = longest(({ redS }) => redS)
  const wanted = [
    { column: preempt.enterPedClear, unitS: 1, leastS: longest(({ pedestrianClearS }) => pedestrianClearS) },
    { column: preempt.enterYellowChange, unitS: 0.1, leastS: yellow },
    { column: preempt.enterRedClear, unitS: 0.1, leastS: red },
    { column: preempt.trackYellowChange, unitS: 0.1, leastS: yellow },
    { column: preempt.trackRedClear, unitS: 0.1, leastS: red },
  ]
  const faults: FieldError[] = []
  for (const { column, unitS, leastS } of wanted) {
    const object = column(row)
    const value = from.integer(object, 0, byte)
    // Tenths as whole numbers: 3.6 is not exact in binary.
    if (value >= Math.round(leastS / unitS)) continue
    const s = Math.round(value * unitS * 10) / 10
    faults.push(fault(object, `is ${value} (${s} s), below the longest of the phases, ${leastS} s; set ${own}`))
  }
  const green = from.integer(preempt.minimumGreen(row), 0, byte)
  const safeS = Math.min(
    table.preempt.minGreenS,
    longest(({ minimumGreenS }) => minimumGreenS),
  )
  if (green < safeS) {
    faults.push(fault(preempt.minimumGreen(row), `is ${green} s, below preempt.minGreenS ${safeS}; set at least that`))
  }
  return faults
}

/** Actions of other uses of a preempt that would take the green away or never give it. */
function actionFaults(from: Reading, row: number): FieldError[] {
  const faults: FieldError[] = []
  const trackS = from.integer(preempt.trackGreen(row), 0, byte)
  if (trackS !== 0)
    faults.push(fault(preempt.trackGreen(row), `is ${trackS} s: track clearance is for railways; set 0`))
  const control = from.integer(preempt.control(row), 0, byte)
  if ((control & 8) !== 0) {
    faults.push(fault(preempt.control(row), `is ${control}: bit 3 flashes in dwell, no green is shown; clear it`))
  }
  const link = from.integer(preempt.link(row), 0, byte)
  if (link !== 0) faults.push(fault(preempt.link(row), `is ${link}: it would call another preempt; set 0`))
  const cycling = from.octets(preempt.cyclingPhase(row))
  if (cycling.length > 0) {
    const message = `is ${cycling.join(', ')}: the green would move on in dwell; set an empty string`
    faults.push(fault(preempt.cyclingPhase(row), message))
  }
  return faults
}

/** Phases that one column shows together exist, are enabled, are in different rings and name each other as concurrent. */
function togetherFaults(object: MibObject, numbers: readonly number[], phases: Programming['phases']): FieldError[] {
  const faults: FieldError[] = []
  numbers.forEach((number, index) => {
    const program = phases.get(number)
    if (!program) {
      faults.push(fault(object, `names phase ${number}, which is not there or not enabled`))
      return
    }
    for (const other of numbers.slice(index + 1)) {
      const beside = phases.get(other)
      if (other === number) faults.push(fault(object, `names phase ${number} twice`))
      else if (beside && beside.ring === program.ring) {
        faults.push(fault(object, `names phases ${number} and ${other}, both of ring ${program.ring}`))
      } else if (beside && !(program.concurrent.includes(other) && beside.concurrent.includes(number))) {
        faults.push(fault(object, `names phases ${number} and ${other}, which phaseConcurrency keeps apart`))
      }
    }
  })
  return faults
}

/** The dwell greens are those of the approach, and nothing that conflicts with them by the timing table. */
function approachFaults(
  from: Reading,
  overlaps: Reading,
  row: number,
  approach: string,
  plan: NtcipPlan,
  table: JunctionTable,
): FieldError[] {
  const faults: FieldError[] = []
  const dwell = from.octets(preempt.dwellPhase(row))
  const dwellOverlaps = from.octets(preempt.dwellOverlap(row))
  if (dwell.length === 0) faults.push(fault(preempt.dwellPhase(row), 'is empty: no phase would be green in dwell'))
  const shown = (output: NtcipPlan['groups'][string]): boolean => {
    if ('phase' in output) return dwell.includes(output.phase)
    if (!('overlap' in output)) return false
    // An overlap follows its phases, and in dwell only where it is listed.
    const included = overlaps.octets(overlapIncludedPhases(output.overlap))
    return dwellOverlaps.includes(output.overlap) && included.some((number) => dwell.includes(number))
  }
  for (const output of outputsOf(plan, table, approach)) {
    if (shown(output)) continue
    const [what, number] = Object.entries(output)[0] as [string, number]
    const object = what === 'overlap' ? preempt.dwellOverlap(row) : preempt.dwellPhase(row)
    const value = (what === 'overlap' ? dwellOverlaps : dwell).join(', ') || 'nothing'
    faults.push(fault(object, `is ${value}: ${what} ${number} of approach "${approach}" would not be green; add it`))
  }
  // Walks are shown in dwell where the column names them.
  const walks = from.octets(preempt.dwellPed(row))
  const green = Object.entries(plan.groups).flatMap(([id, output]) =>
    shown(output) || ('ped' in output && walks.includes(output.ped)) ? [id] : [],
  )
  green.forEach((id, index) => {
    for (const other of green.slice(index + 1)) {
      if (!inConflict(table, id, other)) continue
      const walk = [id, other].some((each) => 'ped' in (plan.groups[each] as Output))
      const [object, value] = walk ? [preempt.dwellPed(row), walks] : [preempt.dwellPhase(row), dwell]
      faults.push(fault(object, `is ${value.join(', ')}: groups "${id}" and "${other}" conflict`))
    }
  })
  return faults
}
