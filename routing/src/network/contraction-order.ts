import { nodeOrder } from '../hierarchy/node-order.ts'
import { planeAround } from './geodesy.ts'
import type { RoadNetwork } from './road-network.ts'

/** The node of each rank, for the hierarchy of a network: as stored, or found now. */
export function contractionOrder(network: RoadNetwork): Int32Array {
  const { nodeLon, nodeLat, order } = network
  if (order) return order
  const plane = planeAround({ lon: nodeLon[0] ?? 0, lat: nodeLat[0] ?? 0 })
  return nodeOrder(network, nodeLon.map(plane.x), nodeLat.map(plane.y))
}
