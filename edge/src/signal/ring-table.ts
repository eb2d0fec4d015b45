import {
  type FieldError,
  groupsOf,
  groupsWith,
  inConflict,
  type JunctionTable,
  minimumSplitS,
  type Phase,
  type PhaseWindow,
  phaseChangeS,
  phaseWindows,
  type RingPlan,
  type SignalGroup,
  tailS,
} from '@clearway/contracts'

/** A sum of tenths in binary is not exact; a millisecond is below anything a controller can show. */
const exactS = 0.001
const differ = (a: number, b: number): boolean => Math.abs(a - b) > exactS

type RingTable = JunctionTable & { rings: RingPlan }

/**
 * Everything that makes a ring plan unsafe or impossible to run; empty when there is nothing, or no ring plan. The shape
 * of the table, its groups and its intergreens are checked before.
 */
export function checkRingPlan(table: JunctionTable): FieldError[] {
  if (!hasRings(table)) return []
  const shape = [...ringFaults(table.rings), ...phaseFaults(table), ...overlapFaults(table)]
  // What follows takes every number and every group for known.
  if (shape.length > 0) return shape
  return [
    ...placeFaults(table),
    ...redFaults(table),
    ...splitFaults(table),
    ...coordinationFaults(table),
    ...togetherFaults(table),
  ]
}

const hasRings = (table: JunctionTable): table is RingTable => table.rings !== undefined

function ringFaults({ rings, phases }: RingPlan): FieldError[] {
  const faults: FieldError[] = []
  const sides = rings[0]?.length ?? 0
  const seen = new Set<number>()
  rings.forEach((ring, place) => {
    const field = `rings.rings.${place}`
    if (ring.length !== sides) {
      faults.push({ field, message: `has ${ring.length} barriers, ring 0 has ${sides}: all rings cross them together` })
    }
    ring.flat().forEach((number) => {
      if (!phases.some((phase) => phase.number === number)) {
        faults.push({ field, message: `${number} is not a phase of rings.phases` })
      }
      if (seen.has(number)) faults.push({ field, message: `phase ${number} is in the rings twice` })
      seen.add(number)
    })
  })
  for (let side = 0; side < sides; side++) {
    if (rings.every((ring) => (ring[side] ?? []).length === 0)) {
      faults.push({ field: `rings.rings.0.${side}`, message: 'no ring has a phase between these barriers' })
    }
  }
  phases.forEach(({ number }, index) => {
    const field = `rings.phases.${index}.number`
    if (phases.findIndex((phase) => phase.number === number) < index)
      faults.push({ field, message: `${number} is taken` })
    else if (!seen.has(number)) faults.push({ field, message: `phase ${number} is in no ring` })
  })
  return faults
}

/** Each group has its one place: a phase, or an overlap. */
function phaseFaults({ groups, rings: { phases, overlaps } }: RingTable): FieldError[] {
  const faults: FieldError[] = []
  const used = new Map<string, string>()
  const use = (id: string, field: string) => {
    const by = used.get(id)
    if (!groups.some((group) => group.id === id))
      faults.push({ field, message: `"${id}" is not a group of this junction` })
    else if (by)
      faults.push({ field, message: `"${id}" is already in ${by}: a green with several phases is an overlap` })
    used.set(id, field)
  }
  phases.forEach((phase, index) => {
    const field = `rings.phases.${index}.groups`
    phase.groups.forEach((id, place) => {
      use(id, `${field}.${place}`)
    })
    const drives = groups.filter(({ id, kind }) => kind === 'vehicle' && phase.groups.includes(id)).length
    if (drives !== 1) faults.push({ field, message: `has ${drives} vehicle groups, a phase has one` })
  })
  overlaps.forEach(({ group }, index) => {
    use(group, `rings.overlaps.${index}.group`)
  })
  groups.forEach(({ id }, index) => {
    if (!used.has(id)) faults.push({ field: `groups.${index}`, message: `"${id}" is in no phase and no overlap` })
  })
  return faults
}

