import type { Layer, PickingInfo } from '@deck.gl/core'
import type { Appearance } from '../look/palette.ts'
import type { Camera, MapEngine, MapOptions } from './map-engine.ts'

/** What maplibre-gl and mapbox-gl have in common. */
export interface GlMap {
  easeTo(camera: {
    center?: [number, number]
    zoom?: number
    pitch?: number
    bearing?: number
    offset?: [number, number]
    duration: number
    easing?: (t: number) => number
  }): unknown
  fitBounds(
    bounds: [number, number, number, number],
    options: {
      padding: { top: number; right: number; bottom: number; left: number }
      duration: number
      maxZoom: number
    },
  ): unknown
  project(position: [number, number]): { x: number; y: number }
  getZoom(): number
  getCanvas(): HTMLCanvasElement
  queryRenderedFeatures(query: { layers: string[] }): unknown[]
  remove(): void
}

/** What both deck.gl overlays have in common. */
export interface GlOverlay {
  setProps(props: OverlayProps): void
}

export interface OverlayProps {
  interleaved?: false
  layers?: Layer[]
  onClick?: (info: PickingInfo) => void
  getTooltip?: (info: PickingInfo) => { text: string; className: string; style: Partial<CSSStyleDeclaration> } | null
  pickingRadius?: number
}

/** deck.gl styles its tooltip inline, so what it sets has to be overruled inline. */
const tooltipStyle = {
  margin: '12px',
  padding: '8px 11px',
  background: 'var(--panel)',
  color: 'var(--text)',
  zIndex: '5',
}

/** Farther out a city is a dot, and its labels lie on top of each other. */
export const farthestZoom = 9

/** Overlaid, not interleaved: two to three times cheaper where WebGL runs in software. */
export const overlayProps = (options: MapOptions): OverlayProps => ({
  interleaved: false,
  layers: [],
  pickingRadius: 6,
  onClick: (info) => options.onClick(info),
  getTooltip: (info) => {
    const text = options.describe(info)
    return text === null ? null : { text, className: 'map-tooltip', style: tooltipStyle }
  },
})

/** Motion is left out for those who asked for less. */
const wanted = (durationMs: number) => (matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : durationMs)

/** The engine over a loaded map and its overlay; what differs between the libraries comes in as arguments. */
export function glEngine(
  name: MapEngine['name'],
  map: GlMap,
  overlay: GlOverlay,
  showAppearance: (appearance: Appearance) => void,
  roadLayers: () => string[],
): MapEngine {
  return {
    name,
    draw: (layers) => overlay.setProps({ layers: [...layers] }),
    look({ centre, zoom, pitchDeg, bearingDeg, offset, durationMs, evenly }: Camera) {
      map.easeTo({
        ...(centre && { center: [centre.lon, centre.lat] as [number, number] }),
        ...(zoom !== undefined && { zoom }),
        ...(pitchDeg !== undefined && { pitch: pitchDeg }),
        ...(bearingDeg !== undefined && { bearing: bearingDeg }),
        ...(offset && { offset: [offset[0], offset[1]] as [number, number] }),
        ...(evenly && { easing: (t: number) => t }),
        duration: wanted(durationMs),
      })
    },
    fit({ west, south, east, north }, padding, durationMs) {
      map.fitBounds([west, south, east, north], { padding, duration: wanted(durationMs), maxZoom: 16 })
    },
    setAppearance: showAppearance,
    zoom: () => map.getZoom(),
    project({ lon, lat }) {
      const { x, y } = map.project([lon, lat])
      return [x, y]
    },
    renderedRoads: () => map.queryRenderedFeatures({ layers: roadLayers() }).length,
    destroy: () => map.remove(),
  }
}
