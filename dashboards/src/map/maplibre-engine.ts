import { MapLibreOverlay } from '@deck.gl/maplibre'
import { Map as MapLibreMap, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import 'maplibre-gl/dist/maplibre-gl.css'
import { baseMap, roadLayers } from './base-map.ts'
import { farthestZoom, glEngine, overlayProps } from './gl-engine.ts'
import type { OpenEngine } from './map-engine.ts'

const streets = () => new URL('/api/v1/city/streets', location.href).href

/** MapLibre over our own streets: needs no token and nothing from another host. */
export const openMapLibre: OpenEngine = (options, stop) =>
  new Promise((resolve, reject) => {
    setWorkerUrl(workerUrl)
    const { west, south, east, north } = options.bounds
    // Throws where there is no WebGL, which rejects this promise.
    const map = new MapLibreMap({
      container: options.container,
      style: baseMap(streets(), options.appearance),
      bounds: [west, south, east, north],
      fitBoundsOptions: { padding: options.padding, maxZoom: 16 },
      attributionControl: false,
      fadeDuration: 0,
      maxPitch: 60,
      minZoom: farthestZoom,
      locale: { 'Map.Title': options.label },
    })
    const overlay = new MapLibreOverlay(overlayProps(options))
    map.addControl(overlay)
    map.on('move', () => options.onMove())
    map.on('error', ({ error }) => options.onIncomplete(new Error(error.message)))
    const abandon = () => {
      map.remove()
      reject(stop.reason)
    }
    stop.addEventListener('abort', abandon)
    map.once('load', () => {
      // From here on the engine's `destroy` removes the map.
      stop.removeEventListener('abort', abandon)
      resolve(
        glEngine(
          'maplibre',
          map,
          overlay,
          (appearance) => map.setStyle(baseMap(streets(), appearance)),
          () => roadLayers.filter((id) => map.getLayer(id)),
        ),
      )
    })
  })
