import type { Dispatch, DispatchJunction, Route } from '@clearway/contracts'
import type { Layer } from '@deck.gl/core'
import { PathLayer, ScatterplotLayer, TextLayer } from '@deck.gl/layers'
import { type Appearance, ground, junctionStateColours, rgb } from '../../look/palette.ts'
import { haloText, mapFont } from './map-font.ts'

/** Under everything that moves: the way, wide, and its alternatives, thin. */
export function corridorPaths(dispatch: Dispatch, appearance: Appearance): Layer[] {
  const { route } = ground[appearance]
  const path = ({ geometry }: Route) => geometry.coordinates as [number, number][]
  const over = dispatch.state !== 'planned' && dispatch.state !== 'active'
  return [
    new PathLayer<Route>({
      id: 'alternatives',
      data: dispatch.state === 'planned' ? dispatch.alternatives : [],
      getPath: path,
      getColor: [...rgb(appearance === 'dark' ? '#8fa3bd' : '#62748b'), 190],
      getWidth: 3,
      widthUnits: 'pixels',
      capRounded: true,
      jointRounded: true,
    }),
    new PathLayer<Route>({
      id: 'route-case',
      data: [dispatch.route],
      getPath: path,
      getColor: [...rgb(route), over ? 30 : 70],
      getWidth: 18,
      widthUnits: 'pixels',
      capRounded: true,
      jointRounded: true,
      updateTriggers: { getColor: [over, appearance] },
    }),
    new PathLayer<Route>({
      id: 'route',
      data: [dispatch.route],
      pickable: true,
      getPath: path,
      getColor: [...rgb(route), over ? 90 : 235],
      getWidth: 6,
      widthUnits: 'pixels',
      capRounded: true,
      jointRounded: true,
      updateTriggers: { getColor: [over, appearance] },
    }),
  ]
}

/** Over the streets, under the vehicles: a ring per junction in the colour of its state, numbered along the way. */
export function corridorRings(dispatch: Dispatch, appearance: Appearance, zoom: number): Layer[] {
  const { text, halo } = ground[appearance]
  const at = ({ position }: DispatchJunction): [number, number] => [position.lon, position.lat]
  return [
    new ScatterplotLayer<DispatchJunction>({
      id: 'corridor-rings',
      data: dispatch.junctions,
      getPosition: at,
      radiusUnits: 'pixels',
      lineWidthUnits: 'pixels',
      filled: false,
      stroked: true,
      getRadius: ({ state }) => (state === 'green' ? 22 : 17) * (zoom < 13 ? 0.65 : 1),
      getLineColor: ({ state }) => [...rgb(junctionStateColours[state]), 255],
      getLineWidth: ({ state }) => (state === 'green' ? 4 : 3),
    }),
    new TextLayer<DispatchJunction>({
      id: 'corridor-numbers',
      data: dispatch.junctions,
      visible: zoom >= 12.8,
      getPosition: at,
      getText: (_, { index }) => String(index + 1),
      characterSet: '0123456789',
      getSize: 13,
      fontFamily: mapFont,
      fontWeight: 700,
      ...haloText,
      getColor: [...rgb(text), 255],
      outlineColor: [...rgb(halo), 255],
      getPixelOffset: [20, -18],
      updateTriggers: { getColor: appearance },
    }),
  ]
}