function overlapFaults(table: RingTable): FieldError[] {
  const { phases, overlaps } = table.rings
  return overlaps.flatMap(({ group, phases: included }, index) => {
    const field = `rings.overlaps.${index}`
    const kind = table.groups.find(({ id }) => id === group)?.kind
    const faults: FieldError[] =
      kind === 'pedestrian' ? [{ field: `${field}.group`, message: `"${group}" is for walkers: they have phases` }] : []
    included.forEach((number, place) => {
      const phase = phases.find((other) => other.number === number)
      if (!phase)
        faults.push({ field: `${field}.phases.${place}`, message: `${number} is not a phase of rings.phases` })
      for (const id of phase?.groups ?? []) {
        if (!inConflict(table, group, id)) continue
        faults.push({
          field: `${field}.phases.${place}`,
          message: `"${id}" of phase ${number} conflicts with "${group}"`,
        })
      }
    })
    return faults
  })
}

/** Phases of one ring and phases of different sides are never green together, and the faces must know it. */
function placeFaults(table: RingTable): FieldError[] {
  const windows = phaseWindows(table.rings)
  const faults = windows.flatMap(({ phase }) => {
    const field = `rings.phases.${table.rings.phases.indexOf(phase)}.groups`
    const clash = firstPair(phase.groups, phase.groups, (a, b) => inConflict(table, a, b))
    return clash ? [{ field, message: `"${clash[0]}" and "${clash[1]}" of phase ${phase.number} conflict` }] : []
  })
  windows.forEach((here, index) => {
    for (const there of windows.slice(index + 1)) {
      if (here.ring !== there.ring) continue
      const [a, b] = [vehicleOf(table, here.phase), vehicleOf(table, there.phase)]
      if (inConflict(table, a.id, b.id)) continue
      const ring = `phases ${here.phase.number} and ${there.phase.number} are in ring ${here.ring}`
      faults.push({ field: 'intergreens', message: `"${a.id}" → "${b.id}" is missing: ${ring}` })
    }
  })
  return faults
}

/**
 * Red clearance is told twice, by phase and by pair. A controller that enters a pre-emption follows the pairs, one that
 * follows its plan the phases, so both must say the same. Walkers are clear when the phase beside them is.
 */
function redFaults(table: RingTable): FieldError[] {
  const { phases, overlaps } = table.rings
  return table.intergreens.flatMap(({ ends, begins, redS }, index) => {
    const overlap = overlaps.findIndex(({ group }) => group === ends)
    const place = phases.findIndex(({ groups }) => groups.includes(ends))
    const phase = phases[place]
    const of = `"${ends}" → "${begins}"`
    const field = `intergreens.${index}.redS`
    if (table.groups.find(({ id }) => id === ends)?.kind === 'pedestrian') {
      if (!phase) return []
      const clearS = tailS(vehicleOf(table, phase)) + phase.redS
      if (redS <= clearS + exactS) return []
      return [{ field, message: `${redS} of ${of} is above yellow and red of phase ${phase.number}, ${clearS}` }]
    }
    const [own, said] =
      overlap >= 0 ? [overlaps[overlap], `rings.overlaps.${overlap}`] : [phase, `rings.phases.${place}`]
    if (!own || !differ(own.redS, redS)) return []
    return [{ field: `${said}.redS`, message: `${own.redS} is not that of intergreens.${index} ${of}, ${redS}` }]
  })
}

function splitFaults(table: RingTable): FieldError[] {
  const { rings, phases } = table.rings
  const faults = phases.flatMap((phase, index) => {
    const leastS = minimumSplitS(table, phase)
    if (phase.splitS >= leastS - exactS) return []
    const changeS = phaseChangeS(table, phase)
    const message = `${phase.splitS} is below ${leastS}: the minimum green, or walk and clearance, of phase ${phase.number} and ${changeS} to the next`
    return [{ field: `rings.phases.${index}.splitS`, message }]
  })
  const splitOf = (number: number) => phases.find((phase) => phase.number === number)?.splitS ?? 0
  const lengthS = (numbers: readonly number[] = []) => numbers.reduce((sum, number) => sum + splitOf(number), 0)
  // A ring that has no phase on a side waits there in red.
  const sidesS = (rings[0] ?? []).map((_, side) => Math.max(...rings.map((ring) => lengthS(ring[side]))))
  rings.forEach((ring, place) => {
    ring.forEach((numbers, side) => {
      if (numbers.length === 0 || !differ(lengthS(numbers), sidesS[side] as number)) return
      faults.push({
        field: `rings.rings.${place}.${side}`,
        message: `splits of phases ${numbers.join(', ')} are ${lengthS(numbers)} s together, another ring has ${sidesS[side]}`,
      })
    })
  })
  const sumS = sidesS.reduce((sum, sideS) => sum + sideS, 0)
  if (differ(sumS, table.cycleS)) {
    faults.push({ field: 'cycleS', message: `${table.cycleS} is not the sum of the splits of a ring, ${sumS}` })
  }
  return faults
}

