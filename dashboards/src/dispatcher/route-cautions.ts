import type { Route, RouteStretch } from '@clearway/contracts'

/** Something on a way that the crew should know before. */
export interface Caution {
  kind: 'contraflow' | 'emergencyOnly' | 'unknownClearance' | 'forbiddenTurn' | 'forbiddenTurnAtTimes'
  /** Metres from the start of the route. */
  offsetM: number
  /** 0 at a point. */
  lengthM: number
  street: string
  /** The street turned into. */
  into?: string
}

/** In the order in which they are met. */
export function cautionsOf({ contraflow, emergencyOnly, unknownClearances, forbiddenTurns }: Route): Caution[] {
  const stretches = (kind: Caution['kind'], list: readonly RouteStretch[]): Caution[] =>
    list.map(({ fromM, toM, street }) => ({ kind, offsetM: fromM, lengthM: toM - fromM, street }))
  const turns = forbiddenTurns.map(
    ({ offsetM, fromStreet, toStreet, atTimes }): Caution => ({
      kind: atTimes ? 'forbiddenTurnAtTimes' : 'forbiddenTurn',
      ...{ offsetM, lengthM: 0, street: fromStreet, into: toStreet },
    }),
  )
  return [
    ...stretches('contraflow', contraflow),
    ...stretches('emergencyOnly', emergencyOnly),
    ...stretches('unknownClearance', unknownClearances),
    ...turns,
  ].sort((a, b) => a.offsetM - b.offsetM)
}
