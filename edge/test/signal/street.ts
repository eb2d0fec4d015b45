import type { JunctionTable, MovementState, SignalGroup } from '@clearway/contracts'
import type { Display } from '../../src/index.ts'

/** What somebody with a stop watch at the kerb would object to. */
export type Rule = 'conflict' | 'yellow' | 'green-flash' | 'clearance' | 'red' | 'minimum-green' | 'flash' | 'barrier'

export interface Objection<R extends string = Rule> {
  rule: R
  text: string
}

type Face = 'go' | 'flash' | 'end' | 'stop' | 'caution'

interface Seen {
  readonly group: SignalGroup
  /** Ring and barrier of its phase; absent for overlaps and where there are no rings. */
  readonly place: { ring: number; barrier: number; phase: number } | undefined
  readonly conflicts: { other: Seen; redS: number }[]
  face: Face | undefined
  was: Face | undefined
  sinceMs: number
}

const faceOf = (state: MovementState | undefined, flashing: boolean): Face => {
  if (state === 'protected-Movement-Allowed' || state === 'permissive-Movement-Allowed')
    return flashing ? 'flash' : 'go'
  if (state === 'protected-clearance' || state === 'permissive-clearance') return 'end'
  return state === 'stop-And-Remain' ? 'stop' : 'caution'
}

const moves = ({ face }: Seen): boolean => face === 'go' || face === 'flash'

/**
 * An observer of its own, for tests: judges displays by true time and knows neither controller nor conflict monitor.
 * Stricter than the monitor: it sees the mode, so it asks for the full minimum green and the full walk wherever no
 * pre-emption ends them, transit priority included.
 */
export class Street {
  readonly objections: Objection[] = []
  readonly #seen: readonly Seen[]
  readonly #preemptMinGreenS: number

  constructor(table: JunctionTable) {
    this.#preemptMinGreenS = table.preempt.minGreenS
    const seen = new Map<string, Seen>()
    for (const group of table.groups) {
      const place = placeOf(table, group.id)
      seen.set(group.id, { group, place, conflicts: [], face: undefined, was: undefined, sinceMs: 0 })
    }
    for (const { ends, begins, redS } of table.intergreens) {
      const other = seen.get(ends) as Seen
      seen.get(begins)?.conflicts.push({ other, redS: Math.max(redS, ringRedS(table, other.group)) })
    }
    this.#seen = [...seen.values()]
  }

  see(trueMs: number, { mode, groups, greenFlash }: Pick<Display, 'mode' | 'groups' | 'greenFlash'>): void {
    const changed: { seen: Seen; forS: number }[] = []
    for (const seen of this.#seen) {
      const { id } = seen.group
      const face = faceOf(groups[id], greenFlash.includes(id))
      if (face === seen.face) continue
      changed.push({ seen, forS: (trueMs - seen.sinceMs) / 1000 })
      seen.was = seen.face
      seen.face = face
      seen.sinceMs = trueMs
    }
    if (changed.length === 0) return
    for (const { seen, forS } of changed) this.#judge(seen, forS, mode === 'preempted')
    for (const { seen } of changed) if (seen.face === 'go' && seen.was) this.#judgeReds(trueMs, seen)
    this.#judgePairs()
  }

  #judge({ group, face, was }: Seen, forS: number, preempted: boolean): void {
    if (was === undefined) return
    const { id, kind, greenFlashS } = group
    const ending = kind === 'vehicle' ? 'yellow' : 'clearance'
    if (was === 'caution' && (face === 'go' || face === 'flash')) this.#object('flash', `${id} left flashing for green`)
    if (face === 'caution' && was !== 'stop') this.#object('flash', `${id} flashes straight from ${was}`)
    if (was === 'caution' || face === 'caution') return
    if (was === 'go') {
      const safeS = kind === 'vehicle' ? Math.min(group.minGreenS, this.#preemptMinGreenS) : 0
      const leastS = preempted ? safeS : group.minGreenS
      if (forS < leastS) this.#object('minimum-green', `${id} green for ${forS} of ${leastS} s`)
      if (greenFlashS > 0 && face !== 'flash') this.#object('green-flash', `${id} left green for ${face}`)
      else if (greenFlashS === 0 && face !== 'end') this.#object(ending, `${id} left green for ${face}`)
    }
    if (was === 'flash') {
      if (forS < greenFlashS) this.#object('green-flash', `${id} flashed for ${forS} of ${greenFlashS} s`)
      if (face !== 'end') this.#object(ending, `${id} left green flash for ${face}`)
    }
    if (was === 'end') {
      const fullS = kind === 'vehicle' ? group.yellowS : group.clearanceS
      if (forS < fullS) this.#object(ending, `${id} ended within ${forS} of ${fullS} s`)
      if (face !== 'stop') this.#object(ending, `${id} went back to ${face}`)
    }
  }

  #judgeReds(trueMs: number, { group, conflicts }: Seen): void {
    for (const { other, redS } of conflicts) {
      const stoppedS = other.face === 'stop' && other.was ? (trueMs - other.sinceMs) / 1000 : Number.POSITIVE_INFINITY
      if (stoppedS < redS) {
        this.#object('red', `${group.id} green ${stoppedS} of ${redS} s after ${other.group.id} stopped`)
      }
    }
  }

  #judgePairs(): void {
    for (const here of this.#seen) {
      if (!moves(here)) continue
      for (const { other } of here.conflicts) {
        if (other.face !== 'stop') {
          this.#object('conflict', `${here.group.id} ${here.face}, ${other.group.id} ${other.face}`)
        }
      }
      if (!here.place) continue
      const { ring, barrier, phase } = here.place
      for (const there of this.#seen) {
        if (!there.place || !moves(there) || there.place.phase <= phase) continue
        if (there.place.ring === ring || there.place.barrier !== barrier) {
          this.#object('barrier', `phases ${phase} and ${there.place.phase} are green together`)
        }
      }
    }
  }

  #object(rule: Rule, text: string): void {
    this.objections.push({ rule, text })
  }
}

function placeOf({ rings }: JunctionTable, group: string): Seen['place'] {
  const phase = rings?.phases.find(({ groups }) => groups.includes(group))?.number
  if (!rings || phase === undefined) return undefined
  for (const [ring, barriers] of rings.rings.entries()) {
    const barrier = barriers.findIndex((phases) => phases.includes(phase))
    if (barrier >= 0) return { ring, barrier, phase }
  }
  return undefined
}

/** Red clearance that the ring plan asks of a vehicle group beside what its pairs ask, s. */
function ringRedS({ rings }: JunctionTable, { id, kind }: SignalGroup): number {
  if (!rings || kind === 'pedestrian') return 0
  const phases = rings.phases.filter(({ groups }) => groups.includes(id))
  const overlaps = rings.overlaps.filter(({ group }) => group === id)
  return Math.max(0, ...phases.map(({ redS }) => redS), ...overlaps.map(({ redS }) => redS))
}
