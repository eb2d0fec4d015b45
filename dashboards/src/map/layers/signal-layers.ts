import type { JunctionTable, SignalDelta } from '@clearway/contracts'
import type { Layer } from '@deck.gl/core'
import { IconLayer, ScatterplotLayer } from '@deck.gl/layers'
import { type Appearance, rgb, type SignalColour, signalColours } from '../../look/palette.ts'
import { iconAtlas } from '../icon-atlas.ts'

/** One approach of one junction: an icon on the map. */
export interface SignalHead {
  junction: string
  approach: string
  position: [number, number]
  /** Points back along the approach, so that the icons of a junction stand around it. */
  offset: [number, number]
}

/** The heads of a city, made once: only their icons change. */
export const signalHeads = (junctions: readonly JunctionTable[]): SignalHead[] =>
  junctions.flatMap(({ id, approaches }) =>
    approaches.map(({ id: approach, position, bearingDeg }) => {
      const back = ((bearingDeg + 180) * Math.PI) / 180
      return {
        junction: id,
        approach,
        position: [position.lon, position.lat] as [number, number],
        offset: [Math.sin(back) * 7, -Math.cos(back) * 7] as [number, number],
      }
    }),
  )

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

/** Below this zoom a junction is one dot; above it every approach shows its own colour and shape. */
const headsZoom = 13.4

export function signalLayers(scene: SignalScene): Layer[] {
  const { junctions, heads, signal, version, corridor, selected, appearance, stale, zoom } = scene
  const atlas = iconAtlas()
  const near = zoom >= headsZoom
  const colour = (head: SignalHead): SignalColour =>
    (stale ? undefined : signal(head.junction)?.approaches[head.approach]) ?? 'dark'
  const inPriority = (junction: JunctionTable) => signal(junction.id)?.mode === 'preempted'
  const dot = (junction: JunctionTable): [number, number, number, number] => {
    if (stale || !signal(junction.id)) return [...rgb(signalColours.dark.colour), 200]
    if (inPriority(junction)) return [...rgb(signalColours.green.colour), 255]
    return appearance === 'dark' ? [126, 150, 180, 210] : [84, 106, 134, 210]
  }
  return [
    new ScatterplotLayer<JunctionTable>({
      id: 'junctions',
      data: junctions,
      pickable: true,
      getPosition: ({ position }) => [position.lon, position.lat],
      radiusUnits: 'pixels',
      lineWidthUnits: 'pixels',
      getRadius: (junction) => (junction.id === selected ? 16 : near ? 12 : inPriority(junction) ? 6 : 3.2),
      stroked: true,
      filled: true,
      getFillColor: (junction) => (near ? [...rgb('#0b1420'), appearance === 'dark' ? 130 : 40] : dot(junction)),
      getLineColor: (junction) =>
        junction.id === selected
          ? [255, 255, 255, 255]
          : inPriority(junction)
            ? [...rgb(signalColours.green.colour), 255]
            : [0, 0, 0, near ? 0 : 120],
      getLineWidth: (junction) => (junction.id === selected || inPriority(junction) ? 2 : 1),
      updateTriggers: {
        getRadius: [version, near, selected],
        getFillColor: [version, near, stale, appearance],
        getLineColor: [version, near, selected],
        getLineWidth: [version, selected],
      },
    }),
    new IconLayer<SignalHead>({
      id: 'signal-heads',
      data: heads,
      visible: near || corridor.size > 0,
      iconAtlas: atlas.image as never,
      iconMapping: atlas.mapping,
      getIcon: (head) => `signal-${colour(head)}`,
      getPosition: ({ position }) => position,
      getPixelOffset: ({ offset }) => offset,
      getSize: ({ junction }) => (corridor.has(junction) ? (near ? 17 : 12) : near ? (zoom >= 15 ? 13 : 10) : 0),
      sizeUnits: 'pixels',
      updateTriggers: { getIcon: [version, stale], getSize: [corridor, near, zoom >= 15] },
    }),
  ]
}
