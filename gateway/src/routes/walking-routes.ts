import {
  ConflictError,
  InputError,
  type Lot,
  LotInWalk,
  type Place,
  type Position,
  Walk,
  WalkLotsQuery,
  WalkQuery,
} from '@clearway/contracts'
import type { Walks } from '@clearway/routing'
import { Type } from 'typebox'
import { type Route, route } from '../http/route.ts'
import { positionOf } from './driving-routes.ts'

/** What people walk from a car park without complaint, and a little more. */
const usualM = 1000

/** @param known undefined where the imported map knows no ways for people on foot */
export function walkingRoutes(
  known: () => Walks | undefined,
  places: readonly Place[],
  lots: () => readonly Lot[],
): Route[] {
  const walks = (): Walks => {
    const found = known()
    if (found) return found
    const message = 'the imported map has no ways for people on foot; import it again from OpenStreetMap'
    throw new ConflictError('no-walking-network', message)
  }

  /** @throws InputError naming the field */
  const ends = (text: string, field: string): Position[] => {
    if (text.includes(',')) return [positionOf(text)]
    const place = places.find(({ id }) => id === text)
    if (place) return walks().doors(place)
    const message = `there is no place "${text}"; give lon,lat or an id of GET /city`
    throw new InputError('place-unknown', `${field}: ${message}`, [{ field, message }])
  }

  return [
    route({
      method: 'GET',
      path: '/walks',
      access: 'signed-in',
      summary: 'The shortest way on foot',
      query: WalkQuery,
      answer: Walk,
      handle: ({ query: { from, to } }) => walks().walk(ends(from, 'from'), ends(to, 'to')),
    }),
    route({
      method: 'GET',
      path: '/walks/lots',
      access: 'signed-in',
      summary: 'Car parks within a walk, nearest first',
      query: WalkLotsQuery,
      answer: Type.Object({ items: Type.Array(LotInWalk) }),
      handle: ({ query: { from, withinM = usualM } }) => {
        const targets = new Map(lots().map((lot) => [lot, [lot.position]]))
        return {
          items: walks()
            .within(ends(from, 'from'), targets, withinM)
            .map(({ key: { id, name, position, kind, vacant }, walkM, walkS }) => ({
              ...{ lot: id, name, position, kind, vacant, walkM, walkS },
            })),
        }
      },
    }),
  ]
}
