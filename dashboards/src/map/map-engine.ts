import type { Position } from '@clearway/contracts'
import type { Layer, PickingInfo } from '@deck.gl/core'
import type { Appearance } from '../look/palette.ts'

export interface Bounds {
  west: number
  south: number
  east: number
  north: number
}

/** Room on each side that panels cover, in CSS pixels. */
export interface Padding {
  top: number
  right: number
  bottom: number
  left: number
}

export interface Camera {
  centre?: Position
  zoom?: number
  /** Degrees from straight down. */
  pitchDeg?: number
  bearingDeg?: number
  /** Where the centre is to come to lie, in CSS pixels from the middle of the map: beside a panel that covers it. */
  offset?: readonly [number, number]
  /** 0 jumps. */
  durationMs: number
  /** A follower moves evenly, a jump across the city eases. */
  evenly?: boolean
}

export interface MapOptions {
  container: HTMLElement
  appearance: Appearance
  bounds: Bounds
  padding: Padding
  /** What a screen reader calls the map. */
  label: string
  /** `info.coordinate` is the place, `info.object` and `info.layer` what was met there. */
  onClick(info: PickingInfo): void
  /** Plain text beside the pointer, or nothing. */
  describe(info: PickingInfo): string | null
  onMove(): void
  /** The map was shown and then failed for good, as with a token that was taken back. */
  onLost(error: Error): void
  /** The base map lacks something that could not be loaded; overlays go on. */
  onIncomplete(error: Error): void
}

/** A map under overlays. Pages know this port; each engine behind it is loaded only when chosen. */
export interface MapEngine {
  readonly name: 'maplibre' | 'mapbox'
  /** Shows exactly these layers, lowest first; layers with a known id are updated in place. */
  draw(layers: readonly Layer[]): void
  look(camera: Camera): void
  fit(bounds: Bounds, padding: Padding, durationMs: number): void
  setAppearance(appearance: Appearance): void
  zoom(): number
  /** CSS pixels from the top left corner of the container. */
  project(position: Position): readonly [number, number]
  /** Streets of the base map that are drawn in the present view. */
  renderedRoads(): number
  destroy(): void
}

/**
 * Opens an engine and resolves when its base map has loaded. Aborting `stop` destroys what was begun.
 *
 * @throws Error when the engine cannot draw here (no WebGL) or its token is refused
 */
export type OpenEngine = (options: MapOptions, stop: AbortSignal) => Promise<MapEngine>
