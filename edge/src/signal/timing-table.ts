import {
  type Approach,
  compile,
  cycleOf,
  type FieldError,
  groupsOf,
  groupTowards,
  InputError,
  inConflict,
  JunctionTable,
  type SignalGroup,
} from '@clearway/contracts'
import { checkActuation } from './actuation-table.ts'
import { checkRingPlan } from './ring-table.ts'

const check = compile(JunctionTable)

/** A sum of tenths in binary is not exact; a millisecond is below anything a controller can show. */
const exactS = 0.001

/**
 * Everything that makes a table unsafe or impossible to run; empty when there is nothing. A controller is never built
 * from a table with faults.
 */
export function checkTimingTable(table: JunctionTable): FieldError[] {
  const shape = check.faults(table)
  if (shape.length > 0) return shape
  return [
    ...groupFaults(table),
    ...approachFaults(table),
    ...intergreenFaults(table),
    ...crossingFaults(table),
    ...stageFaults(table),
    ...cycleFaults(table),
    ...preemptFaults(table),
    ...checkActuation(table),
    ...checkRingPlan(table),
  ]
}

/** @throws InputError `timing-table` naming every wrong field */
export function requireTimingTable(table: JunctionTable): void {
  const faults = checkTimingTable(table)
  if (faults.length === 0) return
  const detail = faults.map(({ field, message }) => `${field} ${message}`).join('; ')
  const whose = typeof table?.id === 'string' ? ` of junction ${table.id}` : ''
  throw new InputError('timing-table', `timing table${whose}: ${detail}`, faults)
}

function groupFaults({ groups, approaches, preempt }: JunctionTable): FieldError[] {
  const faults = duplicates('groups', groups)
  const arms = new Set(approaches.map(({ id }) => id))
  groups.forEach((group, index) => {
    const field = `groups.${index}`
    if (!arms.has(group.approach)) {
      faults.push({ field: `${field}.approach`, message: `"${group.approach}" is not an approach of this junction` })
    }
    if (group.kind === 'pedestrian') {
      if (group.yellowS !== 0)
        faults.push({ field: `${field}.yellowS`, message: `${group.yellowS}: pedestrians have no yellow, give 0` })
      if (group.greenFlashS !== 0) {
        faults.push({
          field: `${field}.greenFlashS`,
          message: `${group.greenFlashS}: pedestrians have clearanceS, give 0`,
        })
      }
      if (group.clearanceS <= 0)
        faults.push({ field: `${field}.clearanceS`, message: `${group.clearanceS} must be above 0` })
      return
    }
    if (group.yellowS < 3) faults.push({ field: `${field}.yellowS`, message: `${group.yellowS} is below 3 s` })
    if (group.clearanceS !== 0)
      faults.push({ field: `${field}.clearanceS`, message: `${group.clearanceS}: vehicles have none, give 0` })
    if (preempt.minGreenS > group.minGreenS) {
      faults.push({
        field: 'preempt.minGreenS',
        message: `${preempt.minGreenS} is above groups.${index}.minGreenS ${group.minGreenS}`,
      })
    }
  })
  return faults
}

function approachFaults(table: JunctionTable): FieldError[] {
  const { approaches, exits, groups } = table
  const faults = [...duplicates('approaches', approaches), ...duplicates('exits', exits)]
  const known = new Set(exits.map(({ id }) => id))
  approaches.forEach((approach, index) => {
    const group = groups.find(({ id }) => id === approach.group)
    const field = `approaches.${index}`
    if (!group) faults.push({ field: `${field}.group`, message: `"${approach.group}" is not a group of this junction` })
    else if (group.kind !== 'vehicle' || group.approach !== approach.id) {
      faults.push({
        field: `${field}.group`,
        message: `"${group.id}" is not the vehicle group of approach "${approach.id}"`,
      })
    }
    if (approach.exits.length === 0) faults.push({ field: `${field}.exits`, message: 'is empty: nothing could leave' })
    approach.exits.forEach((exit, position) => {
      if (!known.has(exit))
        faults.push({ field: `${field}.exits.${position}`, message: `"${exit}" is not an exit of this junction` })
    })
    faults.push(...connectionFaults(table, approach, field))
  })
  groups.forEach(({ id, kind, approach: arm }, index) => {
    const own = approaches.find((approach) => approach.id === arm)
    if (kind === 'vehicle' && own && !groupsOf(own).includes(id)) {
      faults.push({ field: `groups.${index}`, message: `"${id}" releases nothing: name it in approach "${arm}"` })
    }
  })
  return faults
}

