import { type RoadClass, roadClasses } from '../road-network.ts'
import type { Tags } from './extract.ts'

const classes: ReadonlySet<string> = new Set(roadClasses)

/** Values of an access tag that keep ordinary cars out. */
const closed = new Set([
  'no',
  'private',
  'restricted',
  'agricultural',
  'forestry',
  'agricultural;forestry',
  'emergency',
  'military',
  'psv',
  'bus',
  'delivery',
])

/** From the general to the particular; the particular wins. */
const accessKeys = ['access', 'vehicle', 'motor_vehicle', 'motorcar'] as const

export interface Access {
  roadClass: RoadClass
  link: boolean
}

/** Whether ordinary cars may drive here, and as which class; otherwise why not, in words for the import report. */
export function driveable(tags: Tags): Access | { dropped: string } {
  const highway = tags.highway ?? ''
  const link = highway.endsWith('_link')
  const name = link ? highway.slice(0, -'_link'.length) : highway === 'road' ? 'unclassified' : highway
  if (!classes.has(name)) return { dropped: 'not for cars' }
  if (tags.area === 'yes') return { dropped: 'an area' }
  if (tags.service === 'bus' || tags.service === 'busbay') return { dropped: 'buses only' }
  const access = accessKeys.map((key) => tags[key]).findLast((value) => value !== undefined)
  if (access !== undefined && closed.has(access)) return { dropped: `access ${access}` }
  return { roadClass: name as RoadClass, link }
}

export type Direction = 'both' | 'forward' | 'backward'

/** Which way a road may be driven, seen along its nodes. Roundabouts and motorways are one-way unless tagged otherwise. */
export function direction(tags: Tags): Direction {
  const oneway = tags['oneway:motor_vehicle'] ?? tags.oneway
  switch (oneway) {
    case 'yes':
    case '1':
    case 'true':
      return 'forward'
    case '-1':
    case 'reverse':
      return 'backward'
    case undefined:
      return isRoundabout(tags) || tags.highway === 'motorway' ? 'forward' : 'both'
    default:
      return 'both'
  }
}

export const isRoundabout = (tags: Tags): boolean => tags.junction === 'roundabout' || tags.junction === 'circular'

/** Lanes in the given direction, 1–12: tagged, or shared out, or one. */
export function lanesOf(tags: Tags, way: Direction, toward: 'forward' | 'backward'): number {
  const own = Number.parseInt(tags[`lanes:${toward}`] ?? '', 10)
  const total = Number.parseInt(tags.lanes ?? '', 10)
  const lanes = own > 0 ? own : total > 0 ? (way === 'both' ? Math.floor(total / 2) : total) : 1
  return Math.min(12, Math.max(1, lanes))
}
