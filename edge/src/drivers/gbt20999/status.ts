import type { FieldError, JunctionTable, MovementState } from '@clearway/contracts'
import type { GroupTiming } from '../../signal/display.ts'
import { lampCodes, nameOf, type ObjectId, objects, requestObjects, stageStates } from './objects.ts'
import type { Answer } from './session.ts'
import type { RequestRow, Site } from './settings.ts'

/** What a controller says about itself in one poll. */
export interface Status {
  groups: Record<string, MovementState>
  greenFlash: string[]
  runMode: number
  /** Of the controller; 0 where none runs. */
  stage: number
  /** Whether the present stage has its right of way, rather than being on the way in or out. */
  running: boolean
  remainingMs: number
  /** By the centre, any; only where that is how the controller is asked. */
  designated: number
  requested: ReadonlySet<string>
  executed: ReadonlySet<string>
}

/** One request of data class 8, whichever of the settings' rows it stands in. */
export const requestKey = ({ kind, number }: Pick<RequestRow, 'kind' | 'number'>): string => `${kind} ${number}`

const stagesOf = ({ settings, rows }: Site): number[] => [
  ...new Set([...Object.values(settings.stages), ...rows.map(({ stage }) => stage)]),
]

/** Everything that one poll asks for. */
export function statusObjects(site: Site): ObjectId[] {
  const { settings, assumed, crossingRow, byStage, rows } = site
  return [
    ...new Set([
      ...Object.values(settings.groups).map(({ lamp }) => objects.lampState(assumed.lampStateAttribute, lamp)),
      objects.runMode(crossingRow),
      objects.currentStage(crossingRow),
      ...stagesOf(site).flatMap((stage) => [objects.stageState(stage), objects.stageRemaining(stage)]),
      ...(byStage
        ? [objects.centreStage(crossingRow)]
        : rows.flatMap(({ kind, number }) => {
            const { requested, executed } = requestObjects(kind, number)
            return [requested, executed]
          })),
    ]),
  ]
}

/**
 * @param read answers by object
 * @returns the status, or the first value that cannot be true
 */
export function statusOf(
  table: JunctionTable,
  site: Site,
  read: ReadonlyMap<ObjectId, Answer>,
): { status: Status } | { fault: FieldError } {
  const { settings, assumed, crossingRow, byStage, rows } = site
  let fault: FieldError | undefined
  const number = (id: ObjectId, length: number): number => {
    const answer = read.get(id) ?? { error: 'not read' }
    if ('data' in answer && answer.data.length === length) return answer.data.reduce((sum, byte) => sum * 256 + byte, 0)
    const message =
      'data' in answer ? `has ${answer.data.length} bytes, not ${length}` : `cannot be read: ${answer.error}`
    fault ??= { field: nameOf(id), message }
    return 0
  }

  const lamps = new Map<string, number>()
  for (const { id: group } of table.groups) {
    const { lamp } = settings.groups[group] as { lamp: number }
    const id = objects.lampState(assumed.lampStateAttribute, lamp)
    const code = number(id, 1)
    lamps.set(group, code)
    if (!lampCodes[code]) fault ??= { field: nameOf(id), message: `${code} is no state of a lamp group ("${group}")` }
  }
  const runMode = number(objects.runMode(crossingRow), 1)
  const stage = number(objects.currentStage(crossingRow), 1)
  const known = stagesOf(site).includes(stage)
  const state = known ? number(objects.stageState(stage), 1) : stageStates.idle
  const remaining = known ? number(objects.stageRemaining(stage), 2) : 0
  const requested = new Set<string>()
  const executed = new Set<string>()
  const designated = byStage ? number(objects.centreStage(crossingRow), 1) : assumed.noStage
  for (const row of rows) {
    const at = requestObjects(row.kind, row.number)
    const asked = byStage ? designated === row.stage : number(at.requested, 1) === assumed.requestOn
    const served = byStage ? asked && runMode === assumed.stageMode : number(at.executed, 1) === assumed.executing
    if (asked) requested.add(requestKey(row))
    if (served) executed.add(requestKey(row))
  }
  if (fault) return { fault }
  return {
    status: {
      ...facesOf(table, lamps),
      runMode,
      stage,
      running: state === stageStates.running,
      remainingMs: remaining * assumed.remainingUnitS * 1000,
      designated,
      requested,
      executed,
    },
  }
}

/** @param lamps codes that are all known */
function facesOf(table: JunctionTable, lamps: ReadonlyMap<string, number>): Pick<Status, 'groups' | 'greenFlash'> {
  const lampOf = (group: string) => lampCodes[lamps.get(group) as number] as { state: MovementState; flash?: boolean }
  const moving = table.groups.filter(({ id }) => lampOf(id).state !== 'stop-And-Remain')
  const groups: Record<string, MovementState> = {}
  const greenFlash: string[] = []
  for (const { id, kind } of table.groups) {
    const { state, flash = false } = lampOf(id)
    const pedestrian = kind === 'pedestrian'
    // One group serves a whole approach, left turns included: protected only where nothing else may move.
    const right = pedestrian || moving.length === 1 ? 'protected' : 'permissive'
    if (state === 'permissive-Movement-Allowed') {
      // The flashing green of people on foot is their clearance.
      groups[id] = flash && pedestrian ? 'protected-clearance' : `${right}-Movement-Allowed`
      if (flash && !pedestrian) greenFlash.push(id)
    } else groups[id] = state === 'permissive-clearance' ? `${right}-clearance` : state
  }
  return { groups, greenFlash }
}

/** Ends of the running stage's greens, as the controller counts them down. It may cut or stretch them for a call. */
export function timingOf(table: JunctionTable, site: Site, status: Status, nowMs: number): Record<string, GroupTiming> {
  const stage = table.stages.find(({ id }) => site.settings.stages[id] === status.stage)
  if (!stage || !status.running) return {}
  const likelyEndMs = nowMs + status.remainingMs
  return Object.fromEntries(stage.groups.map((group) => [group, { minEndMs: nowMs, likelyEndMs }]))
}
