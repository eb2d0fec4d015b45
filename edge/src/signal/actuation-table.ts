import type { FieldError, JunctionTable, SignalGroup } from '@clearway/contracts'

/** Everything that is wrong with how a table has its traffic detected and served, transit included. */
export function checkActuation(table: JunctionTable): FieldError[] {
  return [...detectorFaults(table), ...timeFaults(table), ...callFaults(table), ...priorityFaults(table)]
}

function detectorFaults({ groups, detectors = [] }: JunctionTable): FieldError[] {
  const faults: FieldError[] = []
  detectors.forEach(({ id, kind, groups: called }, index) => {
    const field = `detectors.${index}`
    if (detectors.findIndex((other) => other.id === id) < index) {
      faults.push({ field: `${field}.id`, message: `"${id}" is taken` })
    }
    called.forEach((name, place) => {
      const group = groups.find((other) => other.id === name)
      const at = `${field}.groups.${place}`
      if (!group) faults.push({ field: at, message: `"${name}" is not a group of this junction` })
      else if (group.kind !== kind)
        faults.push({ field: at, message: `"${name}" is a ${group.kind} group, not ${kind}` })
      if (called.indexOf(name) < place) faults.push({ field: at, message: `"${name}" is listed twice` })
    })
  })
  return faults
}

function timeFaults(table: JunctionTable): FieldError[] {
  const faults: FieldError[] = []
  table.groups.forEach((group, index) => {
    const { id, kind, minGreenS, maxGreenS, passageS } = group
    const field = `groups.${index}`
    if (maxGreenS !== undefined && maxGreenS < minGreenS) {
      faults.push({ field: `${field}.maxGreenS`, message: `${maxGreenS} is below minGreenS ${minGreenS}` })
    }
    if (!isActuated(table) || kind === 'pedestrian') return
    if (maxGreenS === undefined) {
      faults.push({ field: `${field}.maxGreenS`, message: `is missing: operation is ${table.operation}` })
    }
    if (passageS === undefined && isDetected(table, group)) {
      faults.push({ field: `${field}.passageS`, message: `is missing: a detector extends "${id}"` })
    }
  })
  return faults
}

/** Nobody is to wait for a green that nothing can call. */
function callFaults(table: JunctionTable): FieldError[] {
  if (!isActuated(table)) return []
  return table.groups.flatMap((group, index): FieldError[] => {
    const { id, recall = 'none' } = group
    if (recall !== 'none' || isDetected(table, group) || comesAlong(table, group)) return []
    return [{ field: `groups.${index}.recall`, message: `is missing: no detector calls "${id}"` }]
  })
}

function priorityFaults({ priority }: JunctionTable): FieldError[] {
  if (!priority || priority.earlyGreen || priority.maxExtensionS > 0) return []
  return [{ field: 'priority', message: 'gives neither early green nor an extension: leave it out' }]
}

const isActuated = ({ operation = 'fixed-time' }: JunctionTable): boolean => operation !== 'fixed-time'

const isDetected = ({ detectors = [] }: JunctionTable, { id }: SignalGroup): boolean =>
  detectors.some(({ groups }) => groups.includes(id))

/** The vehicles that a coordinated cycle comes back to, and overlaps. */
function comesAlong({ operation, stages, rings }: JunctionTable, { id, kind }: SignalGroup): boolean {
  if (kind === 'pedestrian') return false
  if (!rings) return operation === 'coordinated' && stages[0]?.groups.includes(id) === true
  if (rings.overlaps.some(({ group }) => group === id)) return true
  return (
    operation === 'coordinated' && rings.phases.some(({ coordinated, groups }) => coordinated && groups.includes(id))
  )
}
