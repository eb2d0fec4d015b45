import type { DetectorReading } from '@clearway/contracts'
import type { Layer } from '@deck.gl/core'
import { ScatterplotLayer } from '@deck.gl/layers'
import { type Appearance, occupancyColour } from '../../look/palette.ts'

/** Traffic at the detectors: size for flow, colour for the share of time a vehicle stands over the loop. */
export function detectorLayer(
  readings: readonly DetectorReading[],
  version: number,
  appearance: Appearance,
  zoom: number,
): Layer {
  return new ScatterplotLayer<DetectorReading>({
    id: 'detectors',
    data: readings.filter(({ position }) => position !== undefined),
    pickable: true,
    getPosition: ({ position }) => [position!.lon, position!.lat],
    radiusUnits: 'pixels',
    radiusScale: zoom < 13.4 ? 0.6 : 1,
    // Area grows with the flow: 16 px stand for 1,600 vehicles per hour.
    getRadius: ({ flowVehPerH }) => 2 + Math.sqrt(Math.max(0, flowVehPerH)) * 0.35,
    // A loop that is covered half of the time is a queue.
    getFillColor: ({ occupancy }) => [...occupancyColour(occupancy * 2, appearance), 130],
    updateTriggers: { getRadius: version, getFillColor: [version, appearance] },
  })
}
