import { arcShape, type Coordinate } from '../network/arc-shape.ts'
import type { RoadNetwork } from '../network/road-network.ts'
import { areaAround } from './area.ts'
import type { ReachedPart } from './reach.ts'
import { joined, type Span, without } from './spans.ts'

/** GeoJSON: for each time the area within it, and the roads that are reached between the time before it and it. */
export interface IsochroneMap {
  type: 'FeatureCollection'
  features: {
    type: 'Feature'
    properties: { withinS: number; shows: 'area' | 'roads' }
    geometry:
      | { type: 'MultiPolygon'; coordinates: Coordinate[][][] }
      | { type: 'MultiLineString'; coordinates: Coordinate[][] }
  }[]
}

/**
 * The roads are exact; each belongs to the time in which the quicker of its directions is driven. The area is what lies
 * within some ten metres of them.
 *
 * @param withinS in any order; the parts must have been reached within the longest of them
 */
export function isochroneMap(
  network: RoadNetwork,
  parts: readonly ReachedPart[],
  withinS: readonly number[],
): IsochroneMap {
  const bands = [...new Set(withinS)].sort((a, b) => a - b)
  const roads = Map.groupBy(parts, ({ arc }) => roadOf(network, arc))
  const lines = bands.map((): Coordinate[][] => [])
  for (const [arc, ofRoad] of roads) {
    let before: Span[] = []
    for (const [i, bandS] of bands.entries()) {
      const now = joined(ofRoad.flatMap((part) => spanWithin(network, part, arc, bandS * 1000)))
      for (const [from, to] of without(now, before)) lines[i]!.push(arcShape(network, arc, from, to))
      before = now
    }
  }
  const features = bands.flatMap((bandS, i): IsochroneMap['features'] => [
    {
      type: 'Feature',
      properties: { withinS: bandS, shows: 'area' },
      geometry: { type: 'MultiPolygon', coordinates: areaAround(lines.slice(0, i + 1).flat()) },
    },
    {
      type: 'Feature',
      properties: { withinS: bandS, shows: 'roads' },
      geometry: { type: 'MultiLineString', coordinates: lines[i]! },
    },
  ])
  return { type: 'FeatureCollection', features }
}

/** One arc stands for both directions of a road. */
function roadOf({ reverse }: RoadNetwork, arc: number): number {
  const other = reverse[arc]!
  return other >= 0 && other < arc ? other : arc
}

/** Where a part lies within a time, in metres along the road's own arc. */
function spanWithin({ lengthM }: RoadNetwork, part: ReachedPart, road: number, withinMs: number): Span[] {
  const { arc, fromM, startMs, endMs } = part
  if (startMs > withinMs) return []
  const share = endMs <= withinMs ? 1 : (withinMs - startMs) / (endMs - startMs)
  const toM = fromM + share * (part.toM - fromM)
  if (toM <= fromM) return []
  return arc === road ? [[fromM, toM]] : [[lengthM[arc]! - toM, lengthM[arc]! - fromM]]
}
