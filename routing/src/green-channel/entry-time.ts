import {
  type Approach,
  groupTowards,
  InputError,
  inConflict,
  type JunctionTable,
  type Movement,
  type MovementState,
  type SignalGroup,
  servedGroups,
} from '@clearway/contracts'

/** What a junction's controller shows, and since when each signal group has shown it (our clock, ms). */
export interface SignalDisplay {
  groups: Readonly<Record<string, MovementState>>
  /** Signal groups in green flash; they are still reported as green. */
  greenFlash?: readonly string[]
  /** Start of the interval each group is in now. A group that is missing is taken to have just begun it. */
  sinceMs: Readonly<Record<string, number>>
}

const greens: ReadonlySet<MovementState> = new Set([
  'protected-Movement-Allowed',
  'permissive-Movement-Allowed',
  // Red with amber: green follows at once, so the whole green has to be waited for.
  'pre-Movement',
])
const clearances: ReadonlySet<MovementState> = new Set(['permissive-clearance', 'protected-clearance'])

/** True when the state lets the movement go. */
export const isGreen = (state: MovementState | undefined): boolean =>
  state === 'protected-Movement-Allowed' || state === 'permissive-Movement-Allowed'

/** @throws InputError `approach-unknown` */
export function approachOf(table: JunctionTable, approach: string): Approach {
  const found = table.approaches.find(({ id }) => id === approach)
  if (found) return found
  const known = table.approaches.map(({ id }) => id).join(', ')
  throw new InputError('approach-unknown', `junction ${table.id} has no approach "${approach}"; it has ${known}`, [
    { field: 'approach', message: `"${approach}" is not one of ${known}` },
  ])
}

const allRedS = (table: JunctionTable, ends: string, begins: string): number =>
  table.intergreens.find((pair) => pair.ends === ends && pair.begins === begins)?.redS ?? 0

/** Seconds from a request until `group`, green in full, has ended its green, at the most. */
function longestGreenS(table: JunctionTable, group: SignalGroup): number {
  // On entering both may drop to a safe minimum, of walk as a rule 0. Never longer than the group's own.
  const { minGreenS, minWalkS = 0 } = table.preempt
  return Math.min(group.minGreenS, group.kind === 'pedestrian' ? minWalkS : minGreenS)
}

/** Green flash, then yellow or pedestrian clearance: never shortened on entering. */
const closingS = (group: SignalGroup): number => group.yellowS + group.clearanceS

/** Seconds until `group` no longer stands in the way of `target`, from what it shows now. */
function conflictEndsInS(
  table: JunctionTable,
  group: SignalGroup,
  target: string,
  display: SignalDisplay,
  nowMs: number,
): number {
  const shown = display.groups[group.id]
  const elapsedS = Math.max(0, (nowMs - (display.sinceMs[group.id] ?? nowMs)) / 1000)
  const left = (intervalS: number) => Math.max(0, intervalS - elapsedS)
  const redS = allRedS(table, group.id, target)
  if (shown === undefined) return worstConflictS(table, group, target)
  if (clearances.has(shown)) return left(closingS(group)) + redS
  if (!greens.has(shown)) return left(redS)
  if (display.greenFlash?.includes(group.id)) return left(group.greenFlashS) + closingS(group) + redS
  const greenS = shown === 'pre-Movement' ? longestGreenS(table, group) : left(longestGreenS(table, group))
  return greenS + group.greenFlashS + closingS(group) + redS
}

const worstConflictS = (table: JunctionTable, group: SignalGroup, target: string): number =>
  longestGreenS(table, group) + group.greenFlashS + closingS(group) + allRedS(table, group.id, target)

/**
 * Seconds from a request's arrival at the controller until everything that the pre-emption serves is green:
 * T_entry = max over conflicting groups p of [G_rem,p + F_p + Y_p + P_p + R_p].
 *
 * G_rem is what is left of the shorter of the group's minimum green and the pre-emption's safe minimum (of walk 0 where
 * the table gives none), F green flash, Y yellow, P pedestrian clearance, R all-red; the last four always run in full.
 * Zero when it is green already and can be held.
 *
 * @param display what the controller shows; undefined when it is not known: then the longest possible answer
 * @throws InputError when the junction has no such approach
 * @see docs/green-channel.md, Entry time
 */
export function entryTime(
  table: JunctionTable,
  movement: Movement,
  display: SignalDisplay | undefined,
  nowMs: number,
): number {
  if (!display) return longestEntryTime(table, movement)
  return longestConflictS(table, movement, (group, target) => {
    if (isGreen(display.groups[target]) && !display.greenFlash?.includes(target)) return 0
    return conflictEndsInS(table, group, target, display, nowMs)
  })
}

/** The longest that `entryTime` can be, whatever the controller shows: every conflicting group has just turned green. */
export const longestEntryTime = (table: JunctionTable, movement: Movement): number =>
  longestConflictS(table, movement, (group, target) => worstConflictS(table, group, target))

/** The longest over every group that the pre-emption turns green, and every one in its way. */
function longestConflictS(
  table: JunctionTable,
  movement: Movement,
  endsInS: (group: SignalGroup, target: string) => number,
): number {
  approachOf(table, movement.approach)
  const targets = servedGroups(table, movement)
  const times = targets.flatMap((target) =>
    table.groups
      .filter((group) => !targets.includes(group.id) && inConflict(table, group.id, target))
      .map((group) => endsInS(group, target)),
  )
  return Math.max(0, ...times)
}

/** Seconds of green per cycle that the movement has in the junction's own plan. */
export function plannedGreenS(table: JunctionTable, { approach, exit }: Movement): number {
  const group = groupTowards(approachOf(table, approach), exit)
  return table.stages.filter((stage) => stage.groups.includes(group)).reduce((sum, stage) => sum + stage.greenS, 0)
}
