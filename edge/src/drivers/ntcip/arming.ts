import { type FieldError, inConflict, type JunctionTable } from '@clearway/contracts'
import { type MibObject, overlap, phase, preempt, ringStatus, unitBackupTime } from './objects.ts'
import { byte, type PhaseProgram, type Programming, type Read, readProgramming, word } from './programming.ts'
import type { NtcipPlan, Output } from './settings.ts'
import { outputsOf } from './settings.ts'
import type { Reading } from './snmp-session.ts'

/** The safe value of the columns of which the lesser acts: the phase's own time. */
const own = byte

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
  const { backupS, phases, overlaps, preemptRows } = await readProgramming(read, plan, rows)
  const faults = [
    ...backupFaults(backupS, plan, table),
    ...phaseFaults(phases, overlaps, plan, table),
    ...overlapFaults(overlaps, plan, table),
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
    faults.push(...approachFaults(preemptRows, overlaps, row, approach, plan, table))
  }
  const known = await read([ringStatus(1)]).then(
    (answer) => {
      answer.integer(ringStatus(1), 0, word)
      return true
    },
    () => false,
  )
  return { programming: { backupS, phases, overlaps, dwell, equalToNext, ringStatus: known }, faults }
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

/** Phases that drive a group. An overlap takes its yellow and red from the phase that it ends with, any of them. */
function phasesOf(output: Output, overlaps: Programming['overlaps']): readonly number[] {
  if ('overlap' in output) return overlaps.get(output.overlap)?.phases ?? []
  return ['phase' in output ? output.phase : output.ped]
}

const longestRedS = ({ intergreens }: JunctionTable, id: string): number =>
  Math.max(0, ...intergreens.filter(({ ends }) => ends === id).map(({ redS }) => redS))

const shortRed = (isS: number, id: string, neededS: number): string =>
  `is ${isS} s, below the longest redS of intergreens after group "${id}", ${neededS}`

/** No interval of the controller's own is shorter than the table's: planner and conflict monitor rely on that. */
function phaseFaults(
  phases: Programming['phases'],
  overlaps: Programming['overlaps'],
  plan: NtcipPlan,
  table: JunctionTable,
): FieldError[] {
  const faults: FieldError[] = []
  for (const group of table.groups) {
    const { id } = group
    const output = plan.groups[id] as Output
    const redS = longestRedS(table, id)
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
        if (program.redS < redS) faults.push(fault(phase.redClear(number), shortRed(program.redS, id, redS)))
      }
    }
  }
  return faults
}

/** An overlap that may outlast its phase ends with a yellow and red of its own, and not later than a dwell would. */
function overlapFaults(overlaps: Programming['overlaps'], plan: NtcipPlan, table: JunctionTable): FieldError[] {
  const faults: FieldError[] = []
  for (const { id, yellowS } of table.groups) {
    const output = plan.groups[id] as Output
    const program = 'overlap' in output ? overlaps.get(output.overlap) : undefined
    if (!('overlap' in output) || !program) continue
    if (program.phases.length === 0) {
      faults.push(fault(overlap.includedPhases(output.overlap), `is empty: group "${id}" would never be green`))
    }
    if (program.trailGreenS === 0) continue
    const { trailGreenS, trailYellowS, trailRedS } = program
    const redS = longestRedS(table, id)
    const dwellS = Math.ceil(table.preempt.minDwellS)
    if (trailYellowS < yellowS) {
      const message = `is ${trailYellowS} s, below yellowS ${yellowS} of group "${id}"`
      faults.push(fault(overlap.trailYellow(output.overlap), message))
    }
    if (trailRedS < redS) faults.push(fault(overlap.trailRed(output.overlap), shortRed(trailRedS, id, redS)))
    if (trailGreenS > dwellS) {
      const message = `is ${trailGreenS} s, above preempt.minDwellS ${dwellS}: the green would outlast its lease; set 0`
      faults.push(fault(overlap.trailGreen(output.overlap), message))
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
  const walk = from.integer(preempt.minimumWalk(row), 0, byte)
  const safeWalkS = Math.min(
    table.preempt.minWalkS ?? 0,
    longest(({ walkS }) => walkS),
  )
  if (walk < safeWalkS) {
    const message = `is ${walk} s, below preempt.minWalkS ${safeWalkS}; set at least that`
    faults.push(fault(preempt.minimumWalk(row), message))
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
  overlaps: Programming['overlaps'],
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
    const included = overlaps.get(output.overlap)?.phases ?? []
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
