import { arcFlag, type RoadNetwork } from '@clearway/routing'

/**
 * A signalled junction of an imported map has a node at every stop line and crossing, and short arcs between them; in SUMO
 * it is one node, whose inner lanes SUMO makes itself. This says which nodes are one, and how a vehicle gets through.
 */
export class CollapsedJunctions {
  /** Junction by node; absent elsewhere. */
  readonly junctionOf: ReadonlyMap<number, string>
  readonly #network: RoadNetwork
  readonly #forbidden: ReadonlySet<string>

  constructor(network: RoadNetwork) {
    this.#network = network
    const bans = network.turnBans.filter(({ arcs, hours }) => arcs.length === 2 && hours === null)
    this.#forbidden = new Set(bans.map(({ arcs }) => arcs.join('>')))
    const { head, tail, approaches, exits } = network
    const junctionOf = new Map<number, string>()
    for (const { junction, arc } of approaches) junctionOf.set(head[arc]!, junction)
    for (const { junction, arc } of exits) junctionOf.set(tail[arc]!, junction)
    const inner = Array.from(head.keys()).filter((arc) => (network.flags[arc]! & arcFlag.inside) !== 0)
    // Until every node between stop lines and exits is known.
    for (let before = -1; before !== junctionOf.size; ) {
      before = junctionOf.size
      for (const arc of inner) {
        const junction = junctionOf.get(head[arc]!) ?? junctionOf.get(tail[arc]!)
        if (junction === undefined) continue
        junctionOf.set(head[arc]!, junction)
        junctionOf.set(tail[arc]!, junction)
      }
    }
    this.junctionOf = junctionOf
  }

  /** An arc that disappears in its junction. */
  isInside(arc: number): boolean {
    const { head, tail } = this.#network
    const junction = this.junctionOf.get(tail[arc]!)
    return junction !== undefined && junction === this.junctionOf.get(head[arc]!)
  }

  /** The arcs outside junctions that a driver may go on to, and the inner arcs on the way there, the fewest. */
  waysOn(arc: number): Map<number, readonly number[]> {
    const { head, firstOut, reverse, flags } = this.#network
    const ways = new Map<number, readonly number[]>()
    const seen = new Set([arc])
    let open: { at: number; by: readonly number[] }[] = [{ at: arc, by: [] }]
    while (open.length > 0) {
      const further: typeof open = []
      for (const { at, by } of open) {
        const node = head[at]!
        for (let next = firstOut[node]!; next < firstOut[node + 1]!; next++) {
          if (seen.has(next) || (flags[next]! & arcFlag.contraflow) !== 0) continue
          if (next === reverse[at] || next === reverse[arc] || this.#forbidden.has(`${at}>${next}`)) continue
          seen.add(next)
          if (this.isInside(next)) further.push({ at: next, by: [...by, next] })
          else ways.set(next, by)
        }
      }
      open = further
    }
    return ways
  }
}
