import {
  type FieldError,
  InputError,
  type JunctionTable,
  type MovementState,
  type SignalGroup,
} from '@clearway/contracts'

/** Why the monitor has cut the greens. */
export interface Trip {
  cause:
    | 'conflict'
    | 'short-green'
    | 'short-green-flash'
    | 'short-yellow'
    | 'short-clearance'
    | 'short-red'
    | 'dual-indication'
    | 'missing-output'
    | 'unknown-output'
    | 'silence'
  detail: string
}

/** What is seen at one face. */
type Face = 'green' | 'flashing-green' | 'ending' | 'stop' | 'caution'

interface Watched {
  id: string
  pedestrian: boolean
  greenMs: number
  flashMs: number
  endingMs: number
  face: Face | undefined
  forMs: number
}

const faces: Record<MovementState, Face> = {
  'protected-Movement-Allowed': 'green',
  'permissive-Movement-Allowed': 'green',
  'protected-clearance': 'ending',
  'permissive-clearance': 'ending',
  'stop-And-Remain': 'stop',
  'pre-Movement': 'stop',
  'caution-Conflicting-Traffic': 'caution',
  dark: 'caution',
}

/** A pause of the watcher itself proves nothing about the street. */
const longestPauseMs = 2000
/** Without an output for this long the controller counts as dead; longer than a pause, so that no stall looks like it. */
const silentMs = 3000

/**
 * The last guard of a junction. It knows the conflicts and least intervals from a table of its own, sees only what is
 * displayed, shares no code with the controller, and has no input that would switch it off. It stays tripped until a
 * technician resets it at the cabinet.
 *
 * The least green is the safe one of a pre-emption: what ends it is not displayed. A walk has none as a rule, it may end
 * at once.
 */
export class ConflictMonitor {
  readonly #watched = new Map<string, Watched>()
  /** Per group: who conflicts with it, and how long that one must have shown stop before it may turn green. */
  readonly #matrix = new Map<string, Map<string, number>>()
  #watchedMs: number | undefined
  #pulsedMs: number | undefined
  #silentMs = 0
  #trip: Trip | undefined

