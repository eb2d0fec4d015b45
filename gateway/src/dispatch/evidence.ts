import { Dispatch, fromTimestamp, JunctionHarm, Timestamp } from '@clearway/contracts'
import { type Static, Type } from 'typebox'
import type { StoredMission } from './dispatch-records.ts'
import { harmInSum, SIDE_DELAY_ESTIMATE } from './harm.ts'

const OptionalSeconds = (description: string) => Type.Union([Type.Number(), Type.Null()], { description })

const JunctionBalance = Type.Object({
  junction: Type.String(),
  promisedAtDeparture: Type.Union([Type.Boolean(), Type.Null()], {
    description: 'whether green in time was promised when the vehicle set out; null where it came onto the way later',
  }),
  expectedDelayS: OptionalSeconds('delay expected at departure where green was not promised'),
  passedGreen: Type.Union([Type.Boolean(), Type.Null()], { description: 'null: not passed' }),
  calledS: OptionalSeconds('from the first message until it was given back'),
  waitedForVehicleS: OptionalSeconds('green that was shown before the vehicle came'),
  recoveryS: OptionalSeconds('from the release until the plan ran in step again'),
  ...JunctionHarm.properties,
})

/** What a mission gained and what it cost. */
const Balance = Type.Object({
  tookS: OptionalSeconds('from activation to the end; null while it is under way'),
  expectedS: OptionalSeconds('expected at departure with the greens'),
  withoutPriorityS: OptionalSeconds('expected at departure without priority'),
  savedS: OptionalSeconds('withoutPriorityS less tookS, of a mission that was completed'),
  estimate: Type.String({ description: 'how the time without priority was estimated' }),
  ...JunctionHarm.properties,
  sideDelayEstimate: Type.String({ description: 'how the delay of side streets was estimated' }),
  promisesKept: Type.Integer({ description: 'junctions promised at departure that were passed at green' }),
  promisesBroken: Type.Integer({ description: 'promised and passed, but not at green' }),
  junctions: Type.Array(JunctionBalance),
})
type Balance = Static<typeof Balance>

/** What happened in a mission, oldest first, and what became of it. */
export const Evidence = Type.Object({
  dispatch: Dispatch,
  events: Type.Array(
    Type.Object({
      at: Timestamp,
      kind: Type.String({
        description: 'created, activated, forecast, request-sent, request-response, request-state, passed, …',
      }),
      junction: Type.Optional(Type.String()),
      detail: Type.Record(Type.String(), Type.Unknown()),
    }),
  ),
  balance: Balance,
})
export type Evidence = Static<typeof Evidence>
type Event = Evidence['events'][number]

export const SignedEvidence = Type.Intersect([
  Evidence,
  Type.Object({
    jws: Type.String({
      description:
        "the same three as the payload of a JSON Web Signature (RFC 7515, compact, EdDSA) by the gateway's key: issuer-public.pem of its data folder verifies it",
    }),
  }),
])

const ESTIMATE =
  'driving times of the route on the roads as they were at departure, and the mean wait of every signal in its own plan (Webster, uniform arrivals, no queue)'

/** One line of the forecast that is stored when a vehicle sets out. */
export interface ForecastDetail {
  expectedS: number
  withoutPriorityS: number
  junctions: { junction: string; greenPromised: boolean; expectedDelayS: number | null }[]
}

/** What is expected of a mission as it sets out, for its record. */
export function forecastOf({ dispatch }: StoredMission, nowMs: number): ForecastDetail {
  const untilS = (at: string) => Math.round((fromTimestamp(at) - nowMs) / 100) / 10
  return {
    expectedS: untilS(dispatch.etaAt),
    withoutPriorityS: untilS(dispatch.etaWithoutPriorityAt),
    junctions: dispatch.junctions.map(({ junction, greenPromised, expectedDelayS = null }) => ({
      ...{ junction, greenPromised, expectedDelayS },
    })),
  }
}

export function evidenceOf(dispatch: Dispatch, events: readonly Event[]): Evidence {
  return {
    dispatch,
    events: [...events],
    balance: balanceOf(dispatch, events),
  }
}

function balanceOf(dispatch: Dispatch, events: readonly Event[]): Balance {
  const forecast = events.find(({ kind }) => kind === 'forecast')?.detail as ForecastDetail | undefined
  const { activatedAt, endedAt, state } = dispatch
  const tookS = activatedAt && endedAt ? (fromTimestamp(endedAt) - fromTimestamp(activatedAt)) / 1000 : null
  const withoutPriorityS = forecast?.withoutPriorityS ?? null
  const saved = state === 'completed' && tookS !== null && withoutPriorityS !== null ? withoutPriorityS - tookS : null
  const named = new Set([
    ...(forecast?.junctions ?? []).map(({ junction }) => junction),
    ...dispatch.junctions.map(({ junction }) => junction),
  ])
  const junctions = [...named].map((junction) => junctionBalance(junction, forecast, events))
  const promised = junctions.filter(({ promisedAtDeparture }) => promisedAtDeparture === true)
  return {
    tookS,
    ...{ expectedS: forecast?.expectedS ?? null, withoutPriorityS },
    savedS: saved === null ? null : Math.round(saved * 10) / 10,
    estimate: ESTIMATE,
    ...harmInSum(junctions),
    sideDelayEstimate: SIDE_DELAY_ESTIMATE,
    promisesKept: promised.filter(({ passedGreen }) => passedGreen === true).length,
    promisesBroken: promised.filter(({ passedGreen }) => passedGreen === false).length,
    junctions,
  }
}

function junctionBalance(junction: string, forecast: ForecastDetail | undefined, all: readonly Event[]) {
  const events = all.filter((event) => event.junction === junction)
  const seen = (state: string) =>
    events.find(({ kind, detail }) => kind === 'request-state' && detail.state === state)?.at
  const passed = events.find(({ kind }) => kind === 'passed')
  const sent = events.find(({ kind }) => kind === 'request-sent')?.at
  const [green, released, recovered] = [seen('green'), seen('released'), seen('recovered')]
  const harms = events.filter(({ kind }) => kind === 'harm').map(({ detail }) => detail as JunctionHarm)
  const told = forecast?.junctions.find((one) => one.junction === junction)
  return {
    junction,
    promisedAtDeparture: told?.greenPromised ?? null,
    expectedDelayS: told?.expectedDelayS ?? null,
    passedGreen: passed ? passed.detail.green === true : null,
    calledS: between(sent, released),
    waitedForVehicleS: between(green, passed?.at),
    recoveryS: between(released, recovered),
    ...harmInSum(harms),
  }
}

const between = (from: string | undefined, to: string | undefined): number | null =>
  from === undefined || to === undefined ? null : Math.max(0, fromTimestamp(to) - fromTimestamp(from)) / 1000
