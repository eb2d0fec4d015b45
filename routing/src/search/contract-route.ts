import type { Route } from '@clearway/contracts'

/** A route without what the engine knows beyond the contract. */
export const routeOf = (answer: Route): Route => ({
  geometry: answer.geometry,
  distanceM: answer.distanceM,
  durationS: answer.durationS,
  durationEarliestS: answer.durationEarliestS,
  durationLatestS: answer.durationLatestS,
  durationWithoutPriorityS: answer.durationWithoutPriorityS,
  junctions: answer.junctions.map((one) => ({
    junction: one.junction,
    name: one.name,
    position: one.position,
    approach: one.approach,
    exit: one.exit,
    offsetM: one.offsetM,
    arrivalS: one.arrivalS,
    arrivalEarliestS: one.arrivalEarliestS,
    arrivalLatestS: one.arrivalLatestS,
  })),
  contraflow: answer.contraflow,
  emergencyOnly: answer.emergencyOnly,
  unknownClearances: answer.unknownClearances,
  forbiddenTurns: answer.forbiddenTurns,
  epoch: answer.epoch,
})
