import type { Sign } from '@clearway/contracts'
import { arcBearingDeg, arcFlag, type RoadNetwork, snap, turnDeg } from '@clearway/routing'

/** A sign stands no farther beside the middle of its road, and looks along it. */
const BESIDE_M = 40
const ALONG_DEG = 45
/** Who reads a sign remembers it for so long, metres: two or three junctions. */
const REACH_M = 800

/** Which signs are read by those who are about to come onto a road, and may still choose another. */
export class SignsBeforeRoads {
  readonly #network: RoadNetwork
  /** Roads that the readers of each sign may come onto; its own road is not among them. */
  readonly #ahead: ReadonlyMap<string, ReadonlySet<number>>

  /** Signs that stand by no road of the map, or look across it, are read for none. */
  constructor(network: RoadNetwork, signs: readonly Sign[]) {
    this.#network = network
    this.#ahead = new Map(signs.map((sign) => [sign.id, this.#arcsAhead(sign)]))
  }

  /** In the order of the city's signs. */
  before(arcs: readonly number[]): string[] {
    return [...this.#ahead].filter(([, ahead]) => arcs.some((arc) => ahead.has(arc))).map(([id]) => id)
  }

  #arcsAhead({ position, bearingDeg }: Sign): ReadonlySet<number> {
    const network = this.#network
    const own = snap(network, position, BESIDE_M).find(
      ({ arc, offsetM }) => Math.abs(turnDeg(arcBearingDeg(network, arc, offsetM), bearingDeg)) <= ALONG_DEG,
    )
    if (!own) return new Set()
    /** Metres from the sign to the end of each road. */
    const endM = new Map([[own.arc, network.lengthM[own.arc]! - own.offsetM]])
    const open = [own.arc]
    for (let arc = open.pop(); arc !== undefined; arc = open.pop()) {
      const atM = endM.get(arc)!
      if (atM > REACH_M) continue
      for (const next of this.#onward(arc)) {
        const nextM = atM + network.lengthM[next]!
        if (nextM >= (endM.get(next) ?? Number.POSITIVE_INFINITY)) continue
        endM.set(next, nextM)
        open.push(next)
      }
    }
    endM.delete(own.arc)
    return new Set(endM.keys())
  }

  #onward(arc: number): number[] {
    const { firstOut, head, reverse, flags } = this.#network
    const node = head[arc]!
    const out = Array.from({ length: firstOut[node + 1]! - firstOut[node]! }, (_, i) => firstOut[node]! + i)
    const closed = arcFlag.contraflow | arcFlag.emergencyOnly
    return out.filter((next) => next !== reverse[arc] && (flags[next]! & closed) === 0)
  }
}
