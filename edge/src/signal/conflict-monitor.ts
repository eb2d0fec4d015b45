import type { JunctionTable, MovementState } from '@clearway/contracts'

/** Why the monitor has cut the greens. */
export interface Trip {
  cause: 'conflict' | 'short-yellow' | 'short-green-flash' | 'short-clearance' | 'short-red' | 'missing-output'
  detail: string
}

/** What is seen at one face. */
type Face = 'green' | 'flashing-green' | 'ending' | 'stop' | 'caution'

interface Watched {
  id: string
  pedestrian: boolean
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

/**
 * The last guard of a junction. It knows the table's conflicts and intervals from its own reading of them, sees only
 * what is displayed, shares no code with the controller, and has no input that would switch it off. It stays tripped
 * until a technician resets it at the cabinet.
 */
export class ConflictMonitor {
  readonly #watched = new Map<string, Watched>()
  /** Per group: who conflicts with it, and how long that one must have shown stop before it may turn green. */
  readonly #matrix = new Map<string, Map<string, number>>()
  #lastMs: number | undefined
  #trip: Trip | undefined

  constructor(table: JunctionTable) {
    for (const { id, kind, greenFlashS, yellowS, clearanceS } of table.groups) {
      const pedestrian = kind === 'pedestrian'
      const endingMs = Math.round((pedestrian ? clearanceS : yellowS) * 1000)
      this.#watched.set(id, {
        id,
        pedestrian,
        flashMs: Math.round(greenFlashS * 1000),
        endingMs,
        face: undefined,
        forMs: 0,
      })
      this.#matrix.set(id, new Map())
    }
    for (const { ends, begins, redS } of table.intergreens) {
      this.#matrix.get(begins)?.set(ends, Math.round(redS * 1000))
    }
  }

  get trip(): Trip | undefined {
    return this.#trip
  }

  /**
   * One look at the street. Call at every tick of the controller, with the same steady time.
   *
   * @returns the first fault ever seen, until `reset`
   */
  watch(
    upMs: number,
    groups: Readonly<Record<string, MovementState>>,
    greenFlash: readonly string[],
  ): Trip | undefined {
    const passedMs = this.#lastMs === undefined ? 0 : Math.min(longestPauseMs, Math.max(0, upMs - this.#lastMs))
    this.#lastMs = upMs
    if (this.#trip) return this.#trip
    // Every face is judged by how long the others had shown theirs, so time passes for all before any changes.
    for (const watched of this.#watched.values()) watched.forMs += passedMs
    const changes = new Map<Watched, Face>()
    for (const watched of this.#watched.values()) {
      const state = groups[watched.id]
      if (state === undefined) return this.#cut('missing-output', `group ${watched.id} has no output`)
      const seen = faces[state]
      const face = seen === 'green' && greenFlash.includes(watched.id) ? 'flashing-green' : seen
      if (face !== watched.face) changes.set(watched, face)
    }
    for (const [watched, face] of changes) this.#judge(watched, face)
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
    for (const watched of this.#watched.values()) {
      watched.face = undefined
      watched.forMs = 0
    }
  }

  /** One face turns from what it was to `face`. */
  #judge({ id, pedestrian, face: was, forMs, flashMs, endingMs }: Watched, face: Face): void {
    if (was === undefined || face === 'caution') return
    const ending = pedestrian ? 'short-clearance' : 'short-yellow'
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
    if (face !== 'green') return
    for (const [other, redMs] of this.#matrix.get(id) ?? []) {
      const conflicting = this.#watched.get(other)
      if (conflicting?.face === 'stop' && conflicting.forMs < redMs) {
        this.#cut('short-red', `group ${id} turned green ${conflicting.forMs} of ${redMs} ms after ${other} stopped`)
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
