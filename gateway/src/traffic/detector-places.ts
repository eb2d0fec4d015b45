import type { Device } from '@clearway/contracts'
import { type RoadNetwork, snap } from '@clearway/routing'

/** A detector beside the road is no farther from its middle line. */
const besideM = 25

/**
 * The arcs that a detector watches. One named `{junction}-{approach}` watches the stop line of that approach; any other
 * the road at its position, both directions where it has two, for nothing tells which one is meant.
 */
export class DetectorPlaces {
  readonly #network: RoadNetwork
  readonly #find: (device: string) => Device | undefined
  readonly #approaches: ReadonlyMap<string, number>
  /** By position, since a registration may be replaced by another. */
  readonly #known = new Map<string, readonly number[]>()

  constructor(network: RoadNetwork, find: (device: string) => Device | undefined) {
    this.#network = network
    this.#find = find
    this.#approaches = new Map(
      network.approaches.map(({ junction, approach, arc }) => [`${junction}-${approach}`, arc]),
    )
  }

  /** Empty where nothing is known of the detector's place. */
  arcsOf(device: string): readonly number[] {
    const approach = this.#approaches.get(device)
    if (approach !== undefined) return [approach]
    const position = this.#find(device)?.position
    if (!position) return []
    const key = `${position.lon},${position.lat}`
    const known = this.#known.get(key)
    if (known) return known
    const [nearest, ...more] = snap(this.#network, position, besideM)
    const back = more.find(({ arc }) => nearest && arc === this.#network.reverse[nearest.arc])
    const arcs = [nearest, back].flatMap((point) => point?.arc ?? [])
    this.#known.set(key, arcs)
    return arcs
  }
}
