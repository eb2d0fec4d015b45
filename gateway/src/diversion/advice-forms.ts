import { type Advice, bothLanguages, type City, toTimestamp } from '@clearway/contracts'
import { bearingDeg } from '@clearway/routing'

/** Who publishes a feed: the city, as its readers know it. */
export type Publisher = Pick<City, 'name' | 'district'>

/** As it is: a GeoJSON FeatureCollection of lines in the direction of travel. */
export const asGeoJson = (advice: readonly Advice[], nowMs: number) => ({
  type: 'FeatureCollection',
  at: toTimestamp(nowMs),
  features: advice.map(({ geometry, state: _, ...properties }) => ({
    ...{ type: 'Feature', id: properties.id, properties, geometry },
  })),
})

/** The feed changes every second; nobody needs it so often. */
const WZDX_EVERY_S = 5
const compass = ['northbound', 'eastbound', 'southbound', 'westbound'] as const

function directionOf({ geometry: { coordinates } }: Advice): (typeof compass)[number] {
  const [[fromLon, fromLat], [toLon, toLat]] = [coordinates[0]!, coordinates.at(-1)!] as [number[], number[]]
  return compass[Math.round(bearingDeg(fromLon!, fromLat!, toLon!, toLat!) / 90) % 4]!
}

/**
 * In the shape of a work zone feed, for readers that know no other: an event on a road whose lanes all stay open.
 *
 * @see https://github.com/usdot-jpo-ode/wzdx, version 4.2
 */
export const asWzdx = (advice: readonly Advice[], { name, district }: Publisher, nowMs: number) => ({
  feed_info: {
    ...{ publisher: bothLanguages(name), version: '4.2', update_date: toTimestamp(nowMs) },
    update_frequency: WZDX_EVERY_S,
    data_sources: [
      { data_source_id: district, organization_name: bothLanguages(name), update_date: toTimestamp(nowMs) },
    ],
  },
  type: 'FeatureCollection',
  features: advice.map((one) => ({
    ...{ id: one.id, type: 'Feature' },
    properties: {
      core_details: {
        ...{ event_type: 'work-zone', data_source_id: district, direction: directionOf(one) },
        road_names: one.streets.length > 0 ? one.streets : ['unnamed road'],
        ...{ description: bothLanguages(one.text), update_date: toTimestamp(nowMs) },
      },
      ...{ start_date: one.from, end_date: one.until },
      ...{ is_start_date_verified: false, is_end_date_verified: false },
      ...{ is_start_position_verified: false, is_end_position_verified: false },
      ...{ vehicle_impact: 'all-lanes-open', location_method: 'other' },
    },
    geometry: one.geometry,
  })),
})

/**
 * In the shape of the Closure and Incident Feed Specification: points are latitude before longitude.
 *
 * @see https://developers.google.com/waze/data-feed/cifs-specification
 */
export const asCifs = (advice: readonly Advice[]) => ({
  incidents: advice.map(({ id, from, until, streets, text, geometry }) => ({
    ...{ id, type: 'HAZARD', subtype: 'HAZARD_ON_ROAD' },
    polyline: geometry.coordinates.map(([lon, lat]) => `${lat} ${lon}`).join(' '),
    ...{ street: streets.join(', '), starttime: from, endtime: until },
    ...{ description: bothLanguages(text), direction: 'ONE_DIRECTION' },
  })),
})
