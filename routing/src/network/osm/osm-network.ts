import type { RoadNetwork } from '../road-network.ts'
import type { Tags } from './extract.ts'

/** A network and where its parts came from. */
export interface SourcedNetwork {
  network: RoadNetwork
  /** OpenStreetMap node id of each node; some other number for one that the import made. */
  osmNode: Float64Array
  /** Tags of each node. */
  nodeTags: readonly Tags[]
  /** OpenStreetMap way id of each arc. */
  osmWay: Float64Array
}
