import type { NewDispatch, Place, Position, PriorityRole } from '@clearway/contracts'

export const draftRoles = ['ambulance', 'fire', 'police', 'bus'] as const satisfies PriorityRole[]

/** Class 1 of the importance, by urgency: life in danger, urgent, routine. */
export const importances = ['1/1', '1/4', '1/8'] as const

/** A place of the list, or a point of the map. */
export type Target = { place: Place } | { point: Position }

/** A dispatch as it is being composed. `unit`: an id, `best` for the server's choice, `point` to plan from `origin`. */
export interface Draft {
  role: PriorityRole
  unit: string
  origin?: Target | undefined
  destination?: Target | undefined
  importance: (typeof importances)[number]
}

export const emptyDraft: Draft = { role: 'ambulance', unit: 'best', importance: '1/1' }

export const positionOf = (target: Target): Position => ('place' in target ? target.place.position : target.point)

/** The request of a draft; undefined while it lacks a destination, or the origin that it is to be planned from. */
export function requestOf({ role, unit, origin, destination, importance }: Draft): NewDispatch | undefined {
  if (!destination || (unit === 'point' && !origin)) return undefined
  return {
    role,
    destination: positionOf(destination),
    // The urgencies are those of class 1; a bus has its own importance.
    ...(role !== 'bus' && { importance }),
    ...(unit === 'point' && origin && { origin: positionOf(origin) }),
    ...(unit !== 'best' && unit !== 'point' && { vehicle: unit }),
  }
}

/** About 60 m: a destination this near to a place is that place. */
const nearDeg = 0.0006

/** The place of the list at a position, if there is one. */
export const placeAt = ({ lon, lat }: Position, places: readonly Place[]): Place | undefined =>
  places.find(({ position }) => Math.abs(position.lon - lon) < nearDeg && Math.abs(position.lat - lat) < nearDeg)
