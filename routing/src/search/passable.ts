import type { VehicleLimits } from '@clearway/contracts'
import type { RoadNetwork } from '../network/road-network.ts'

/**
 * Which arcs a vehicle fits on: one byte per arc, 1 where it does. Physical limits hold for every profile. Undefined when
 * nothing is said of the vehicle or nothing stands in its way.
 */
export function passable(network: RoadNetwork, vehicle: VehicleLimits): Uint8Array | undefined {
  const limits = [
    [vehicle.heightM, network.maxHeightM],
    [vehicle.widthM, network.maxWidthM],
    [vehicle.weightT, network.maxWeightT],
    [vehicle.axleLoadT, network.maxAxleLoadT],
  ] as const
  let open: Uint8Array | undefined
  for (const [size, most] of limits) {
    if (size === undefined) continue
    for (let arc = 0; arc < network.arcCount; arc++) {
      // Limits are stored in 32 bits: 3.8 becomes 3.79999995, and a vehicle of exactly 3.8 m may pass.
      if (Math.fround(size) <= most[arc]!) continue
      open ??= new Uint8Array(network.arcCount).fill(1)
      open[arc] = 0
    }
  }
  return open
}
