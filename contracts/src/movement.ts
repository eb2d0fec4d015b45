import type { Approach, JunctionTable } from './junction.ts'

/** A way through a junction. */
export interface Movement {
  approach: string
  exit: string
}

/** Every vehicle signal group that releases the approach, its main one first. */
export const groupsOf = ({ group, connections = [] }: Approach): string[] => [
  ...new Set([group, ...connections.map((connection) => connection.group)]),
]

/** The signal group that releases the approach towards the exit. */
export const groupTowards = ({ group, connections = [] }: Approach, exit: string): string =>
  connections.find((connection) => connection.exit === exit)?.group ?? group

/** The vehicle signal groups that a pre-emption for the movement turns green. */
export function servedGroups({ approaches, preempt }: JunctionTable, { approach, exit }: Movement): string[] {
  const from = approaches.find(({ id }) => id === approach)
  if (!from) return []
  return preempt.serves === 'movement' ? [groupTowards(from, exit)] : groupsOf(from)
}

/** True when the two signal groups may not be green together. A pair conflicts when either order of it is listed. */
export const inConflict = (table: JunctionTable, a: string, b: string): boolean =>
  table.intergreens.some(({ ends, begins }) => (ends === a && begins === b) || (ends === b && begins === a))

/** Traffic keeps to one side of an arm: where it comes in and where it goes out are so far apart, degrees. */
const sideDeg = 10

/** Where a movement enters and leaves on a circle round the junction, compass degrees. Drives on the right. */
function endsOf(table: JunctionTable, { approach, exit }: Movement): [number, number] | undefined {
  const from = table.approaches.find(({ id }) => id === approach)
  const to = table.exits.find(({ id }) => id === exit)
  if (!from || !to) return undefined
  return [(from.bearingDeg + 180 - sideDeg + 360) % 360, (to.bearingDeg + sideDeg) % 360]
}

/**
 * Whether two vehicles that take these ways at the same time can meet: their signal groups conflict, their paths cross,
 * or they leave by the same exit. Two from the same approach follow one another and do not conflict.
 */
export function movementsConflict(table: JunctionTable, a: Movement, b: Movement): boolean {
  if (a.approach === b.approach) return false
  const [mine, other] = [endsOf(table, a), endsOf(table, b)]
  if (!mine || !other || a.exit === b.exit) return true
  const against = servedGroups(table, b)
  if (servedGroups(table, a).some((group) => against.some((one) => inConflict(table, group, one)))) return true
  const [low, high] = [Math.min(...mine), Math.max(...mine)]
  const inside = other.filter((deg) => deg > low && deg < high).length
  return inside === 1
}
