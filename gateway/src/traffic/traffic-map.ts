import { toTimestamp } from '@clearway/contracts'
import { arcFlag, arcShape, closure, type RoadConditions, type RoadNetwork } from '@clearway/routing'

/** Six decimals of a degree are a tenth of a metre. */
const decimals = 6
const rounded = (degrees: number): number => Number(degrees.toFixed(decimals))
const closedTo = new Map<number, string>([
  [closure.ordinary, 'ordinary'],
  [closure.everyone, 'everyone'],
])

/**
 * The roads that are closed, or slower than a share of their own speed, as GeoJSON: a line for each direction.
 *
 * @param slowerThan share of the road's own speed
 */
export function trafficMap(
  network: RoadNetwork,
  { atMs, speedMps, closed, delayS, confidence }: RoadConditions,
  epoch: number,
  slowerThan: number,
) {
  const features: object[] = []
  for (let arc = 0; arc < network.arcCount; arc++) {
    const freeMps = network.speedMps[arc]!
    const ratio = speedMps[arc]! / freeMps
    const isTold = closed[arc] !== closure.open || delayS[arc]! > 0 || ratio < slowerThan
    // What goes against a one-way street or is closed to cars has no traffic of its own.
    if (!isTold || (network.flags[arc]! & (arcFlag.contraflow | arcFlag.emergencyOnly)) !== 0) continue
    features.push({
      type: 'Feature',
      properties: {
        street: network.streetNames[network.street[arc]!]!,
        speedMps: Math.round(10 * speedMps[arc]!) / 10,
        freeMps: Math.round(10 * freeMps) / 10,
        ratio: Math.round(100 * ratio) / 100,
        confidence: Math.round(100 * confidence[arc]!) / 100,
        closedTo: closedTo.get(closed[arc]!) ?? null,
        delayS: delayS[arc]!,
      },
      geometry: { type: 'LineString', coordinates: arcShape(network, arc).map((point) => point.map(rounded)) },
    })
  }
  return { type: 'FeatureCollection', at: toTimestamp(atMs), epoch, features }
}
