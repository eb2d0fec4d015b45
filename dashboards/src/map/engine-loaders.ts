import type { EngineLoaders } from './open-map.ts'

/** Mapbox can be left out of a build with `VITE_WITHOUT_MAPBOX=1`; the server's token then changes nothing. */
const withoutMapbox = import.meta.env.VITE_WITHOUT_MAPBOX === '1'

export const engineLoaders: EngineLoaders = {
  maplibre: async () => (await import('./maplibre-engine.ts')).openMapLibre,
  mapbox: async (token) => {
    if (withoutMapbox) throw new Error('this build has no mapbox-gl')
    return (await import('./mapbox-engine.ts')).openMapbox(token)
  },
}
