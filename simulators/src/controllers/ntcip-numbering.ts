import { groupsOf, inConflict, type JunctionTable, type SignalGroup } from '@clearway/contracts'

/** A phase as a controller's programmer would enter it; times as the columns hold them. */
interface NumberedPhase {
  number: number
  /** Vehicle signal group; absent where only people walk. */
  vehicle: SignalGroup | undefined
  /** Pedestrian signal group on its walk outputs. */
  ped: SignalGroup | undefined
  ring: number
  concurrent: number[]
  redS: number
}

/** The numbers that a junction gets in a controller: what a programmer would have decided at the desk. */
export interface Numbering {
  phases: NumberedPhase[]
  overlaps: { number: number; group: string; phases: number[]; yellowS: number; redS: number }[]
  /** Approach → preempt number, and the phases and overlaps that are green in its dwell. */
  preempts: { number: number; approach: string; dwell: number[]; dwellOverlaps: number[] }[]
}

/** Ring and phase numbers of the table where it has them; otherwise groups in their order, walks beside a vehicle group. */
export function numberingOf(table: JunctionTable): Numbering {
  const phases = table.rings ? ringPhases(table, table.rings) : stagePhases(table)
  const overlaps = (table.rings?.overlaps ?? []).map(({ group, phases: included, redS }, index) => ({
    number: index + 1,
    group,
    phases: included,
    yellowS: table.groups.find(({ id }) => id === group)?.yellowS ?? 0,
    redS,
  }))
  const preempts = table.approaches.map((approach, index) => {
    const groups = groupsOf(approach)
    const dwell = phases.filter(({ vehicle }) => vehicle && groups.includes(vehicle.id)).map(({ number }) => number)
    const dwellOverlaps = overlaps.filter(({ group }) => groups.includes(group)).map(({ number }) => number)
    return { number: index + 1, approach: approach.id, dwell, dwellOverlaps }
  })
  return { phases, overlaps, preempts }
}

function ringPhases(table: JunctionTable, { phases, rings }: NonNullable<JunctionTable['rings']>): NumberedPhase[] {
  const groupOf = (ids: string[], kind: SignalGroup['kind']) =>
    table.groups.find((group) => ids.includes(group.id) && group.kind === kind)
  const place = (number: number) => {
    const ring = rings.findIndex((barriers) => barriers.some((numbers) => numbers.includes(number)))
    return { ring, barrier: rings[ring]?.findIndex((numbers) => numbers.includes(number)) ?? -1 }
  }
  const beside = (a: number, b: number) => place(a).ring !== place(b).ring && place(a).barrier === place(b).barrier
  const idsOf = new Map(phases.map(({ number, groups }) => [number, groups]))
  return phases.map(({ number, groups, redS }) => ({
    number,
    vehicle: groupOf(groups, 'vehicle'),
    ped: groupOf(groups, 'pedestrian'),
    ring: place(number).ring + 1,
    concurrent: phases
      .map((other) => other.number)
      .filter((other) => beside(number, other) && !conflict(table, groups, idsOf.get(other) ?? [])),
    redS,
  }))
}

function stagePhases(table: JunctionTable): NumberedPhase[] {
  const vehicles = table.groups.filter(({ kind }) => kind === 'vehicle')
  const phases = vehicles.map((vehicle, index): NumberedPhase => {
    const reds = table.intergreens.filter(({ ends }) => ends === vehicle.id).map(({ redS }) => redS)
    const redS = Math.max(0, ...reds)
    return { number: index + 1, vehicle, ped: undefined, ring: 0, concurrent: [], redS }
  })
  for (const ped of table.groups.filter(({ kind }) => kind === 'pedestrian')) {
    const free = phases.find((phase) => {
      const { vehicle } = phase
      if (!vehicle || phase.ped || inConflict(table, vehicle.id, ped.id)) return false
      return table.stages.some(({ groups }) => groups.includes(vehicle.id) && groups.includes(ped.id))
    })
    if (free) free.ped = ped
    else phases.push({ number: phases.length + 1, vehicle: undefined, ped, ring: 0, concurrent: [], redS: 0 })
  }
  const idsOf = ({ vehicle, ped }: NumberedPhase) => [vehicle, ped].flatMap((group) => group?.id ?? [])
  for (const phase of phases) {
    const together = phases.filter((other) => other !== phase && !conflict(table, idsOf(phase), idsOf(other)))
    phase.concurrent = together.map(({ number }) => number)
    // Phases that may run together need rings of their own.
    const taken = together.map(({ ring }) => ring)
    phase.ring = 1
    while (taken.includes(phase.ring)) phase.ring++
  }
  return phases
}

const conflict = (table: JunctionTable, some: readonly string[], others: readonly string[]): boolean =>
  some.some((id) => others.some((other) => inConflict(table, id, other)))

/** Settings of the `ntcip` driver that go with these numbers, without host, port and security. */
export function driverSettings({ phases, overlaps, preempts }: Numbering) {
  const groups: Record<string, { phase: number } | { ped: number } | { overlap: number }> = {}
  for (const { number, vehicle, ped } of phases) {
    if (vehicle) groups[vehicle.id] = { phase: number }
    if (ped) groups[ped.id] = { ped: number }
  }
  for (const { number, group } of overlaps) groups[group] = { overlap: number }
  return { groups, preempts: Object.fromEntries(preempts.map(({ approach, number }) => [approach, number])) }
}
