import type { Route, RouteStretch } from '@clearway/contracts'

const metres = (value: number): string => (value < 1000 ? `${Math.round(value)} m` : `${(value / 1000).toFixed(2)} km`)

function time(seconds: number): string {
  const whole = Math.round(seconds)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
}

export const walkText = (distanceM: number, durationS: number): string => `${metres(distanceM)}, ${time(durationS)}`

/** Routes for people, the best first. */
export const wayText = (routes: readonly Route[], language: 'zh' | 'en'): string =>
  routes.map((route) => linesOf(route, language).join('\n')).join('\n\n')

function linesOf(route: Route, language: 'zh' | 'en'): string[] {
  const { distanceM, durationS, durationEarliestS, durationLatestS, durationWithoutPriorityS, junctions, epoch } = route
  const stretches = (what: string, list: readonly RouteStretch[]) =>
    list.map(({ fromM, toM, street }) => `  ! ${what} from ${metres(fromM)} to ${metres(toM)} ${street}`.trimEnd())
  return [
    `${metres(distanceM)}, ${time(durationS)} (${time(durationEarliestS)} to ${time(durationLatestS)}), ` +
      `without priority ${time(durationWithoutPriorityS)}, ${junctions.length} signals, epoch ${epoch}`,
    ...stretches('against the one-way direction', route.contraflow),
    ...stretches('closed to ordinary traffic', route.emergencyOnly),
    ...stretches('unknown clearance', route.unknownClearances),
    ...route.forbiddenTurns.map(({ offsetM, fromStreet, toStreet, atTimes }) =>
      `  ! forbidden turn${atTimes ? ' (at times)' : ''} at ${metres(offsetM)} ${fromStreet} > ${toStreet}`.trimEnd(),
    ),
    ...(route.steps ?? []).map(
      ({ offsetM, durationS: stepS, text }) =>
        `  ${metres(offsetM).padStart(8)}  ${time(stepS).padStart(11)}  ${text[language]}`,
    ),
  ]
}
