import type { Closure, Incident } from '@clearway/contracts'
import type { Layer } from '@deck.gl/core'
import { PathLayer, TextLayer } from '@deck.gl/layers'
import { type Appearance, ground, occupancyColour, rgb, signalColours } from '../../look/palette.ts'
import { haloText, mapFont } from './map-font.ts'

export type Disruption = Closure | Incident

/** A direction of a road that is slower than usual; what is closed comes with the feed. */
export interface SlowRoad {
  properties: { street: string; speedMps: number; ratio: number; closedTo: string | null }
  geometry: { coordinates: [number, number][] }
}

interface Line {
  disruption: Disruption
  path: [number, number][]
}

/** Slow roads in the colours of occupancy: at a third of their speed the strongest. */
export function slowRoadLayer(roads: readonly SlowRoad[], appearance: Appearance): Layer {
  return new PathLayer<SlowRoad>({
    id: 'slow-roads',
    data: roads,
    pickable: true,
    getPath: ({ geometry }) => geometry.coordinates,
    getColor: ({ properties }) => [...occupancyColour(1.5 * (1 - properties.ratio), appearance), 210],
    getWidth: 5,
    widthUnits: 'pixels',
    capRounded: true,
    updateTriggers: { getColor: appearance },
  })
}

/** Closures with a cross, incidents with a mark of exclamation: colour does not stand alone. Planned ones are faint. */
export function disruptionLayers(disruptions: readonly Disruption[], appearance: Appearance): Layer[] {
  const { halo } = ground[appearance]
  const colour = ({ type }: Disruption) => rgb(signalColours[type === 'closure' ? 'red' : 'amber'].colour)
  const strength = ({ state }: Disruption) => (state === 'planned' ? 110 : 255)
  const lines = disruptions.flatMap((disruption): Line[] =>
    disruption.geometry.coordinates.map((path) => ({ disruption, path: path as [number, number][] })),
  )
  return [
    new PathLayer<Line>({
      id: 'disruptions',
      data: lines,
      pickable: true,
      getPath: ({ path }) => path,
      getColor: ({ disruption }) => [...colour(disruption), strength(disruption)],
      getWidth: 7,
      widthUnits: 'pixels',
      capRounded: true,
      jointRounded: true,
    }),
    new TextLayer<Disruption>({
      id: 'disruption-marks',
      data: disruptions,
      getPosition: markOf,
      getText: ({ type }) => (type === 'closure' ? '✕' : '!'),
      characterSet: '✕!',
      getSize: 24,
      fontFamily: mapFont,
      fontWeight: 700,
      ...haloText,
      getColor: (disruption) => [...colour(disruption), 255],
      outlineColor: [...rgb(halo), 255],
    }),
  ]
}

/** The middle of the longest line: where its mark stands. */
export function markOf({ geometry }: Disruption): [number, number] {
  const longest = geometry.coordinates.reduce((best, line) => (line.length > best.length ? line : best))
  const half = (longest.length - 1) / 2
  const [a, b] = [longest[Math.floor(half)]!, longest[Math.ceil(half)]!]
  return [(a[0]! + b[0]!) / 2, (a[1]! + b[1]!) / 2]
}
