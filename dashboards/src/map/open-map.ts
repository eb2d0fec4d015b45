import type { MapEngine, MapOptions, OpenEngine } from './map-engine.ts'

/** How each engine is reached; in the browser these are dynamic imports, so an engine not chosen is never requested. */
export interface EngineLoaders {
  maplibre(): Promise<OpenEngine>
  mapbox(token: string): Promise<OpenEngine>
}

/** mapbox-gl fires `load` with a bad token and goes blank after; but one that never loads is given up after this. */
const mapboxPatienceMs = 8_000

/**
 * Opens Mapbox when the server gave a token and falls back to MapLibre when that fails, is refused, or has not loaded
 * in time; opens MapLibre when there is no token.
 *
 * @param timeLimit a signal that aborts after so many milliseconds
 * @throws Error when MapLibre cannot draw on this device, or the reason of `stop`
 */
export async function openMap(
  token: string | null,
  loaders: EngineLoaders,
  options: MapOptions,
  stop: AbortSignal,
  timeLimit: (ms: number) => AbortSignal = (ms) => AbortSignal.timeout(ms),
): Promise<MapEngine> {
  if (token !== null) {
    const patience = AbortSignal.any([stop, timeLimit(mapboxPatienceMs)])
    try {
      const open = await loaders.mapbox(token)
      return await open(options, patience)
    } catch (error) {
      stop.throwIfAborted()
      console.warn('Mapbox could not be used, MapLibre takes its place:', error)
    }
  }
  const open = await loaders.maplibre()
  stop.throwIfAborted()
  return open(options, stop)
}
