import { groupTowards, inConflict, type JunctionTable, movementsConflict } from '@clearway/contracts'
import type { Examination } from '../examination.ts'
import type { Way } from '../mission.ts'

/** Every way through the junction that can be asked for. */
const waysOf = (table: JunctionTable): Way[] =>
  table.approaches.flatMap(({ id, exits }) => exits.map((exit) => ({ approach: id, exit })))

function groupOf(table: JunctionTable, { approach, exit }: Way): string {
  const known = table.approaches.find(({ id }) => id === approach)
  return known ? groupTowards(known, exit) : ''
}

/** A way whose group may not be green together with that of `way`. */
export const conflictingWay = (table: JunctionTable, way: Way): Way | undefined =>
  waysOf(table).find(
    (other) => other.approach !== way.approach && inConflict(table, groupOf(table, way), groupOf(table, other)),
  )

/** A way that two vehicles may take together with `way`: of another approach, or else from the same one. */
export function compatibleWay(table: JunctionTable, way: Way): Way {
  const others = waysOf(table).filter((other) => other.approach !== way.approach)
  return others.find((other) => !movementsConflict(table, way, other)) ?? way
}

/** A way that is red now and has a conflict, so that its green has to be brought about; the best there is otherwise. */
export function redWay({ table, state }: Examination): Way {
  const ways = waysOf(table)
  const red = ways.filter((way) => state?.groups[groupOf(table, way)] === 'stop-And-Remain')
  const best = red.find((way) => conflictingWay(table, way)) ?? red[0]
  return best ?? ways.find((way) => conflictingWay(table, way)) ?? (ways[0] as Way)
}
