import type { JunctionTable } from '@clearway/contracts'
import { SimulatedController } from '../../src/index.ts'
import {
  type Action,
  act,
  actions,
  backupS,
  type Clock,
  cycleS,
  faultOf,
  fixedParts,
  type Happening,
  type Junction,
  type Line,
  likenessOf,
  localWithinS,
  quiet,
  settled,
  smallTable,
  start,
  tick,
} from './small-junction.ts'
import { copyOf, fingerprint } from './state.ts'

export interface Bound {
  line: Line
  /** Requests, cancels, cuts and mends in one run, at the most. */
  happenings: number
  /** What may happen; everything where not given. */
  actions?: readonly Happening[]
  /** Above this many states the exploration gives up. */
  states: number
  planted?: keyof typeof planted
}

export interface Explored {
  states: number
  transitions: number
  /** Virtual seconds from the first state to the last new one. */
  ticks: number
  /** False when the bound on states was hit before everything was tried. */
  complete: boolean
  /** Ticks until local control and until the plan, for good, at the most, once nothing more is heard. */
  longestToLocal: number
  longestToPlan: number
  /** What was found wrong, with the shortest way there. */
  wrong: string | undefined
}

/**
 * Tries every run of a small junction in which no more than so many things happen, whenever they happen and however
 * close to one another: breadth first, tick by tick. States that cannot be told apart by what follows are one, so a run
 * ends where another has been; the junction is back in its plan after minutes at the most, so all runs end.
 *
 * In every state the street, the monitor, the leases and the answers are judged. From every state the junction is
 * followed until it is in its plan for good, what is cut staying cut.
 */
export function explore(bound: Bound): Explored {
  const table = smallTable()
  const cabinet = bound.planted ? planted[bound.planted](table) : new SimulatedController(table, table, backupS)
  return new Exploration(bound).run(settled(table, cabinet, bound.line), table)
}

/** Cabinets that an exploration has to find fault with. */
const planted = {
  'no all-red': (table: JunctionTable) => {
    const intergreens = table.intergreens.map((pair) => ({ ...pair, redS: 0 }))
    const stages = table.stages.map((stage) => ({ ...stage, greenS: stage.greenS + 1 }))
    return new SimulatedController({ ...table, intergreens, stages })
  },
  // Else the maximum presence would end what the backup timer does not.
  'no deadman': (table: JunctionTable) => {
    const patient = { ...table, preempt: { ...table.preempt, maxPresenceS: 30 } }
    return new SimulatedController(patient, patient, 600)
  },
}

/** A state that is still to be tried. */
interface Trial {
  id: number
  junction: Junction
}

/** The states of one instant, by how many things have happened. */
type Layer = Trial[][]

const sizeOf = (layer: Layer): number => layer.reduce((sum, trials) => sum + trials.length, 0)

class Exploration {
  readonly #bound: Bound
  #shared: ReadonlySet<object> = new Set()
  readonly #ids = new Map<string, number>()
  /** The rest by the id of the state. */
  readonly #happened: number[] = []
  readonly #parents: number[] = []
  readonly #via: Action[] = []
  /** State after a tick; −1 before it was tried. */
  readonly #after: number[] = []
  readonly #quiet: boolean[] = []
  readonly #local: boolean[] = []
  readonly #inPlan: boolean[] = []
  #transitions = 0
  #wrong: string | undefined

  constructor(bound: Bound) {
    this.#bound = bound
  }

