import type { JunctionTable, SignalDelta } from '@clearway/contracts'
import type { Layer } from '@deck.gl/core'
import { IconLayer, ScatterplotLayer } from '@deck.gl/layers'
import { type Appearance, ground, rgb, type SignalColour, signalColours } from '../../look/palette.ts'
import { iconAtlas } from '../icon-atlas.ts'

/** One approach of one junction: an icon on the map. */
export interface SignalHead {
  junction: string
  approach: string
  position: [number, number]
  /** Points back along the approach, so that the icons of a junction stand around it. */
  offset: [number, number]
  /** The approach with the most lanes, then the fastest: it stands for its junction from afar. */
  main: boolean
}

const mainApproach = ({ approaches }: JunctionTable): string | undefined =>
  approaches.toSorted((a, b) => b.lanes - a.lanes || b.speedMps - a.speedMps)[0]?.id

/** The heads of a city, made once: only their icons change. */
export const signalHeads = (junctions: readonly JunctionTable[]): SignalHead[] =>
  junctions.flatMap((table) => {
    const main = mainApproach(table)
    return table.approaches.map(({ id: approach, position, bearingDeg }) => {
      const back = ((bearingDeg + 180) * Math.PI) / 180
      return {
        junction: table.id,
        approach,
        main: approach === main,
        position: [position.lon, position.lat] as [number, number],
        offset: [Math.sin(back) * 7, -Math.cos(back) * 7] as [number, number],
      }
    })
  })

export interface SignalScene {
  junctions: readonly JunctionTable[]
  heads: readonly SignalHead[]
  signal(junction: string): SignalDelta | undefined
  /** Grows with every change of a signal. */
  version: number
  /** Junctions of the green channel that is shown: drawn larger, and at every zoom. */
  corridor: ReadonlySet<string>
  selected: string | undefined
  appearance: Appearance
  stale: boolean
  zoom: number
}

/** Below this zoom a junction shows its main approach only; above it every approach shows its own colour and shape. */
const headsZoom = 13.4

export function signalLayers(scene: SignalScene): Layer[] {
  const { junctions, heads, signal, version, corridor, selected, appearance, stale, zoom } = scene
  const atlas = iconAtlas()
  const near = zoom >= headsZoom
  const close = zoom >= 15
  const colour = (head: SignalHead): SignalColour =>
    (stale ? undefined : signal(head.junction)?.approaches[head.approach]) ?? 'dark'
  const inPriority = (junction: JunctionTable) => !stale && signal(junction.id)?.mode === 'preempted'
  const size = ({ junction, main }: SignalHead): number => {
    if (corridor.has(junction)) return near ? 17 : 11
    if (near) return close ? 13 : 10
    return main ? (zoom < 12 ? 7 : 9) : 0
  }
  return [
    new ScatterplotLayer<JunctionTable>({
      id: 'junctions',
      data: junctions,
      pickable: true,
      getPosition: ({ position }) => [position.lon, position.lat],
      radiusUnits: 'pixels',
      lineWidthUnits: 'pixels',
      getRadius: ({ id }) => (id === selected ? 17 : near ? 13 : 7),
      stroked: true,
      filled: true,
      getFillColor: near ? [11, 20, 32, appearance === 'dark' ? 130 : 36] : [0, 0, 0, 0],
      getLineColor: (junction) =>
        junction.id === selected
          ? [...rgb(ground[appearance].text), 255]
          : [...rgb(signalColours.green.colour), inPriority(junction) ? 255 : 0],
      getLineWidth: 2.5,
      updateTriggers: {
        getRadius: [near, selected],
        getFillColor: [near, appearance],
        getLineColor: [version, stale, selected, appearance],
      },
    }),
    new IconLayer<SignalHead>({
      id: 'signal-heads',
      data: heads,
      iconAtlas: atlas.image as never,
      iconMapping: atlas.mapping,
      getIcon: (head) => `signal-${colour(head)}`,
      getPosition: ({ position }) => position,
      getPixelOffset: ({ offset }) => (near ? offset : [0, 0]),
      getSize: size,
      sizeUnits: 'pixels',
      updateTriggers: { getIcon: [version, stale], getPixelOffset: near, getSize: [corridor, near, close, zoom < 12] },
    }),
  ]
}
