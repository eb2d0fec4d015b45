import { bearingDeg, distanceM } from '../network/geodesy.ts'
import type { RoadNetwork } from '../network/road-network.ts'

/** Direction of travel on an arc at so many metres after its tail, degrees clockwise from north. */
export function arcBearingDeg(network: RoadNetwork, arc: number, offsetM: number): number {
  const { shapeStart, shapeLon, shapeLat } = network
  const end = shapeStart[arc + 1]! - 1
  let passedM = 0
  for (let i = shapeStart[arc]!; ; i++) {
    const step = [shapeLon[i]!, shapeLat[i]!, shapeLon[i + 1]!, shapeLat[i + 1]!] as const
    passedM += distanceM(...step)
    if (passedM >= offsetM || i + 1 >= end) return bearingDeg(...step)
  }
}
