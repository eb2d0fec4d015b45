import { type Graph, INFINITE } from '../hierarchy/graph.ts'
import type { Potential } from '../hierarchy/potential.ts'
import type { MovementGraph } from './movement-graph.ts'
import type { TimedWaits } from './signal-plan.ts'
import type { TurnBounds } from './turn-bounds.ts'
import { VertexQueue } from './vertex-queue.ts'

/** Costs in whole milliseconds, `INFINITE` where something may not be driven. */
export interface MovementCosts {
  /** To drive each arc from tail to head. */
  arcMs: Int32Array
  /** Of each movement, without the arcs and without waiting. */
  turnMs: Int32Array
  /** Expected wait at the head of each arc, before the movement into the next. */
  waitMs: Int32Array
}

/** An arc on which a search starts or ends. */
export interface ArcEnd {
  arc: number
  /** Start: from the start to the arc's head. Goal: from the arc's tail to the goal on it. */
  costMs: number
}

/** Lower bounds of the rest of a way; all are aimed at the same goals. */
export interface Bounds {
  /** Its weights are what each arc costs, the expected wait at its head, and its turn bounds. */
  withWaits: Potential
  /** The same without waits; for searches that know when signals are green. */
  withoutWaits?: Potential
  /** Where they are absent the weights count no turns. */
  turns?: TurnBounds
}

export interface SearchOptions {
  /** By which the cost of driving each arc is multiplied, at least 1; Infinity closes it. */
  factor?: Float64Array | undefined
  /** Instead of the expected waits, where plans are known; needs `withoutWaits`. */
  timed?: TimedWaits | undefined
  /** Only a path that costs less is wanted. */
  belowMs?: number
}

export interface ArcPath {
  /** From a start arc to a goal arc, in driving order. */
  arcs: Int32Array
  costMs: number
}

/** Words of a vertex in the state of a search: one cache line holds them. */
const STAMP = 0
const COST = 1
const BEFORE = 2
/** Rank of the node at its head; the same in all searches. */
const RANK = 3
const WORDS = 4

/**
 * The exact cheapest path from arcs to arcs with turn costs, forbidden turns and waits: A* over the vertices of a movement
 * graph. The lower bound of a vertex is the wait at its head, the least turn there and the potential of the node, whose
 * weights hold the arcs' costs, waits and turn bounds; before the horizon of known plans, where a wait may be nothing, the
 * potential without waits. Both are consistent. One instance answers one search after the other and must not be shared
 * between threads.
 */
export class ArcSearch {
  readonly #graph: Graph
  readonly #movements: MovementGraph
  /** `STAMP` holds twice the number of the search that reached the vertex last, one more once it is settled. */
  readonly #state: Int32Array
  readonly #queue = new VertexQueue()
  readonly #rank: Int32Array
  /** By rank of the node. */
  readonly #isGoalTail: Uint8Array
  #goals: readonly ArcEnd[] = []
  #stamp = 0
  /** Vertices settled by the last search. */
  settled = 0

  /** @param rank of each node in the hierarchy of the bounds */
  constructor(graph: Graph, movements: MovementGraph, rank: Int32Array) {
    this.#graph = graph
    this.#movements = movements
    this.#rank = rank
    this.#state = new Int32Array(WORDS * movements.vertexCount)
    this.#clear()
    this.#isGoalTail = new Uint8Array(graph.nodeCount)
  }

