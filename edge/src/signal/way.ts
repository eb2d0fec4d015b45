import {
  type Approach,
  groupTowards,
  inConflict,
  type JunctionTable,
  movementsConflict,
  servedGroups,
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
  /** Seconds from the end of the green for another way until that for this; none where both may be green. */
  readonly turnS: ReadonlyMap<Way, number>
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
    const servedWith = (other: Approach) => other === approach || together(approach.id, other.id)
    return approach.exits.map((exit) => ({
      ...{ approach, exit, group: groupTowards(approach, exit), servedWith },
      ...{ conflicts: new Set<Way>(), turnS: new Map<Way, number>() },
    }))
  })
  const movement = ({ approach, exit }: Way) => ({ approach: approach.id, exit })
  const groups = new Map(ways.map((way) => [way as Way, servedGroups(table, movement(way))]))
  for (const way of ways) {
    const begins = groups.get(way)!
    for (const other of ways) {
      if (movementsConflict(table, movement(way), movement(other))) way.conflicts.add(other)
      const ends = groups.get(other)!
      if (way.approach === other.approach || !ends.some((one) => begins.some((two) => inConflict(table, one, two))))
        continue
      way.turnS.set(other, changeS(table, ends, begins))
    }
  }
  return ways
}

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
