import FlatQueue from 'flatqueue'
import { arcFlag, type RoadNetwork } from '../../network/road-network.ts'

/** A place on an arc, metres after its tail. */
export interface Place {
  arc: number
  offsetM: number
}

/** Metres that turning round is worth: less, and the error of two positions looks like a turn. */
const U_TURN_M = 60
const DEAD_END_M = 10
/** Metres that entering a one-way street from its end is worth. */
const CONTRAFLOW_M = 60

/**
 * Shortest ways between places a few streets apart, by Dijkstra's algorithm over arcs up to a limit. Metres, not
 * seconds: it is compared with how far a vehicle has moved.
 */
export class WaySearch {
  readonly #network: RoadNetwork
  readonly #emergency: boolean
  readonly #bans: ReadonlySet<number>
  /** Metres from the start to the tail of each arc; valid where `#seen` has the number of this search. */
  readonly #tailM: Float64Array
  readonly #parent: Int32Array
  readonly #seen: Int32Array
  readonly #done: Int32Array
  readonly #wanted: Int32Array
  readonly #queue = new FlatQueue<number>()
  #search = 0

  /** @param emergency may use one-way streets from their end, streets closed to cars, and turns that signs forbid */
  constructor(network: RoadNetwork, emergency: boolean) {
    this.#network = network
    this.#emergency = emergency
    this.#bans = emergency ? new Set() : pairBans(network)
    this.#tailM = new Float64Array(network.arcCount)
    this.#parent = new Int32Array(network.arcCount)
    this.#seen = new Int32Array(network.arcCount)
    this.#done = new Int32Array(network.arcCount)
    this.#wanted = new Int32Array(network.arcCount)
  }

  /** May vehicles of this kind be on the arc? */
  open(arc: number): boolean {
    return this.#emergency || (this.#network.flags[arc]! & (arcFlag.contraflow | arcFlag.emergencyOnly)) === 0
  }

  /** Metres from one place to each of the others, what turning round is worth included; Infinity beyond `limitM`. */
  distances(from: Place, to: readonly Place[], limitM: number): number[] {
    this.#run(from, to, limitM)
    return to.map((place) => this.#distance(from, place))
  }

  /** The arcs of the shortest way, both ends included; undefined when it is longer than `limitM`. */
  way(from: Place, to: Place, limitM: number): number[] | undefined {
    if (ahead(from, to)) return [from.arc]
    this.#run(from, [to], limitM)
    if (this.#distance(from, to) === Number.POSITIVE_INFINITY) return undefined
    const arcs = [to.arc]
    for (let arc = this.#parent[to.arc]!; ; arc = this.#parent[arc]!) {
      arcs.push(arc)
      if (arc === from.arc) return arcs.reverse()
    }
  }

  #distance(from: Place, to: Place): number {
    if (ahead(from, to)) return to.offsetM - from.offsetM
    return this.#seen[to.arc] === this.#search ? this.#tailM[to.arc]! + to.offsetM : Number.POSITIVE_INFINITY
  }

  #run(from: Place, to: readonly Place[], limitM: number): void {
    const search = ++this.#search
    const queue = this.#queue
    queue.clear()
    let open = 0
    for (const place of to) {
      if (ahead(from, place) || this.#wanted[place.arc] === search) continue
      this.#wanted[place.arc] = search
      open++
    }
    if (open === 0) return
    this.#leave(from.arc, this.#network.lengthM[from.arc]! - from.offsetM, limitM)
    for (let arc = queue.pop(); arc !== undefined; arc = queue.pop()) {
      if (this.#done[arc] === search) continue
      this.#done[arc] = search
      if (this.#wanted[arc] === search && --open === 0) return
      // The way back to the start is found from its parent: the start itself is not passed again.
      if (arc !== from.arc) this.#leave(arc, this.#tailM[arc]! + this.#network.lengthM[arc]!, limitM)
    }
  }

  #leave(arc: number, headM: number, limitM: number): void {
    const { firstOut, head, reverse, flags, arcCount } = this.#network
    const node = head[arc]!
    for (let next = firstOut[node]!; next < firstOut[node + 1]!; next++) {
      if (!this.open(next) || this.#bans.has(arc * arcCount + next)) continue
      let tailM = headM
      if (next === reverse[arc]) tailM += firstOut[node + 1]! - firstOut[node]! === 1 ? DEAD_END_M : U_TURN_M
      if ((flags[next]! & ~flags[arc]! & arcFlag.contraflow) !== 0) tailM += CONTRAFLOW_M
      if (tailM > limitM) continue
      if (this.#seen[next] === this.#search && this.#tailM[next]! <= tailM) continue
      this.#seen[next] = this.#search
      this.#tailM[next] = tailM
      this.#parent[next] = arc
      this.#queue.push(next, tailM)
    }
  }
}

const ahead = (from: Place, to: Place): boolean => from.arc === to.arc && to.offsetM >= from.offsetM

/** Movements that a sign forbids to everyone at all hours, as numbers. */
function pairBans({ turnBans, arcCount }: RoadNetwork): Set<number> {
  const bans = new Set<number>()
  for (const { arcs, hours } of turnBans)
    if (arcs.length === 2 && hours === null) bans.add(arcs[0]! * arcCount + arcs[1]!)
  return bans
}

const ordinary = new WeakMap<RoadNetwork, WaySearch>()
const emergencies = new WeakMap<RoadNetwork, WaySearch>()

/** One search serves all vehicles of a kind: it keeps nothing from one call to the next. */
export function waySearch(network: RoadNetwork, emergency: boolean): WaySearch {
  const searches = emergency ? emergencies : ordinary
  const known = searches.get(network)
  if (known) return known
  const search = new WaySearch(network, emergency)
  searches.set(network, search)
  return search
}