  /** Where the following searches end; aims their bounds. */
  aim({ withWaits, withoutWaits, turns }: Bounds, goals: readonly ArcEnd[]): void {
    const { tail } = this.#graph
    const rank = this.#rank
    for (const { arc } of this.#goals) this.#isGoalTail[rank[tail[arc]!]!] = 0
    for (const { arc } of goals) this.#isGoalTail[rank[tail[arc]!]!] = 1
    this.#goals = goals
    const targets = goals.map(({ arc, costMs }) => ({
      node: tail[arc]!,
      cost: costMs + (turns ? turns.intoMs[arc]! : 0),
    }))
    withWaits.aim(targets)
    withoutWaits?.aim(targets)
  }

  /** From the nearest of the starts to the nearest of the goals; undefined when there is no path. */
  from(
    starts: readonly ArcEnd[],
    costs: MovementCosts,
    bounds: Bounds,
    { factor, timed, belowMs = INFINITE }: SearchOptions = {},
  ): ArcPath | undefined {
    const { arcCount } = this.#graph
    const { first, to, arcOf } = this.#movements
    const { arcMs, turnMs, waitMs } = costs
    const state = this.#state
    const queue = this.#queue
    const { withWaits } = bounds
    const outMs = bounds.turns?.outMs
    const withoutWaits = bounds.withoutWaits ?? withWaits
    const horizonMs = timed ? timed.horizonMs : 0
    this.#nextStamp()
    const reached = this.#stamp
    const done = reached + 1
    queue.clear()
    this.settled = 0
    let best = belowMs
    const reach = (vertex: number, arc: number, ms: number, before: number) => {
      const word = WORDS * vertex
      const rank = state[word + RANK]!
      const onward = ms < horizonMs ? withoutWaits.fromRank(rank) : waitMs[arc]! + withWaits.fromRank(rank)
      const rest = outMs ? outMs[arc]! + onward : onward
      if (rest >= INFINITE || ms + rest >= best) return
      state[word + STAMP] = reached
      state[word + COST] = ms
      state[word + BEFORE] = before
      queue.add(ms + rest, vertex)
    }
    for (const { arc, costMs } of starts) {
      const known = state[WORDS * arc + STAMP] === reached ? state[WORDS * arc + COST]! : INFINITE
      if (costMs < known) reach(arc, arc, costMs, -1)
    }
    let last = -1
    let goal = -1
    for (let v = queue.take(best); v >= 0; v = queue.take(best)) {
      if (state[WORDS * v + STAMP] === done) continue
      state[WORDS * v + STAMP] = done
      this.settled++
      // The first vertices are the arcs themselves: what need not be read is not waited for.
      const arc = v < arcCount ? v : arcOf[v]!
      const here = state[WORDS * v + COST]!
      const leaving = here + (timed ? timed.at(arc, here) : waitMs[arc]!)
      const end = first[v + 1]!
      const endsHere = this.#isGoalTail[state[WORDS * v + RANK]!] === 1
      for (let m = first[v]!; m < end; m++) {
        const turn = turnMs[m]!
        if (turn >= INFINITE) continue
        const next = to[m]!
        const nextArc = next < arcCount ? next : arcOf[next]!
        const drive = arcMs[nextArc]!
        if (drive >= INFINITE) continue
        const slower = factor ? factor[nextArc]! : 1
        if (endsHere) {
          for (const { arc: goalArc, costMs } of this.#goals) {
            const whole = leaving + turn + Math.round(costMs * slower)
            if (goalArc !== nextArc || !(whole < best)) continue
            best = whole
            last = v
            goal = goalArc
          }
        }
        const atHead = leaving + turn + (factor ? Math.round(drive * slower) : drive)
        if (atHead >= best) continue
        const stamp = state[WORDS * next + STAMP]!
        if (stamp >= reached && atHead >= state[WORDS * next + COST]!) continue
        reach(next, nextArc, atHead, v)
      }
    }
    return goal < 0 ? undefined : { arcs: this.#arcsTo(last, goal), costMs: best }
  }

  /** The arcs whose cost the last search has settled, in rising order. */
  settledArcs(): Int32Array {
    const done = this.#stamp + 1
    const { arcOf } = this.#movements
    const arcs = arcOf.filter((_, vertex) => this.#state[WORDS * vertex + STAMP] === done)
    return Int32Array.from(new Set(arcs)).sort()
  }

  #nextStamp(): void {
    this.#stamp += 2
    if (this.#stamp < INFINITE) return
    this.#clear()
    this.#stamp = 2
  }

  #clear(): void {
    const { head } = this.#graph
    const { arcOf } = this.#movements
    this.#state.fill(0)
    for (let v = 0; v < arcOf.length; v++) this.#state[WORDS * v + RANK] = this.#rank[head[arcOf[v]!]!]!
  }

  #arcsTo(last: number, goal: number): Int32Array {
    const arcs = [goal]
    for (let v = last; v >= 0; v = this.#state[WORDS * v + BEFORE]!) arcs.push(this.#movements.arcOf[v]!)
    return Int32Array.from(arcs.reverse())
  }
}
