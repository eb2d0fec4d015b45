import { arrivalBearing, departureBearing } from '../arc-shape.ts'
import { turnDeg } from '../geodesy.ts'
import { arcFlag } from '../road-network.ts'
import type { OsmRelation } from './extract.ts'
import type { SourcedNetwork } from './osm-network.ts'

/** Beyond so many arcs a way via is no part of a junction any more. */
const LONGEST_PATH = 30
/** A turn of less goes straight on; a turn of more goes back. */
const STRAIGHT_DEG = 45
const BACK_DEG = 135
/** Left and right of this a road bends or turns. */
const BEND_DEG = 10

/**
 * The arcs that restriction relations name: from the arc in, along the ways via if there are any, to the arc out.
 */
export class RestrictionPaths {
  readonly #source: SourcedNetwork
  readonly #nodeOf: ReadonlyMap<number, number>
  readonly #arcsOfWay = new Map<number, number[]>()

  constructor(source: SourcedNetwork) {
    this.#source = source
    this.#nodeOf = new Map(Array.from(source.osmNode, (id, node) => [id, node]))
    source.osmWay.forEach((way, arc) => {
      if ((source.network.flags[arc]! & arcFlag.contraflow) !== 0) return
      const arcs = this.#arcsOfWay.get(way)
      if (arcs) arcs.push(arc)
      else this.#arcsOfWay.set(way, [arc])
    })
  }

  /**
   * One path for each pair of a way from and a way to. Where a way goes on beyond the junction, so that several paths
   * fit, the angle that the value of the restriction names decides.
   *
   * @returns why there is none otherwise
   */
  of(relation: OsmRelation, value: string): number[][] | string {
    const ways = (role: string) => relation.members.filter((one) => one.type === 'way' && one.role === role)
    const [from, to, via] = [ways('from'), ways('to'), ways('via')]
    const viaNodes = relation.members.filter((one) => one.type === 'node' && one.role === 'via')
    if (from.length === 0 || to.length === 0 || viaNodes.length > 1) return 'incomplete'
    const node = viaNodes[0] === undefined ? undefined : this.#nodeOf.get(viaNodes[0].ref)
    if (viaNodes.length > 0 && node === undefined) return 'off the network'
    const paths: number[][] = []
    for (const start of from) {
      for (const end of to) {
        const isBack = start.ref === end.ref && value.endsWith('_u_turn')
        const fitting = this.#arcsOf(start.ref)
          .filter((arc) => node === undefined || this.#source.network.head[arc] === node)
          .flatMap((arc) => this.#pathsFrom(arc, new Set(via.map(({ ref }) => ref)), end.ref))
          .filter((path) => path.length > 2 || isTurnedBack(this.#source, path) === isBack)
        const chosen = fitting.length > 1 ? fitting.filter((path) => this.#turns(path, value)) : fitting
        // Turning back is forbidden to both directions of a way that goes on.
        if (fitting.length > 0 && chosen.length !== 1 && !isBack) return 'ambiguous, the way goes on'
        paths.push(...chosen)
      }
    }
    return paths.length > 0 ? paths : 'off the network'
  }

  #arcsOf(way: number): readonly number[] {
    return this.#arcsOfWay.get(way) ?? []
  }

  /** From an arc along all the ways via, in any order, into the way `to`. */
  #pathsFrom(first: number, via: ReadonlySet<number>, to: number): number[][] {
    const { network, osmWay } = this.#source
    const found: number[][] = []
    const walk = (path: number[], seen: ReadonlySet<number>): void => {
      const last = path.at(-1)!
      const node = network.head[last]!
      for (let next = network.firstOut[node]!; next < network.firstOut[node + 1]!; next++) {
        if ((network.flags[next]! & arcFlag.contraflow) !== 0) continue
        const way = osmWay[next]!
        const isBack = next === network.reverse[last]
        if (seen.size === via.size && way === to) found.push([...path, next])
        else if (via.has(way) && !isBack && path.length < LONGEST_PATH && !path.includes(next)) {
          walk([...path, next], new Set(seen).add(way))
        }
      }
    }
    walk([first], new Set())
    return found
  }

  /** Whether the path turns as the value says. */
  #turns(path: readonly number[], value: string): boolean {
    const { network } = this.#source
    const angle = turnDeg(arrivalBearing(network, path[0]!), departureBearing(network, path.at(-1)!))
    if (value.endsWith('_straight_on')) return Math.abs(angle) <= STRAIGHT_DEG
    if (value.endsWith('_u_turn')) return Math.abs(angle) >= BACK_DEG
    if (value.endsWith('_left_turn')) return angle < -BEND_DEG
    return value.endsWith('_right_turn') && angle > BEND_DEG
  }
}

/** Back along the road it came. */
const isTurnedBack = ({ network }: SourcedNetwork, path: readonly number[]): boolean =>
  path.length === 2 && path[1] === network.reverse[path[0]!]
