import { type Static, Type } from 'typebox'
import { SignalEvent } from '../messages/signal-events.ts'
import { Name, OneOf, Timestamp } from '../names.ts'
import { pageQuery } from './problem.ts'

const NumberOrNull = (description: string) => Type.Union([Type.Number({ minimum: 0 }), Type.Null()], { description })
const Count = (description?: string) => Type.Integer({ minimum: 0, ...(description !== undefined && { description }) })

/** Half-open, in the controller's time. */
const window = {
  from: Timestamp,
  to: Timestamp,
}

/** `code`: only these, separated by commas. */
export const SignalEventsFilter = Type.Object({
  ...window,
  code: Type.Optional(
    Type.String({ pattern: '^\\d{1,3}(,\\d{1,3}){0,31}$', description: 'event codes separated by commas' }),
  ),
})
export type SignalEventsFilter = Static<typeof SignalEventsFilter>

export const SignalEventsQuery = Type.Object({ ...SignalEventsFilter.properties, ...pageQuery })
export type SignalEventsQuery = Static<typeof SignalEventsQuery>

/** A stretch of time, half-open. */
export const TimeSpan = Type.Object(window)
export type TimeSpan = Static<typeof TimeSpan>

/** An entry of the log with the name of what it is about: a signal group, a detector or an approach of the table. */
export const LoggedSignalEvent = Type.Object({
  ...SignalEvent.properties,
  name: Type.Union([Type.String(), Type.Null()], { description: 'of the code; null for one that is not known here' }),
  subject: Type.Union([Type.String(), Type.Null()], {
    description: 'id of the signal group, detector or approach; null for the unit',
  }),
})
export type LoggedSignalEvent = Static<typeof LoggedSignalEvent>

/** A page of the log. `gaps`: what the page spans and no agent was watching. */
export const SignalEventPage = Type.Object({
  items: Type.Array(LoggedSignalEvent),
  gaps: Type.Array(TimeSpan),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
})
export type SignalEventPage = Static<typeof SignalEventPage>

/** Buckets begin at multiples of their width in the city's zone and are cut at the window. */
export const SignalMeasuresQuery = Type.Object({
  ...window,
  bucket: Type.Optional(OneOf('5m', '15m', '1h', '1d', 'all')),
})
export type SignalMeasuresQuery = Static<typeof SignalMeasuresQuery>

/** Durations that ended in the bucket, seconds; null values where there was none. */
export const DurationSummary = Type.Object({
  count: Count(),
  meanS: NumberOrNull('sum over count'),
  minS: NumberOrNull('shortest'),
  maxS: NumberOrNull('longest'),
})
export type DurationSummary = Static<typeof DurationSummary>

/** One signal group in one bucket; `docs/signal-measures.md` gives the formulas. */
export const GroupMeasures = Type.Object({
  group: Type.String(),
  kind: OneOf('vehicle', 'pedestrian'),
  knownS: Type.Number({ minimum: 0, description: 'time for which its display is known' }),
  greens: Count('greens or walks that began'),
  greenShare: NumberOrNull('displayed green or walk over known time, green flash included'),
  green: DurationSummary,
  split: DurationSummary,
  greenFlash: DurationSummary,
  yellow: DurationSummary,
  redClearance: DurationSummary,
  pedestrianClearance: DurationSummary,
  ends: Type.Object(
    { gapOut: Count(), maxOut: Count(), forceOff: Count(), preemption: Count(), unknown: Count() },
    { description: 'why its greens ended' },
  ),
  actuations: Count('of push buttons'),
  pedestrianDelay: DurationSummary,
  arrivals: Type.Union([Count(), Type.Null()], { description: 'counted by its detectors; null where it has none' }),
  arrivalsOnGreen: Type.Union([Count(), Type.Null()]),
  arrivalsOnGreenShare: NumberOrNull('of the arrivals whose display is known'),
  splitFailures: Type.Union([Count(), Type.Null()], { description: 'null where it has no detectors' }),
})
export type GroupMeasures = Static<typeof GroupMeasures>

/** One pre-emption that ended in the bucket. */
export const PreemptionRecord = Type.Object({
  approach: Type.String(),
  calledAt: Type.Union([Timestamp, Type.Null()], { description: 'null: before anybody watched' }),
  enteredAt: Type.Union([Timestamp, Type.Null()]),
  greenAt: Type.Union([Timestamp, Type.Null()], { description: 'start of dwell' }),
  exitAt: Type.Union([Timestamp, Type.Null()]),
  recoveredAt: Type.Union([Timestamp, Type.Null()], { description: 'coordinated again, or free where it is' }),
  // `followed`: another pre-emption began before the junction had recovered; `overridden`: left while it was still called.
  end: OneOf('recovered', 'followed', 'not-served', 'overridden'),
  maxPresence: Type.Boolean(),
  wastedGreenS: NumberOrNull('dwell after its detectors were last covered; null without detectors'),
})
export type PreemptionRecord = Static<typeof PreemptionRecord>

export const PreemptionMeasures = Type.Object({
  calls: Count('that went on'),
  entries: Count(),
  maxPresences: Count(),
  toEntry: DurationSummary,
  toGreen: DurationSummary,
  dwell: DurationSummary,
  recovery: DurationSummary,
  wastedGreen: DurationSummary,
  records: Type.Array(PreemptionRecord, { description: 'those that ended in the bucket, in order of their end' }),
})
export type PreemptionMeasures = Static<typeof PreemptionMeasures>

/** One junction in one bucket, from its event log alone; `docs/signal-measures.md` gives the formulas. */
export const SignalMeasures = Type.Object({
  junction: Name,
  ...window,
  coverage: Type.Number({ minimum: 0, maximum: 1, description: 'share of the bucket for which there is a log' }),
  gaps: Type.Array(TimeSpan, { description: 'of the bucket, without a log' }),
  cycle: DurationSummary,
  groups: Type.Array(GroupMeasures),
  preemption: PreemptionMeasures,
  priority: Type.Object({ calls: Count(), earlyGreens: Count(), extensions: Count() }),
  flashes: Count('times that flashing began'),
  manualControls: Count('times that a hand took over'),
})
export type SignalMeasures = Static<typeof SignalMeasures>
