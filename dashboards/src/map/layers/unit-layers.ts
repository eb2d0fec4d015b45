import type { Position, Unit } from '@clearway/contracts'
import type { Layer } from '@deck.gl/core'
import { IconLayer, TextLayer } from '@deck.gl/layers'
import { type Appearance, ground, rgb } from '../../look/palette.ts'
import { iconAtlas } from '../icon-atlas.ts'
import { haloText, mapFont } from './map-font.ts'

export interface UnitScene {
  units: readonly Unit[]
  /** Where a unit is drawn now, between its reports. */
  at(unit: string): Position | undefined
  name(unit: Unit): string
  selected: string | undefined
  appearance: Appearance
  zoom: number
}

interface Drawn {
  unit: Unit
  position: [number, number]
}

/** About 3 m: units this near are drawn as one, and so is what they are called. */
const togetherDeg = 0.00003

/** Units as they stand together, in their order. One that is under way stays by itself. */
export function standingTogether<T extends { unit: Unit; position: readonly [number, number] }>(
  drawn: readonly T[],
): T[][] {
  const groups: T[][] = []
  for (const one of drawn) {
    const beside = groups.find(([first]) => {
      if (!first || first.unit.state === 'dispatched' || one.unit.state === 'dispatched') return false
      const [lon, lat] = first.position
      return Math.abs(lon - one.position[0]) < togetherDeg && Math.abs(lat - one.position[1]) < togetherDeg
    })
    if (beside) beside.push(one)
    else groups.push([one])
  }
  return groups
}

export function unitLayers({ units, at, name, selected, appearance, zoom }: UnitScene): Layer[] {
  const atlas = iconAtlas()
  const { text, halo } = ground[appearance]
  const data: Drawn[] = []
  for (const unit of units) {
    const position = at(unit.id)
    if (position) data.push({ unit, position: [position.lon, position.lat] })
  }
  const size = ({ unit }: Drawn) => (unit.state === 'dispatched' ? 40 : unit.id === selected ? 36 : 28)
  const drives = (drawn: Drawn | undefined) => drawn?.unit.state === 'dispatched'
  const alpha = ({ unit }: Drawn): [number, number, number, number] => [
    255,
    255,
    255,
    unit.state === 'offline' ? 110 : 255,
  ]
  return [
    new IconLayer<Drawn>({
      id: 'unit-headings',
      data: data.filter(({ unit }) => unit.state === 'dispatched'),
      iconAtlas: atlas.image as never,
      iconMapping: atlas.mapping,
      getIcon: () => 'heading',
      getPosition: ({ position }) => position,
      getSize: 62,
      getAngle: ({ unit }) => -(unit.headingDeg ?? 0),
      billboard: false,
    }),
    new IconLayer<Drawn>({
      id: 'units',
      data,
      pickable: true,
      iconAtlas: atlas.image as never,
      iconMapping: atlas.mapping,
      getIcon: ({ unit }) => unit.role,
      getPosition: ({ position }) => position,
      getSize: size,
      getColor: alpha,
    }),
    new TextLayer<Drawn[]>({
      id: 'unit-names',
      data: standingTogether(data),
      visible: zoom >= 13 || (zoom >= 10.5 && data.length <= 12),
      getPosition: ([first]) => first?.position ?? [0, 0],
      getText: (group) => group.map(({ unit }) => name(unit)).join(' · '),
      characterSet: 'auto',
      getSize: 12,
      fontFamily: mapFont,
      fontWeight: 600,
      ...haloText,
      getColor: [...rgb(text), 255],
      outlineColor: [...rgb(halo), 255],
      // Beside a vehicle that stands, below one that drives: what lies ahead of it stays in sight.
      getTextAnchor: ([first]) => (drives(first) ? 'middle' : 'start'),
      getPixelOffset: (group) => (drives(group[0]) ? [0, 34] : [Math.max(...group.map(size)) / 2 + 3, 0]),
      updateTriggers: { getColor: appearance },
    }),
  ]
}
