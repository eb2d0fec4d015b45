import type { RoadClass } from '../road-network.ts'
import type { Tags } from './extract.ts'

/** Kilometres per hour where nothing is tagged: what is driven in towns, not what rural law would allow. */
const classSpeed: Record<RoadClass, number> = {
  motorway: 120,
  trunk: 80,
  primary: 50,
  secondary: 50,
  tertiary: 50,
  unclassified: 40,
  residential: 30,
  living_street: 10,
  service: 15,
}

/** Ramps are driven slower than their road. */
const LINK_SHARE = 0.7
const WALK_KMH = 7
/** Where no limit holds: the German advisory speed. */
const NO_LIMIT_KMH = 130
const KMH_PER_MPH = 1.609344

/** Kilometres per hour of a `maxspeed` value: number, `mph`, country code such as `DE:urban`, `walk`, `none`. */
export function maxspeedKmh(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const text = value.trim().toLowerCase()
  if (text === 'none') return NO_LIMIT_KMH
  if (text === 'walk') return WALK_KMH
  const number = /^(\d+(?:\.\d+)?)\s*(mph|km\/h|kmh|kph)?$/.exec(text)
  if (number) {
    const kmh = Number(number[1]) * (number[2] === 'mph' ? KMH_PER_MPH : 1)
    return kmh > 0 ? kmh : undefined
  }
  const country = /^[a-z]{2}(?:-[a-z]+)?:(.+)$/.exec(text)
  if (!country) return undefined
  const zone = /^zone:?(\d+)$/.exec(country[1]!)
  if (zone) return Number(zone[1])
  return countrySpeed[country[1]!]
}

const countrySpeed: Readonly<Record<string, number>> = {
  urban: 50,
  rural: 100,
  trunk: 100,
  motorway: 120,
  living_street: WALK_KMH,
  walk: WALK_KMH,
  bicycle_road: 30,
}

/** Metres per second of a road in one direction: its limit, or the default of its class. */
export function speedMps(tags: Tags, roadClass: RoadClass, link: boolean, toward: 'forward' | 'backward'): number {
  const tagged =
    maxspeedKmh(tags[`maxspeed:${toward}`]) ?? maxspeedKmh(tags.maxspeed) ?? maxspeedKmh(tags['maxspeed:type'])
  const kmh = tagged ?? classSpeed[roadClass] * (link ? LINK_SHARE : 1)
  return kmh / 3.6
}
