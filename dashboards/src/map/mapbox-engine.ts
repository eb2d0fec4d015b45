import { MapboxOverlay } from '@deck.gl/mapbox'
import mapboxgl from 'mapbox-gl'
import 'mapbox-gl/dist/mapbox-gl.css'
import type { Appearance } from '../look/palette.ts'
import { farthestZoom, glEngine, overlayProps } from './gl-engine.ts'
import type { OpenEngine } from './map-engine.ts'

const styles: Record<Appearance, string> = {
  dark: 'mapbox://styles/mapbox/dark-v11',
  light: 'mapbox://styles/mapbox/light-v11',
}

/** Mapbox says by status, or in words, that it will not serve this token. */
const isRefusal = (error: Error & { status?: number }): boolean =>
  error.status === 401 || error.status === 403 || /access token/i.test(error.message)

/** Mapbox's own base map, for a customer with an account: `token` is from the server's configuration. */
export const openMapbox =
  (token: string): OpenEngine =>
  (options, stop) =>
    new Promise((resolve, reject) => {
      const { west, south, east, north } = options.bounds
      const map = new mapboxgl.Map({
        accessToken: token,
        container: options.container,
        style: styles[options.appearance],
        bounds: [west, south, east, north],
        fitBoundsOptions: { padding: options.padding, maxZoom: 16 },
        fadeDuration: 0,
        maxPitch: 60,
        minZoom: farthestZoom,
        locale: { 'Map.Title': options.label },
      })
      const overlay = new MapboxOverlay(overlayProps(options))
      map.addControl(overlay as mapboxgl.IControl)
      map.on('move', () => options.onMove())
      let loaded = false
      const give = (error: Error) => {
        if (loaded) return options.onLost(error)
        stop.removeEventListener('abort', abandon)
        map.remove()
        reject(error)
      }
      map.on('error', ({ error }) => {
        if (isRefusal(error)) give(error)
        // Before it has loaded, what goes wrong is the matter of its time limit.
        else if (loaded) options.onIncomplete(error)
      })
      const abandon = () => {
        map.remove()
        reject(stop.reason)
      }
      stop.addEventListener('abort', abandon)
      map.once('load', () => {
        loaded = true
        stop.removeEventListener('abort', abandon)
        resolve(
          glEngine(
            'mapbox',
            map,
            overlay,
            (appearance) => map.setStyle(styles[appearance]),
            () => (map.getStyle()?.layers ?? []).filter(({ id }) => id.startsWith('road')).map(({ id }) => id),
          ),
        )
      })
    })
