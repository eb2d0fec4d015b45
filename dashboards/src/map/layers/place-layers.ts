import type { Place, Position } from '@clearway/contracts'
import type { Layer } from '@deck.gl/core'
import { IconLayer, TextLayer } from '@deck.gl/layers'
import { type Appearance, ground, rgb } from '../../look/palette.ts'
import { iconAtlas } from '../icon-atlas.ts'
import { haloText, mapFont } from './map-font.ts'

export interface PlaceScene {
  places: readonly Place[]
  name(place: Place): string
  appearance: Appearance
  zoom: number
}

export function placeLayers({ places, name, appearance, zoom }: PlaceScene): Layer[] {
  const atlas = iconAtlas()
  const { text, halo } = ground[appearance]
  return [
    new IconLayer<Place>({
      id: 'places',
      data: places,
      pickable: true,
      iconAtlas: atlas.image as never,
      iconMapping: atlas.mapping,
      getIcon: ({ kind }) => kind,
      getPosition: ({ position }) => [position.lon, position.lat],
      getSize: zoom >= 13 ? 24 : 18,
    }),
    new TextLayer<Place>({
      id: 'place-names',
      data: places,
      visible: zoom >= 13.2,
      getPosition: ({ position }) => [position.lon, position.lat],
      getText: name,
      characterSet: 'auto',
      getSize: 12,
      fontFamily: mapFont,
      ...haloText,
      getColor: [...rgb(text), 235],
      outlineColor: [...rgb(halo), 255],
      getPixelOffset: [0, 19],
      updateTriggers: { getColor: appearance, getText: name },
    }),
  ]
}

export interface EndScene {
  origin: Position | undefined
  destination: Position | undefined
}

/** Pins where a dispatch begins and ends. */
export function endLayers({ origin, destination }: EndScene): Layer[] {
  const atlas = iconAtlas()
  const data = [
    ...(origin ? [{ icon: 'origin', position: origin }] : []),
    ...(destination ? [{ icon: 'destination', position: destination }] : []),
  ]
  return [
    new IconLayer<(typeof data)[number]>({
      id: 'ends',
      data,
      iconAtlas: atlas.image as never,
      iconMapping: atlas.mapping,
      getIcon: ({ icon }) => icon,
      getPosition: ({ position }) => [position.lon, position.lat],
      getSize: 44,
    }),
  ]
}
