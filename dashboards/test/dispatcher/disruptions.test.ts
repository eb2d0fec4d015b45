import type { Closure, Incident } from '@clearway/contracts'
import { describe, expect, it } from 'vitest'
import { openDisruptions } from '../../src/dispatcher/disruptions.ts'
import { type Disruption, markOf } from '../../src/map/layers/road-layers.ts'

const shared = {
  ...{ from: '2026-11-23T08:00:00.000Z', until: null, createdBy: 'wang', lengthM: 100, streets: [] },
  geometry: {
    type: 'MultiLineString' as const,
    coordinates: [
      [
        [8, 49],
        [9, 50],
      ],
    ],
  },
  direction: 'both' as const,
}
const closure = (id: string, state: Closure['state'], hour: number): Closure => ({
  ...shared,
  ...{ type: 'closure', id, state, closedTo: 'everyone', createdAt: `2026-11-23T0${hour}:00:00.000Z` },
})
const incident = (id: string): Incident => ({
  ...shared,
  ...{ type: 'incident', id, state: 'in-force', kind: 'accident', speedFactor: 0.5, delayS: 0 },
  createdAt: '2026-11-23T09:00:00.000Z',
})

describe('the list of closures and incidents', () => {
  it('has what holds or is to come, closures first, the newest first', () => {
    const all = [
      incident('i-1'),
      closure('c-1', 'in-force', 1),
      closure('c-2', 'ended', 2),
      closure('c-3', 'planned', 3),
    ]
    expect(openDisruptions(all).map(({ id }) => id)).toEqual(['c-3', 'c-1', 'i-1'])
  })
})

describe('the mark of a closure', () => {
  const on = (...coordinates: number[][][]): Disruption => ({
    ...closure('c', 'planned', 1),
    geometry: { type: 'MultiLineString', coordinates },
  })

  it('stands in the middle of its longest line', () => {
    expect(
      markOf(
        on([
          [0, 0],
          [2, 4],
        ]),
      ),
    ).toEqual([1, 2])
    expect(
      markOf(
        on(
          [
            [0, 0],
            [2, 4],
          ],
          [
            [5, 5],
            [6, 7],
            [9, 9],
          ],
        ),
      ),
    ).toEqual([6, 7])
  })
})
