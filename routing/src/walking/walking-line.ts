import type { Coordinate } from '../network/arc-shape.ts'
import { distanceM } from '../network/geodesy.ts'
import type { WalkingNetwork } from './walking-network.ts'

/** The shape of an edge between two offsets, ends included, walked backwards where `fromCm` > `toCm`. */
export function edgeLine(network: WalkingNetwork, edge: number, fromCm: number, toCm: number): Coordinate[] {
  const backwards = fromCm > toCm
  const [low, high] = backwards ? [toCm, fromCm] : [fromCm, toCm]
  const { shapeStart, shapeLon: lon, shapeLat: lat, lengthCm } = network
  const first = shapeStart[edge]!
  const last = shapeStart[edge + 1]! - 1
  const line: Coordinate[] = []
  let passedCm = 0
  const at = (i: number, stepCm: number, offsetCm: number): Coordinate => {
    const share = stepCm === 0 ? 0 : Math.min(1, (offsetCm - passedCm) / stepCm)
    return [lon[i]! + (lon[i + 1]! - lon[i]!) * share, lat[i]! + (lat[i + 1]! - lat[i]!) * share]
  }
  for (let i = first; i < last; i++) {
    const stepCm = distanceM(lon[i]!, lat[i]!, lon[i + 1]!, lat[i + 1]!) * 100
    // Lengths are rounded to whole centimetres: the last segment takes what is left.
    const endCm = i === last - 1 ? Math.max(passedCm + stepCm, lengthCm[edge]!) : passedCm + stepCm
    if (line.length === 0 && low <= endCm) line.push(at(i, stepCm, low))
    if (line.length > 0 && high <= endCm) {
      line.push(at(i, stepCm, high))
      break
    }
    if (line.length > 0) line.push([lon[i + 1]!, lat[i + 1]!])
    passedCm = endCm
  }
  return backwards ? line.reverse() : line
}
