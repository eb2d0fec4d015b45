import type { RoadClass } from './road-network.ts'

const KMH_PER_MPS = 3.6

/** The class of a road of which a map tells only lanes in one direction and speed, as roads in towns are built. */
export function classOf(lanes: number, speedMps: number): RoadClass {
  const kmh = speedMps * KMH_PER_MPS
  if (kmh > 85) return 'trunk'
  if (lanes >= 3 || kmh > 65) return 'primary'
  if (lanes === 2) return 'secondary'
  if (kmh > 45) return 'tertiary'
  if (kmh > 35) return 'unclassified'
  return kmh > 15 ? 'residential' : 'living_street'
}