function connectionFaults(table: JunctionTable, approach: Approach, at: string): FieldError[] {
  const faults: FieldError[] = []
  const { connections = [] } = approach
  connections.forEach(({ exit, group: id }, index) => {
    const field = `${at}.connections.${index}`
    const group = table.groups.find((other) => other.id === id)
    if (!approach.exits.includes(exit)) {
      faults.push({ field: `${field}.exit`, message: `"${exit}" is not an exit of approach "${approach.id}"` })
    }
    if (connections.findIndex((other) => other.exit === exit) < index) {
      faults.push({ field: `${field}.exit`, message: `"${exit}" has a group already` })
    }
    if (!group) faults.push({ field: `${field}.group`, message: `"${id}" is not a group of this junction` })
    else if (group.kind !== 'vehicle' || group.approach !== approach.id) {
      faults.push({ field: `${field}.group`, message: `"${id}" is not a vehicle group of approach "${approach.id}"` })
    }
  })
  // A pre-emption turns the whole approach green.
  const clash = conflicting(table, groupsOf(approach))
  if (clash) faults.push({ field: `${at}.connections`, message: `"${clash[0]}" and "${clash[1]}" conflict` })
  return faults
}

function intergreenFaults({ groups, intergreens, stages, approaches }: JunctionTable): FieldError[] {
  const faults: FieldError[] = []
  const known = new Set(groups.map(({ id }) => id))
  const listed = new Set<string>()
  intergreens.forEach(({ ends, begins }, index) => {
    const field = `intergreens.${index}`
    if (!known.has(ends)) faults.push({ field: `${field}.ends`, message: `"${ends}" is not a group of this junction` })
    if (!known.has(begins))
      faults.push({ field: `${field}.begins`, message: `"${begins}" is not a group of this junction` })
    if (ends === begins) faults.push({ field, message: `"${ends}" cannot conflict with itself` })
    if (listed.has(pair(ends, begins))) faults.push({ field, message: `"${ends}" → "${begins}" is listed twice` })
    listed.add(pair(ends, begins))
  })
  for (const { ends, begins } of intergreens) {
    if (!listed.has(pair(begins, ends))) {
      faults.push({
        field: 'intergreens',
        message: `"${ends}" → "${begins}" is listed, "${begins}" → "${ends}" is missing`,
      })
    }
  }
  // A turn with a group of its own that no stage stops and nothing conflicts with gives way, as one with its own lane does.
  const isFreeTurn = ({ id }: SignalGroup) =>
    stages.every((stage) => stage.groups.includes(id)) &&
    !intergreens.some(({ ends }) => ends === id) &&
    !approaches.some((approach) => approach.group === id)
  // People on an arm are always in the way of the other vehicles that come out of it.
  for (const walk of groups.filter(({ kind }) => kind === 'pedestrian')) {
    for (const drive of groups.filter(({ kind, approach }) => kind === 'vehicle' && approach === walk.approach)) {
      if (!listed.has(pair(drive.id, walk.id)) && !isFreeTurn(drive)) {
        faults.push({
          field: 'intergreens',
          message: `"${drive.id}" → "${walk.id}" is missing: both use arm "${walk.approach}"`,
        })
      }
    }
  }
  return faults
}

/** Two ways straight on that meet at about a right angle cross, whatever the junction looks like. */
const straightDeg = 30
const crossingDeg = 60
/** The smaller angle between two directions, 0 to 180. */
const between = (a: number, b: number): number => Math.abs(((((a - b) % 360) + 540) % 360) - 180)

/** A pair that is not listed may be green together: two roads that cross must be listed. */
function crossingFaults(table: JunctionTable): FieldError[] {
  const faults: FieldError[] = []
  const straight = table.approaches.flatMap((approach) => {
    const exit = table.exits.find(
      ({ id, bearingDeg }) => approach.exits.includes(id) && between(approach.bearingDeg, bearingDeg) <= straightDeg,
    )
    return exit ? [{ bearingDeg: approach.bearingDeg, group: groupTowards(approach, exit.id) }] : []
  })
  straight.forEach((one, index) => {
    for (const other of straight.slice(index + 1)) {
      const angle = between(one.bearingDeg, other.bearingDeg)
      if (angle < crossingDeg || angle > 180 - crossingDeg || inConflict(table, one.group, other.group)) continue
      const message = `"${one.group}" → "${other.group}" is missing: straight on they cross`
      faults.push({ field: 'intergreens', message })
    }
  })
  return faults
}

