import { InputError, type JunctionTable } from '@clearway/contracts'
import type { Demands } from './program.ts'
import { type Head, type SignalHeads, toMs } from './signal-heads.ts'

interface Memory {
  readonly head: Head
  readonly passageMs: number
  /** Detectors that are covered, or buttons that are held, now. */
  on: number
  /** One was on since the last step, however shortly. */
  pulsed: boolean
  waiting: boolean
  sinceMs: number
}

/**
 * What the detectors of a controller ask for. A call is remembered until its group is green, whether or not the vehicle
 * or the walker is still there (locking memory). A vehicle in the green extends it until its passage time has run out.
 */
export class DetectorMemory implements Demands {
  readonly #junction: string
  /** Detector → the groups it is wired to. */
  readonly #wiring = new Map<string, readonly Memory[]>()
  readonly #groups = new Map<string, Memory>()
  readonly #on = new Set<string>()

  constructor({ id, groups, detectors = [] }: JunctionTable, heads: SignalHeads) {
    this.#junction = id
    for (const group of groups) {
      const passageMs = toMs(group.passageS ?? 0)
      const head = heads.get(group.id)
      this.#groups.set(group.id, {
        head,
        passageMs,
        on: 0,
        pulsed: false,
        waiting: false,
        sinceMs: Number.POSITIVE_INFINITY,
      })
    }
    for (const detector of detectors) {
      this.#wiring.set(
        detector.id,
        detector.groups.map((group) => this.#groups.get(group) as Memory),
      )
    }
  }

  /**
   * A detector is covered or free, a button pressed or let go. Pulses between two steps count.
   *
   * @throws InputError `unknown-detector`
   */
  detect(id: string, on: boolean): void {
    const memories = this.#wiring.get(id)
    if (!memories) {
      const known = [...this.#wiring.keys()].join(', ') || 'none'
      throw new InputError('unknown-detector', `junction ${this.#junction} has no detector "${id}", it has ${known}`, [
        { field: 'detector', message: `"${id}" is not one of ${known}` },
      ])
    }
    if (this.#on.has(id) === on) return
    if (on) this.#on.add(id)
    else this.#on.delete(id)
    for (const memory of memories) {
      memory.on += on ? 1 : -1
      memory.pulsed ||= on
    }
  }

  /** Ids of the detectors that are on. */
  get on(): string[] {
    return [...this.#on]
  }

  /** After the faces have advanced, before anything is decided. */
  advance(elapsedMs: number): void {
    if (this.#wiring.size === 0) return
    for (const memory of this.#groups.values()) {
      const seen = memory.on > 0 || memory.pulsed
      memory.pulsed = false
      memory.sinceMs = seen ? 0 : memory.sinceMs + elapsedMs
      if (memory.head.aspect === 'green') memory.waiting = false
      else if (seen) memory.waiting = true
    }
  }

  called(group: string): boolean {
    const { head, waiting } = this.#groups.get(group) as Memory
    if (head.aspect === 'green') return false
    return waiting || (head.group.recall !== undefined && head.group.recall !== 'none')
  }

  extended(group: string): boolean {
    const { head, sinceMs, passageMs } = this.#groups.get(group) as Memory
    if (head.aspect !== 'green') return false
    return sinceMs === 0 || sinceMs < passageMs || head.group.recall === 'maximum'
  }
}
