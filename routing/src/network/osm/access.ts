import { type RoadClass, roadClasses } from '../road-network.ts'
import type { Tags } from './extract.ts'
import { metres } from './limits.ts'

const classes: ReadonlySet<string> = new Set(roadClasses)

/** Values of an access tag that keep ordinary cars out by law, not by a wall. */
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
/** Ways that are no roads, but may be kept free for emergency vehicles, which their tag then says. */
const paths: ReadonlySet<string> = new Set(['footway', 'path', 'cycleway', 'track'])
/** Ways to one house or one parking space are left out where they are private: nobody drives through. */
const toOneDoor: ReadonlySet<string> = new Set(['driveway', 'parking_aisle'])
/** Roads that were built for somebody else. */
const forOthers: ReadonlySet<string> = new Set(['bus', 'busbay', 'emergency_access'])
/** A narrower pedestrian street is none for an ambulance. */
const NARROWEST_M = 3

export interface Access {
  roadClass: RoadClass
  link: boolean
  /** Roads closed to cars by law are for emergency vehicles only. */
  openTo: 'everyone' | 'emergency'
}

/** Who may drive here, and on a road of which class; otherwise why nobody, in words for the import report. */
export function driveable(tags: Tags): Access | { dropped: string } {
  if (tags.area === 'yes') return { dropped: tags.highway === 'pedestrian' ? 'not for cars' : 'an area' }
  const highway = tags.highway ?? ''
  const link = highway.endsWith('_link')
  const name = link ? highway.slice(0, -'_link'.length) : highway === 'road' ? 'unclassified' : highway
  if (!classes.has(name)) return emergencyWay(tags)
  const roadClass = name as RoadClass
  const isForOthers = forOthers.has(tags.service ?? '')
  if (!isForOthers && carAccess(tags) !== 'closed') return { roadClass, link, openTo: 'everyone' }
  const access = accessOf(tags)
  const reason = isForOthers ? 'for buses or emergencies' : `access ${access}`
  const isShut = tags.emergency === 'no' || access === 'military'
  if (isShut || (toOneDoor.has(tags.service ?? '') && !isForEmergency(tags))) return { dropped: reason }
  return { roadClass, link, openTo: 'emergency' }
}

const accessOf = (tags: Tags): string | undefined =>
  accessKeys.map((key) => tags[key]).findLast((value) => value !== undefined)

/** What the access tags of a way or barrier say to cars; undefined when they say nothing. */
export function carAccess(tags: Tags): 'open' | 'closed' | undefined {
  const access = accessOf(tags)
  if (access === undefined) return undefined
  return closed.has(access) ? 'closed' : 'open'
}

export const isForEmergency = (tags: Tags): boolean => tags.emergency === 'yes' || tags.emergency === 'designated'

/** Pedestrian streets, bus roads, and paths that are kept free for emergency vehicles. */
function emergencyWay(tags: Tags): Access | { dropped: string } {
  const { highway = '' } = tags
  const none = { dropped: 'not for cars' }
  const widthM = metres(tags.width ?? tags.est_width ?? '')
  if (tags.emergency === 'no' || (widthM !== undefined && widthM < NARROWEST_M)) return none
  if (highway === 'pedestrian') return { roadClass: 'living_street', link: false, openTo: 'emergency' }
  if (highway === 'busway') return { roadClass: 'unclassified', link: false, openTo: 'emergency' }
  const isKeptFree = paths.has(highway) && isForEmergency(tags)
  return isKeptFree ? { roadClass: 'service', link: false, openTo: 'emergency' } : none
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
