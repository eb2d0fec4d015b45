import {
  type Approach,
  groupsOf,
  groupTowards,
  inConflict,
  type JunctionTable,
  movementsConflict,
  tailS,
} from '@clearway/contracts'

/** A way through the junction that may be asked for. */
export interface Way {
  readonly approach: Approach
  readonly exit: string
  /** The signal group that releases it. */
  readonly group: string
  /** Ways that nobody may be on at the same time. */
  readonly conflicts: ReadonlySet<Way>
  /** Seconds from the end of the green of another approach until that of this; none where both may be green. */
  readonly turnS: ReadonlyMap<Approach, number>
  /** Whether the controller can serve both approaches in one pre-emption, as far as their groups allow it. */
  servedWith(other: Approach): boolean
}

/**
 * Every way of a junction, with what they mean for one another worked out once.
 *
 * @param together whether the controller has one pre-emption for both approaches
 */
export function waysOf(table: JunctionTable, together: (a: string, b: string) => boolean): Way[] {
  const ways = table.approaches.flatMap((approach) => {
    const turnS = new Map(
      table.approaches
        .filter((other) => inTheWay(table, other, approach))
        .map((other) => [other, changeS(table, groupsOf(other), groupsOf(approach))]),
    )
    const servedWith = (other: Approach) => other === approach || together(approach.id, other.id)
    return approach.exits.map((exit) => {
      return { approach, exit, group: groupTowards(approach, exit), conflicts: new Set<Way>(), turnS, servedWith }
    })
  })
  const movement = ({ approach, exit }: Way) => ({ approach: approach.id, exit })
  for (const way of ways) {
    for (const other of ways) if (movementsConflict(table, movement(way), movement(other))) way.conflicts.add(other)
  }
  return ways
}

const inTheWay = (table: JunctionTable, a: Approach, b: Approach): boolean =>
  a !== b && groupsOf(a).some((mine) => groupsOf(b).some((other) => inConflict(table, mine, other)))

/** Over every listed pair of a group that ends and one that begins: the tail of the first and the all-red between them. */
function changeS(table: JunctionTable, ending: readonly string[], beginning: readonly string[]): number {
  let longest = 0
  for (const { ends, begins, redS } of table.intergreens) {
    if (!ending.includes(ends) || !beginning.includes(begins)) continue
    const group = table.groups.find(({ id }) => id === ends)
    if (group) longest = Math.max(longest, tailS(group) + redS)
  }
  return longest
}
