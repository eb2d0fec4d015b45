import type { Lot } from '@clearway/contracts'
import type { Layer } from '@deck.gl/core'
import { ColumnLayer, ScatterplotLayer, TextLayer } from '@deck.gl/layers'
import { type Appearance, ground, occupancyColour, type Rgb, rgb, unknownColour } from '../../look/palette.ts'
import { haloText, mapFont } from './map-font.ts'

/** What the map says about car parks: their occupancy as circles, or money and use as columns. */
export type LotView = 'occupancy' | 'revenue' | 'turnover'

export interface LotScene {
  /** A new array whenever a lot changes. */
  lots: readonly Lot[]
  view: LotView
  selected: string | undefined
  appearance: Appearance
  /** Nothing is known to be current: the feed is down. */
  stale: boolean
  zoom: number
  revenueFen(lot: string): number
}

const occupancyOf = (lot: Lot): number => lot.occupied / lot.capacity

const lonLat = ({ position }: Lot): [number, number] => [position.lon, position.lat]

const fill = (lot: Lot, appearance: Appearance, stale: boolean): Rgb =>
  stale || lot.quality === 'stale' ? rgb(unknownColour[appearance]) : occupancyColour(occupancyOf(lot), appearance)

/** Area in proportion to the bays, within what can be hit and what leaves the neighbours visible. */
const lotRadius = (capacity: number): number => Math.min(26, Math.max(6, Math.sqrt(capacity) * 0.95))

/** Tallest column in metres: half a city block wide, it stays readable next to its neighbours. */
const tallestM = 900

export function lotLayers(scene: LotScene): Layer[] {
  const { lots, view, selected, appearance, stale, zoom } = scene
  if (view !== 'occupancy') return hotSpotLayers(scene)
  const { outline, text, halo } = ground[appearance]
  const radius = (lot: Lot) => lotRadius(lot.capacity) * (lot.id === selected ? 1.25 : 1)
  return [
    new ScatterplotLayer<Lot>({
      id: 'lots',
      data: lots,
      pickable: true,
      getPosition: lonLat,
      getRadius: radius,
      radiusUnits: 'pixels',
      radiusScale: zoom < 12.5 ? 0.75 : 1,
      getFillColor: (lot) => [...fill(lot, appearance, stale), lot.id === selected ? 255 : 225],
      stroked: true,
      getLineColor: (lot) => (lot.id === selected ? [...rgb(text), 255] : [...rgb(outline), 230]),
      getLineWidth: (lot) => (lot.id === selected ? 3 : 1.5),
      lineWidthUnits: 'pixels',
      updateTriggers: {
        getRadius: selected,
        getFillColor: [selected, appearance, stale],
        getLineColor: [selected, appearance],
        getLineWidth: selected,
      },
    }),
    new TextLayer<Lot>({
      id: 'lot-vacancies',
      data: lots,
      visible: zoom >= 13.5,
      getPosition: lonLat,
      getText: (lot) => String(lot.vacant),
      getSize: 12,
      getColor: [...rgb(text), 255],
      getPixelOffset: (lot) => [0, radius(lot) + 9],
      fontFamily: mapFont,
      fontWeight: 700,
      characterSet: '0123456789',
      ...haloText,
      outlineColor: [...rgb(halo), 255],
      updateTriggers: { getColor: appearance, getPixelOffset: selected },
    }),
  ]
}

function hotSpotLayers({ lots, view, selected, appearance, stale, revenueFen }: LotScene): Layer[] {
  const value = (lot: Lot) => (view === 'revenue' ? revenueFen(lot.id) : lot.turnoverToday)
  const most = Math.max(1e-9, ...lots.map(value))
  return [
    new ColumnLayer<Lot>({
      id: 'lots',
      data: lots,
      pickable: true,
      diskResolution: 24,
      radius: 45,
      getPosition: lonLat,
      getElevation: (lot) => (value(lot) / most) * tallestM,
      getFillColor: (lot) => (lot.id === selected ? [255, 255, 255, 255] : [...fill(lot, appearance, stale), 235]),
      extruded: true,
      material: { ambient: 0.55, diffuse: 0.5, shininess: 24 },
      updateTriggers: {
        getElevation: [view, most],
        getFillColor: [selected, appearance, stale],
      },
    }),
  ]
}
