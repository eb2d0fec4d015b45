import type { RoadNetwork } from '../road-network.ts'

/** A network and where its parts came from. */
export interface SourcedNetwork {
  network: RoadNetwork
  /** OpenStreetMap node id of each node. */
  osmNode: Float64Array
  /** OpenStreetMap way id of each arc. */
  osmWay: Float64Array
}