  /**
   * @param table what this monitor is programmed with
   * @param controlled what the controller beside it is loaded with
   * @throws InputError `weak-monitor` where the monitor would let pass what the controller's table forbids
   */
  constructor(table: JunctionTable, controlled: JunctionTable = table) {
    const faults = weaknesses(table, controlled)
    if (faults.length > 0) {
      const detail = faults.map(({ field, message }) => `${field} ${message}`).join('; ')
      throw new InputError('weak-monitor', `conflict monitor of junction ${table.id}: ${detail}`, faults)
    }
    for (const group of table.groups) {
      const { id, kind, greenFlashS, yellowS, clearanceS } = group
      const pedestrian = kind === 'pedestrian'
      this.#watched.set(id, {
        id,
        pedestrian,
        greenMs: toMs(leastGreenS(group, table)),
        flashMs: toMs(greenFlashS),
        endingMs: toMs(pedestrian ? clearanceS : yellowS),
        face: undefined,
        forMs: 0,
      })
      this.#matrix.set(id, new Map())
    }
    for (const { ends, begins, redS } of table.intergreens) this.#matrix.get(begins)?.set(ends, toMs(redS))
  }

  get trip(): Trip | undefined {
    return this.#trip
  }

  /**
   * The monitor's own beat, given whether or not the controller runs: notices that no outputs come.
   *
   * @param upMs steady time
   * @returns the first fault ever seen, until `reset`
   */
  pulse(upMs: number): Trip | undefined {
    this.#silentMs += pauseMs(this.#pulsedMs, upMs)
    this.#pulsedMs = upMs
    if (this.#silentMs >= silentMs) this.#cut('silence', `no output for ${this.#silentMs} ms`)
    return this.#trip
  }

  /**
   * One look at the street: the outputs that the controller has just given.
   *
   * @param upMs steady time, the same as of `pulse`
   * @param greenFlash groups whose green flashes
   * @returns the first fault ever seen, until `reset`
   */
  watch(
    upMs: number,
    groups: Readonly<Record<string, MovementState>>,
    greenFlash: readonly string[],
  ): Trip | undefined {
    const passedMs = pauseMs(this.#watchedMs, upMs)
    this.#watchedMs = upMs
    this.#pulsedMs = upMs
    this.#silentMs = 0
    if (this.#trip) return this.#trip
    for (const id in groups) {
      if (!this.#watched.has(id)) return this.#cut('unknown-output', `group ${id} is not in the monitor's table`)
    }
    // Every face is judged by how long the others had shown theirs, so time passes for all before any changes.
    for (const watched of this.#watched.values()) watched.forMs += passedMs
    const changes = new Map<Watched, Face>()
    for (const watched of this.#watched.values()) {
      const state = groups[watched.id]
      if (state === undefined) return this.#cut('missing-output', `group ${watched.id} has no output`)
      const seen = faces[state]
      const flashes = greenFlash.includes(watched.id)
      if (flashes && seen !== 'green') {
        return this.#cut('dual-indication', `group ${watched.id} shows green flash and ${state}`)
      }
      const face = flashes ? 'flashing-green' : seen
      if (face !== watched.face) changes.set(watched, face)
    }
    for (const [watched, face] of changes) this.#judge(watched, face, changes)
    for (const [watched, face] of changes) {
      watched.face = face
      watched.forMs = 0
    }
    this.#judgePairs()
    return this.#trip
  }

  /** A technician's hand at the cabinet; no message and no planner reaches it. */
  reset(): void {
    this.#trip = undefined
    this.#silentMs = 0
    for (const watched of this.#watched.values()) {
      watched.face = undefined
      watched.forMs = 0
    }
  }

  /** One face turns from what it was to `face`, in the same look as all of `changes`. */
  #judge(
    { id, pedestrian, face: was, forMs, greenMs, flashMs, endingMs }: Watched,
    face: Face,
    changes: ReadonlyMap<Watched, Face>,
  ): void {
    if (was === undefined) return
    const ending = pedestrian ? 'short-clearance' : 'short-yellow'
    if (was === 'green' && forMs < greenMs) {
      this.#cut('short-green', `group ${id} was green for ${forMs} of ${greenMs} ms`)
    }
    if (face === 'caution') {
      // Flashing and dark are reached through red; a green that only goes dark is one without its yellow.
      if (was !== 'stop' && was !== 'caution')
        this.#cut(ending, `group ${id} went dark or flashing while it was ${was}`)
      return
    }
    if ((was === 'green' || was === 'flashing-green') && face === 'stop') {
      this.#cut(ending, `group ${id} went from green to stop at once`)
    }
    if (was === 'green' && face === 'ending' && flashMs > 0) {
      this.#cut('short-green-flash', `group ${id} ended green without its flash of ${flashMs} ms`)
    }
    if (was === 'flashing-green' && face !== 'flashing-green' && forMs < flashMs) {
      this.#cut('short-green-flash', `group ${id} flashed green for ${forMs} of ${flashMs} ms`)
    }
    if (was === 'ending' && forMs < endingMs) {
      this.#cut(ending, `group ${id} showed its ending for ${forMs} of ${endingMs} ms`)
    }
    if (was === 'ending' && face !== 'stop') this.#cut(ending, `group ${id} left its ending for ${face}, not for stop`)
    const begins = face === 'green' || (face === 'flashing-green' && was !== 'green')
    if (!begins) return
    for (const [other, redMs] of this.#matrix.get(id) ?? []) {
      const conflicting = this.#watched.get(other)
      if (!conflicting) continue
      // One that stops in this very look has had no red at all.
      const stops = changes.get(conflicting) === 'stop' && conflicting.face !== undefined
      const stoppedMs = stops ? 0 : conflicting.face === 'stop' ? conflicting.forMs : redMs
      if (stoppedMs < redMs) {
        this.#cut('short-red', `group ${id} turned green ${stoppedMs} of ${redMs} ms after ${other} stopped`)
      }
    }
  }

  /** Two yellows may meet where flashing is left for red; nothing else of two conflicting groups may. */
  #judgePairs(): void {
    for (const [id, others] of this.#matrix) {
      const here = this.#watched.get(id) as Watched
      if (here.face === 'stop' || here.face === 'caution') continue
      for (const other of others.keys()) {
        const there = this.#watched.get(other)
        if (!there || there.face === 'stop') continue
        const bothYellow = here.face === 'ending' && there.face === 'ending' && !here.pedestrian && !there.pedestrian
        if (!bothYellow) this.#cut('conflict', `groups ${id} (${here.face}) and ${other} (${there.face}) conflict`)
      }
    }
  }

  #cut(cause: Trip['cause'], detail: string): Trip {
    this.#trip ??= { cause, detail }
    return this.#trip
  }
}

/** Whatever ends it: what does is not displayed. */
const leastGreenS = ({ kind, minGreenS }: SignalGroup, { preempt }: JunctionTable): number =>
  Math.min(minGreenS, kind === 'pedestrian' ? (preempt.minWalkS ?? 0) : preempt.minGreenS)

const toMs = (durationS: number): number => Math.round(durationS * 1000)

/** Steady time since the last look, ms, as far as it counts. */
const pauseMs = (lastMs: number | undefined, upMs: number): number =>
  lastMs === undefined ? 0 : Math.min(longestPauseMs, Math.max(0, upMs - lastMs))

/** Where `monitored` asks for less than `controlled` promises: groups, conflicting pairs, least intervals. */
function weaknesses(monitored: JunctionTable, controlled: JunctionTable): FieldError[] {
  const faults: FieldError[] = []
  const here = new Map(monitored.groups.map((group) => [group.id, group]))
  for (const group of controlled.groups) {
    const own = here.get(group.id)
    if (!own || own.kind !== group.kind) {
      faults.push({ field: 'groups', message: `have no ${group.kind} group "${group.id}"; add it` })
      continue
    }
    const [seenS, promisedS] = [leastGreenS(own, monitored), leastGreenS(group, controlled)]
    if (seenS < promisedS) {
      const message = `the least green of "${group.id}" is ${seenS}, below the controller's ${promisedS}`
      faults.push({ field: `preempt.${group.kind === 'vehicle' ? 'minGreenS' : 'minWalkS'}`, message })
    }
    for (const interval of ['greenFlashS', 'yellowS', 'clearanceS'] as const) {
      if (own[interval] < group[interval]) {
        const field = `groups.${monitored.groups.indexOf(own)}.${interval}`
        faults.push({
          field,
          message: `${own[interval]} of "${group.id}" is below the controller's ${group[interval]}`,
        })
      }
    }
  }
  const reds = new Map(monitored.intergreens.map(({ ends, begins, redS }) => [`${ends} → ${begins}`, redS]))
  for (const { ends, begins, redS } of controlled.intergreens) {
    const own = reds.get(`${ends} → ${begins}`)
    if (own === undefined) {
      faults.push({ field: 'intergreens', message: `${ends} → ${begins} is missing: the controller's table lists it` })
    } else if (own < redS) {
      faults.push({ field: 'intergreens', message: `${ends} → ${begins}: ${own} is below the controller's ${redS}` })
    }
  }
  return faults
}
