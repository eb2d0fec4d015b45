import type { LocalText, Place, Position, Unit } from '@clearway/contracts'
import { placeAt } from './draft.ts'

/** What a unit is called; its id while it is not on the list. */
export function unitName(id: string | null, units: readonly Unit[], text: (name: LocalText) => string): string {
  const unit = units.find((one) => one.id === id)
  return (unit && text(unit.name)) || (id ?? '–')
}

/** The place at a position by name, else its coordinates. */
export function targetName(position: Position, places: readonly Place[], text: (name: LocalText) => string): string {
  const place = placeAt(position, places)
  return (place && text(place.name)) || `${position.lat.toFixed(4)}, ${position.lon.toFixed(4)}`
}