function stageFaults({ stages, groups, intergreens }: JunctionTable): FieldError[] {
  const faults = duplicates('stages', stages)
  const conflicts = new Set(intergreens.map(({ ends, begins }) => pair(ends, begins)))
  stages.forEach((stage, index) => {
    const field = `stages.${index}`
    stage.groups.forEach((id, position) => {
      const group = groups.find((other) => other.id === id)
      if (!group)
        faults.push({ field: `${field}.groups.${position}`, message: `"${id}" is not a group of this junction` })
      else if (group.minGreenS > stage.greenS) {
        faults.push({
          field: `${field}.greenS`,
          message: `${stage.greenS} is below the minimum ${group.minGreenS} of group "${id}"`,
        })
      }
      for (const other of stage.groups.slice(position + 1)) {
        if (other === id) faults.push({ field: `${field}.groups`, message: `"${id}" is listed twice` })
        else if (conflicts.has(pair(id, other)) || conflicts.has(pair(other, id))) {
          faults.push({ field: `${field}.groups`, message: `"${id}" and "${other}" conflict` })
        }
      }
    })
  })
  groups.forEach(({ id }, index) => {
    if (!stages.some((stage) => stage.groups.includes(id))) {
      faults.push({ field: `groups.${index}`, message: `"${id}" is green in no stage` })
    }
  })
  return faults
}

function cycleFaults(table: JunctionTable): FieldError[] {
  const faults: FieldError[] = []
  const partsS = cycleOf(table)
  // With rings the stages are for planners; the splits are checked.
  if (!table.rings && Math.abs(partsS - table.cycleS) > exactS) {
    faults.push({
      field: 'cycleS',
      message: `${table.cycleS} is not the sum of the stages and their changes, ${partsS}`,
    })
  }
  if (table.offsetS >= table.cycleS) {
    faults.push({ field: 'offsetS', message: `${table.offsetS} must be below the cycle ${table.cycleS}` })
  }
  return faults
}

function preemptFaults(table: JunctionTable): FieldError[] {
  const faults: FieldError[] = []
  const { minDwellS, maxPresenceS, delayS = 0, minDurationS = 0, exit = [] } = table.preempt
  const within = (name: string, lastsS: number, sum: string) => {
    if (lastsS > maxPresenceS) {
      faults.push({ field: `preempt.${name}`, message: `${sum} is above maxPresenceS ${maxPresenceS}` })
    }
  }
  const delayed = delayS > 0 ? ` with delayS ${delayS}` : ''
  within('minDwellS', delayS + minDwellS, `${minDwellS}${delayed}`)
  within('minDurationS', delayS + minDurationS, `${minDurationS}${delayed}`)
  exit.forEach((id, index) => {
    const known = table.groups.some((group) => group.id === id)
    if (!known) faults.push({ field: `preempt.exit.${index}`, message: `"${id}" is not a group of this junction` })
  })
  const clash = conflicting(table, exit)
  if (clash) faults.push({ field: 'preempt.exit', message: `"${clash[0]}" and "${clash[1]}" conflict` })
  else if (!table.rings && !table.stages.some(({ groups }) => exit.every((id) => groups.includes(id)))) {
    faults.push({ field: 'preempt.exit', message: `${exit.join(', ')} are green together in no stage` })
  }
  return faults
}

function conflicting(table: JunctionTable, groups: readonly string[]): [string, string] | undefined {
  for (const a of groups) for (const b of groups) if (inConflict(table, a, b)) return [a, b]
  return undefined
}

const pair = (ends: string, begins: string): string => JSON.stringify([ends, begins])

function duplicates(field: string, items: readonly { id: string }[]): FieldError[] {
  const seen = new Set<string>()
  return items.flatMap(({ id }, index) => {
    if (!seen.has(id)) return seen.add(id) && []
    return [{ field: `${field}.${index}.id`, message: `"${id}" is taken` }]
  })
}
