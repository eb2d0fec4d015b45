import { DeniedError } from '@clearway/contracts'
import type { Actor } from '../../http/route.ts'
import { maskPlate, normalisePlate } from './plate.ts'

/** Who may read of stays and bills; plates are masked for those without billing. */
export const readers = ['manager', 'cashier', 'auditor', 'data-officer'] as const

export const seesPlates = ({ roles }: Actor): boolean =>
  roles.some((role) => ['admin', 'manager', 'cashier'].includes(role))

export const shownPlate = (plate: string, actor: Actor): string => (seesPlates(actor) ? plate : maskPlate(plate))

/**
 * A plate to search for, normalised. Searching by plate tells whether a plate was there: as much as seeing it.
 *
 * @throws DeniedError `plate-search`
 */
export function searchedPlate(plate: string | undefined, actor: Actor): string | undefined {
  if (plate === undefined) return undefined
  if (!seesPlates(actor)) {
    throw new DeniedError('plate-search', 'only managers, cashiers and administrators may search by plate')
  }
  return normalisePlate(plate)
}
