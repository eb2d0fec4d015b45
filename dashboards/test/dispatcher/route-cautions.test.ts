import type { Route } from '@clearway/contracts'
import { expect, it } from 'vitest'
import { cautionsOf } from '../../src/dispatcher/route-cautions.ts'

const route = (change: Partial<Route>): Route => ({
  geometry: { type: 'LineString', coordinates: [] },
  ...{ distanceM: 900, durationS: 90, durationEarliestS: 80, durationLatestS: 120, durationWithoutPriorityS: 130 },
  ...{ junctions: [], contraflow: [], emergencyOnly: [], unknownClearances: [], forbiddenTurns: [], epoch: 0 },
  ...change,
})

it('cautions are told in the order in which they are met', () => {
  const position = { lon: 8.7, lat: 49.4 }
  const cautions = cautionsOf(
    route({
      contraflow: [{ fromM: 500, toM: 560, street: 'Long Street' }],
      emergencyOnly: [{ fromM: 700, toM: 730, street: '' }],
      unknownClearances: [{ fromM: 100, toM: 140, street: 'Bridge Street' }],
      forbiddenTurns: [
        { offsetM: 300, position, fromStreet: 'A', toStreet: 'B' },
        { offsetM: 20, position, fromStreet: 'C', toStreet: 'D', atTimes: true },
      ],
    }),
  )
  expect(cautions.map(({ kind, offsetM }) => `${kind} ${offsetM}`)).toEqual([
    ...['forbiddenTurnAtTimes 20', 'unknownClearance 100', 'forbiddenTurn 300', 'contraflow 500', 'emergencyOnly 700'],
  ])
  expect(cautions[2]).toMatchObject({ street: 'A', into: 'B', lengthM: 0 })
  expect(cautions[3]).toMatchObject({ street: 'Long Street', lengthM: 60 })
})

it('a way that breaks no rule has none', () => expect(cautionsOf(route({}))).toEqual([]))
