import type { DetectorReading } from '@clearway/contracts'
import type { Layer } from '@deck.gl/core'
import { ScatterplotLayer } from '@deck.gl/layers'
import { type Appearance, occupancyColour } from '../../look/palette.ts'

/** Traffic at the detectors: size for flow, colour for the share of time a vehicle stands over the loop. */
export function detectorLayer(readings: readonly DetectorReading[], version: number, appearance: Appearance): Layer {
  return new ScatterplotLayer<DetectorReading>({
    id: 'detectors',
    data: readings.filter(({ position }) => position !== undefined),
    pickable: true,
    getPosition: ({ position }) => [position!.lon, position!.lat],
    radiusUnits: 'meters',
    radiusMinPixels: 1.5,
    radiusMaxPixels: 18,
    getRadius: ({ flowVehPerH }) => 4 + Math.sqrt(Math.max(0, flowVehPerH)) * 0.9,
    // A loop that is covered half of the time is a queue.
    getFillColor: ({ occupancy }) => [...occupancyColour(occupancy * 2, appearance), 130],
    updateTriggers: { getRadius: version, getFillColor: [version, appearance] },
  })
}