  run(first: Junction, table: JunctionTable): Explored {
    this.#shared = fixedParts(first, table)
    const clock = { ...start }
    let layer = this.#layer()
    this.#enter(first, clock, undefined, 'tick', layer)
    let ticks = 0
    while (sizeOf(layer) > 0 && this.#ids.size < this.#bound.states && !this.#wrong) {
      this.#interleave(layer, clock)
      layer = this.#tick(layer, clock)
      ticks++
    }
    const complete = sizeOf(layer) === 0
    const longest = (there: readonly boolean[], name: string, withinS: number) =>
      complete ? this.#longest(there, name, withinS) : Number.NaN
    const longestToLocal = longest(this.#local, 'local control', localWithinS)
    const longestToPlan = longest(this.#inPlan, 'the plan', localWithinS + 3 * cycleS)
    const states = this.#ids.size
    return {
      states,
      transitions: this.#transitions,
      ticks,
      complete,
      longestToLocal,
      longestToPlan,
      wrong: this.#wrong,
    }
  }

  #layer(): Layer {
    return Array.from({ length: this.#bound.happenings + 1 }, () => [])
  }

  /** Everything that can still happen at this instant, in every order. */
  #interleave(layer: Layer, clock: Clock): void {
    for (let happened = 0; happened < this.#bound.happenings; happened++) {
      for (const trial of layer[happened] as Trial[]) {
        if (this.#wrong || this.#ids.size >= this.#bound.states) return
        if ((this.#happened[trial.id] as number) < happened) continue
        for (const action of this.#bound.actions ?? actions) {
          const junction = copyOf(trial.junction, this.#shared)
          if (act(junction, action, clock)) this.#enter(junction, clock, trial.id, action, layer)
        }
      }
    }
  }

  #tick(layer: Layer, clock: Clock): Layer {
    clock.nowMs += 1000
    clock.upMs += 1000
    const next = this.#layer()
    for (const [happened, trials] of layer.entries()) {
      for (const { id, junction } of trials) {
        if ((this.#happened[id] as number) < happened) continue
        tick(junction, clock)
        this.#after[id] = this.#enter(junction, clock, id, 'tick', next)
      }
    }
    return next
  }

  #enter(junction: Junction, clock: Clock, parent: number | undefined, via: Action, layer: Layer): number {
    this.#transitions++
    const happened = parent === undefined ? 0 : (this.#happened[parent] as number) + (via === 'tick' ? 0 : 1)
    const print = this.#print(junction, clock)
    const known = this.#ids.get(print)
    const id = known ?? this.#ids.size
    // Reached again by less, it has more before it.
    if (known !== undefined && (this.#happened[known] as number) <= happened) return known
    this.#happened[id] = happened
    layer[happened]?.push({ id, junction })
    if (known !== undefined) return known
    this.#ids.set(print, id)
    this.#parents.push(parent ?? -1)
    this.#via.push(via)
    this.#after.push(-1)
    const { mode, stage } = junction.cabinet.display
    this.#quiet.push(quiet(junction))
    this.#local.push(stage !== undefined && mode !== 'preempted')
    this.#inPlan.push(mode === 'coordinated')
    const fault = faultOf(junction, via)
    if (fault) this.#wrong ??= `${fault}, after ${this.#wayTo(id)}`
    return id
  }

  #print(junction: Junction, clock: Clock): string {
    const phaseS = ((clock.nowMs - start.nowMs) / 1000) % cycleS
    return `${phaseS} ${fingerprint(junction, this.#shared, likenessOf(junction, clock))}`
  }

  #wayTo(id: number): string {
    const way: string[] = []
    for (let at = id; this.#parents[at] !== -1; at = this.#parents[at] as number) way.unshift(this.#via[at] as Action)
    return way.join(', ').replace(/tick(, tick)+/g, (ticks) => `${ticks.split(', ').length} ticks`)
  }

  /**
   * Judges that from every state there is a moment from which `there` holds for good, with nothing but ticks, and, where
   * nothing more is heard, the time until it.
   *
   * @returns that time at the most, ticks
   */
  #longest(there: readonly boolean[], name: string, withinS: number): number {
    const left = new Int32Array(this.#ids.size).fill(-1)
    let longest = 0
    for (let from = 0; from < left.length && !this.#wrong; from++) {
      const chain: number[] = []
      const places = new Map<number, number>()
      let at = from
      while (left[at] === -1 && !places.has(at)) {
        places.set(at, chain.length)
        chain.push(at)
        at = this.#after[at] as number
      }
      const loop = places.get(at)
      if (loop !== undefined && chain.slice(loop).some((id) => !there[id])) {
        this.#wrong ??= `${name} is never reached for good, after ${this.#wayTo(from)}`
        return longest
      }
      let ticks = loop === undefined ? (left[at] as number) : 0
      for (const id of chain.reverse()) {
        ticks = ticks > 0 || !there[id] ? ticks + 1 : 0
        left[id] = ticks
        if (!this.#quiet[id]) continue
        longest = Math.max(longest, ticks)
        if (ticks > withinS) this.#wrong ??= `${name} takes ${ticks} of ${withinS} s, after ${this.#wayTo(id)}`
      }
    }
    return longest
  }
}