function coordinationFaults(table: RingTable): FieldError[] {
  const windows = phaseWindows(table.rings)
  const fieldOf = ({ phase }: PhaseWindow, end: string) => `rings.phases.${table.rings.phases.indexOf(phase)}.${end}`
  const main = windows.filter(({ phase }) => phase.coordinated)
  const faults: FieldError[] = []
  main.forEach((window, index) => {
    const { phase, ring, barrier } = window
    const before = main.slice(0, index).find((other) => other.ring === ring)
    const field = fieldOf(window, 'coordinated')
    if (before) faults.push({ field, message: `phase ${before.phase.number} of ring ${ring} is coordinated already` })
    else if (barrier !== main[0]?.barrier) {
      faults.push({ field, message: `phase ${phase.number} is not on the side of phase ${main[0]?.phase.number}` })
    }
  })
  if (main.length === 0 && table.operation !== 'free') {
    faults.push({ field: 'rings.phases', message: 'no phase is coordinated: say which gets what others leave over' })
  }
  windows.forEach((here, index) => {
    for (const there of windows.slice(index + 1)) {
      if (here.ring === there.ring || here.startS >= there.endS || there.startS >= here.endS) continue
      const clash = clashOf(table, here.phase, there.phase)
      if (!clash) continue
      const phases = `phases ${here.phase.number} and ${there.phase.number} overlap by their splits`
      faults.push({
        field: fieldOf(there, 'splitS'),
        message: `${phases}, but "${clash[0]}" and "${clash[1]}" conflict`,
      })
    }
  })
  return faults
}

/** NTCIP 1202: the phases of a dwell or an exit are mutually concurrent and at most one per ring. So are a stage's. */
function togetherFaults(table: RingTable): FieldError[] {
  const asked = [
    ...table.stages.map(({ groups }, index) => ({ field: `stages.${index}.groups`, groups })),
    ...table.approaches.map((approach, index) => ({ field: `approaches.${index}`, groups: groupsOf(approach) })),
    ...(table.preempt.exit ? [{ field: 'preempt.exit', groups: table.preempt.exit }] : []),
  ]
  return asked.flatMap(({ field, groups }): FieldError[] => {
    const windows = phaseWindows(table.rings).filter(({ phase }) => phase.groups.some((id) => groups.includes(id)))
    const numbers = windows.map(({ phase }) => phase.number).join(', ')
    const clash = firstPair(groups, groups, (a, b) => inConflict(table, a, b))
    if (clash) return [{ field, message: `"${clash[0]}" and "${clash[1]}" are wanted together and conflict` }]
    if (new Set(windows.map(({ barrier }) => barrier)).size > 1) {
      return [{ field, message: `phases ${numbers} are wanted together, with a barrier between them` }]
    }
    if (new Set(windows.map(({ ring }) => ring)).size < windows.length) {
      return [{ field, message: `phases ${numbers} are wanted together, two of them in one ring` }]
    }
    return []
  })
}

const vehicleOf = ({ groups }: RingTable, phase: Phase): SignalGroup =>
  groups.find(({ id, kind }) => kind === 'vehicle' && phase.groups.includes(id)) as SignalGroup

/** Two groups that would be green with these phases and must not be. */
const clashOf = (table: RingTable, a: Phase, b: Phase): [string, string] | undefined =>
  firstPair(groupsWith(table.rings, a), groupsWith(table.rings, b), (one, other) => inConflict(table, one, other))

function firstPair(
  these: readonly string[],
  those: readonly string[],
  is: (a: string, b: string) => boolean,
): [string, string] | undefined {
  for (const a of these) for (const b of those) if (is(a, b)) return [a, b]
  return undefined
}
