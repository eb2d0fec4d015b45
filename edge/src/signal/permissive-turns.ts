import { groupTowards, type JunctionTable, movementsConflict } from '@clearway/contracts'

/** An exit within this of an arm's bearing lies on that arm, degrees. */
const armDeg = 30

/**
 * Which groups a vehicle group may meet though both are green: opposing traffic that its left turn crosses, walkers on
 * the arm that it leaves by. While one of them may move, its own movement is permissive, otherwise protected (SAE J2735).
 *
 * @returns group → groups that it must give way to; walkers give way to nobody
 */
export function permissiveTurns(table: JunctionTable): ReadonlyMap<string, readonly string[]> {
  const ways = table.approaches.flatMap((approach) =>
    approach.exits.map((exit) => ({ approach: approach.id, exit, group: groupTowards(approach, exit) })),
  )
  const conflicts = new Set(table.intergreens.map(({ ends, begins }) => `${ends} ${begins}`))
  const together = (a: string, b: string) => a !== b && !conflicts.has(`${a} ${b}`) && !conflicts.has(`${b} ${a}`)
  const meets = new Map<string, Set<string>>(table.groups.map(({ id }) => [id, new Set()]))
  // Of groups that may be green together only the paths are asked about.
  const paths = { ...table, intergreens: [] }
  for (const way of ways) {
    const mine = meets.get(way.group) as Set<string>
    for (const { id, kind, approach } of table.groups) {
      if (kind === 'pedestrian' && together(way.group, id) && leavesBy(table, way.exit, approach)) mine.add(id)
    }
    for (const other of ways) {
      if (mine.has(other.group) || !together(way.group, other.group)) continue
      if (movementsConflict(paths, way, other)) mine.add(other.group)
    }
  }
  return new Map([...meets].map(([group, others]) => [group, [...others]]))
}

/** Whether the exit lies on the arm that traffic of the approach comes in by. */
function leavesBy({ approaches, exits }: JunctionTable, exit: string, arm: string): boolean {
  const out = exits.find(({ id }) => id === exit)
  const into = approaches.find(({ id }) => id === arm)
  if (!out || !into) return false
  const apartDeg = Math.abs(out.bearingDeg - into.bearingDeg) % 360
  return Math.abs(apartDeg - 180) <= armDeg
}
