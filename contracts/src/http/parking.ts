import { type Static, Type } from 'typebox'
import { LotKind } from '../city.ts'
import { PlateColour, VehicleClass } from '../messages/gate-read.ts'
import { Fen, LocalText, Name, OneOf, Position, Timestamp } from '../names.ts'

/** A time of day on the grain of the figures; `24:00` ends a day. */
const QuarterOfDay = Type.String({ pattern: '^(([01]\\d|2[0-3]):(00|15|30|45)|24:00)$' })

/** Hours of some days of the week (1 Monday … 7 Sunday); `to` before `from` ends on the next day. */
export const OpeningHours = Type.Object({
  days: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1, maxItems: 7, uniqueItems: true }),
  from: QuarterOfDay,
  to: QuarterOfDay,
})
export type OpeningHours = Static<typeof OpeningHours>

export const LotSettings = Type.Object({
  name: LocalText,
  position: Position,
  capacity: Type.Integer({ minimum: 1, maximum: 100000 }),
  tariff: Type.Optional(Name),
  kind: LotKind,
  overflow: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 100000,
      description: 'vehicles that fit in beside the marked bays; 5 % of the capacity, rounded up, if absent',
    }),
  ),
  stayLimitDays: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 366,
      description: 'a stay open for longer is flagged as expired; 7 if absent',
    }),
  ),
  district: Type.Optional(Type.Unsafe<Name>({ ...Name, description: 'by which figures are added up' })),
  group: Type.Optional(Type.Unsafe<Name>({ ...Name, description: 'the same: an operator, a street, a contract' })),
  openingHours: Type.Optional(
    Type.Array(OpeningHours, { maxItems: 21, description: 'for utilisation; empty: always open, as if absent' }),
  ),
})
export type LotSettings = Static<typeof LotSettings>

/** `quality`: good; stale when nothing has reported for a while; suspect when something speaks against the count. */
export const LotQuality = OneOf('good', 'stale', 'suspect')
export type LotQuality = Static<typeof LotQuality>

/**
 * Why a lot is not `good`: `no-news` (nothing heard for a day), `over-capacity` (more vehicles than bays), `count-left-limits`
 * (counting went below 0 or above all room within the hour), `device-lost`, `feed-frozen`, `clock-off`, `one-way` (entries
 * without exits or the reverse), `capacity-or-lost-exits` (stays say that more are inside than fit).
 */
export const LotDoubt = OneOf(
  'no-news',
  'over-capacity',
  'count-left-limits',
  'device-lost',
  'feed-frozen',
  'clock-off',
  'one-way',
  'capacity-or-lost-exits',
)
export type LotDoubt = Static<typeof LotDoubt>

/** Something that somebody should see to; gone when it has ended. */
export const LotAlarm = Type.Object({
  reason: LotDoubt,
  device: Type.Optional(Name),
  since: Timestamp,
  text: LocalText,
  evidence: Type.Record(Type.String(), Type.Unknown()),
})
export type LotAlarm = Static<typeof LotAlarm>

/** What is known of the number of vehicles in a lot; `docs/counts.md`. */
export const LotCount = Type.Object({
  counted: Type.Integer({ description: 'entries less exits since the start, never corrected' }),
  corrected: Type.Integer({ minimum: 0, description: 'within 0…capacity + overflow' }),
  low: Type.Integer({ minimum: 0, description: 'the truth lies between low and high in nine cases of ten' }),
  high: Type.Integer({ minimum: 0 }),
  missedEntriesShare: Type.Number({ minimum: 0, maximum: 1, description: 'of vehicles, estimated' }),
  missedExitsShare: Type.Number({ minimum: 0, maximum: 1 }),
  evidenceAt: Type.Union([Timestamp, Type.Null()], { description: 'the newest evidence beside the gates' }),
})
export type LotCount = Static<typeof LotCount>

export const Lot = Type.Object({
  id: Name,
  ...LotSettings.properties,
  tariff: Name,
  occupied: Type.Integer({ minimum: 0 }),
  vacant: Type.Integer({ minimum: 0 }),
  vacancyRate: Type.Number({ minimum: 0, maximum: 1 }),
  turnoverToday: Type.Number({ minimum: 0, description: 'stays begun since local midnight, per bay' }),
  updatedAt: Timestamp,
  quality: LotQuality,
  reasons: Type.Array(LotDoubt, { description: 'why the quality is not good' }),
  alarms: Type.Array(LotAlarm),
  count: LotCount,
})
export type Lot = Static<typeof Lot>

/** What somebody has found who walked the lot. */
export const ManualCount = Type.Object({
  occupied: Type.Integer({ minimum: 0, maximum: 200000, description: 'vehicles inside, at most capacity + overflow' }),
  at: Type.Optional({ ...Timestamp, description: 'when it was counted, at most two days ago; now if absent' }),
  note: Type.Optional(Type.String({ maxLength: 500, description: 'kept in the audit log; name no person' })),
})
export type ManualCount = Static<typeof ManualCount>

/**
 * Why a corrected count is not what counting alone makes of it: `floor`, `ceiling`: it cannot be below 0 or above all room;
 * `drift`: what the gates are known to miss; `night`, `stays`: the stays inside, at the quiet hour or at another; `expiry`:
 * the same when stays had expired; `bays`: bay sensors; `manual`: a person; `late`: events that came late.
 */
export const CorrectionReason = OneOf('floor', 'ceiling', 'drift', 'night', 'stays', 'expiry', 'bays', 'manual', 'late')
export type CorrectionReason = Static<typeof CorrectionReason>

/** One correction of a lot's count; `corrected` is `counted` plus the sum of `after` − `before` of all of them. */
export const CountCorrection = Type.Object({
  sequence: Type.Integer(),
  lot: Name,
  at: Timestamp,
  before: Type.Integer(),
  after: Type.Integer({ minimum: 0 }),
  reason: CorrectionReason,
  evidence: Type.Record(Type.String(), Type.Unknown(), { description: 'what it rests on, by reason' }),
  who: Type.String({ description: 'a user name, or gateway' }),
})
export type CountCorrection = Static<typeof CountCorrection>

/** Several lots at once; lots that are not named stay as they are. */
export const LotSettingsList = Type.Object({
  items: Type.Array(Type.Object({ id: Name, ...LotSettings.properties }), { minItems: 1, maxItems: 1000 }),
})
export type LotSettingsList = Static<typeof LotSettingsList>

/** The window is widened to whole buckets of the city's zone. */
export const MetricsQuery = Type.Object({
  from: Timestamp,
  to: Timestamp,
  bucket: Type.Optional(OneOf('15m', '1h', '1d', 'all')),
})
export type MetricsQuery = Static<typeof MetricsQuery>

/** Which lots: those of one group, of one district, or all. */
const lotChoice = { group: Type.Optional(Name), district: Type.Optional(Name) }

/** `by`: one row per lot, group or district and bucket; otherwise the lots of the query together. */
export const CityMetricsQuery = Type.Object({
  ...MetricsQuery.properties,
  ...lotChoice,
  by: Type.Optional(OneOf('all', 'lot', 'group', 'district')),
})
export type CityMetricsQuery = Static<typeof CityMetricsQuery>

export const MatrixField = OneOf(
  'vacancyRate',
  'occupancy',
  'utilisation',
  'fullShare',
  'nearlyFullShare',
  'arrivals',
  'turnoverRate',
  'meanDwellS',
  'medianDwellS',
  'peakOccupied',
  'revenueFen',
  'coverage',
)
export type MatrixField = Static<typeof MatrixField>

/** One figure of each lot in each bucket, in columns: a month of quarters of hundreds of lots in one answer. */
export const MatrixQuery = Type.Object({ ...MetricsQuery.properties, ...lotChoice, field: MatrixField })
export type MatrixQuery = Static<typeof MatrixQuery>

export const LotMatrix = Type.Object({
  field: MatrixField,
  starts: Type.Array(Timestamp, { description: 'of the buckets' }),
  to: Timestamp,
  lots: Type.Array(Name),
  values: Type.Array(Type.Array(Type.Union([Type.Number(), Type.Null()])), {
    description: 'by lot, then by bucket, to 4 decimals; null: not known',
  }),
})
export type LotMatrix = Static<typeof LotMatrix>

/** Time-weighted figures of one lot (or of all) in one bucket; `docs/metrics.md` gives the formulas. */
export const LotMetrics = Type.Object({
  lot: Type.Union([Name, Type.Null()], { description: 'null: several lots together' }),
  group: Type.Optional(Type.Union([Name, Type.Null()], { description: 'by group; null: lots without one' })),
  district: Type.Optional(Type.Union([Name, Type.Null()], { description: 'by district; null: lots without one' })),
  from: Timestamp,
  to: Timestamp,
  vacancyRate: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()]),
  occupancy: Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
    description: 'occupied bay-time over bay-time; above 1 the capacity is wrong or exits were lost',
  }),
  utilisation: Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
    description: 'occupancy within the opening hours of the lot; null when it is never open in the bucket',
  }),
  arrivals: Type.Integer({ minimum: 0 }),
  turnoverRate: Type.Number({ minimum: 0, description: 'arrivals per bay and day' }),
  effectiveTurnoverRate: Type.Number({ minimum: 0, description: 'the same, stays longer than 5 min only' }),
  meanDwellS: Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
    description: 'of the stays that ended in the bucket',
  }),
  medianDwellS: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], {
    description: 'of the same; right to the 5 min to 6 h of its bin',
  }),
  peakOccupied: Type.Integer({ minimum: 0 }),
  usualPeak: Type.Integer({ minimum: 0, description: 'not exceeded for 95 % of the known time' }),
  peakAt: Type.Union([Timestamp, Type.Null()], {
    description:
      'start of the quarter of an hour of the peak, the first of several; null: of lots together, or unknown',
  }),
  fullShare: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], {
    description: 'of the known time, that without a free bay',
  }),
  nearlyFullShare: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], {
    description: 'the same with at most 5 % of the bays free',
  }),
  revenueFen: Fen,
  revenuePerBayDayFen: Fen,
  coverage: Type.Number({ minimum: 0, maximum: 1, description: 'share of the bucket for which the count is known' }),
  offline: Type.Boolean({ description: 'known for less than half of the bucket: its figures are those of the rest' }),
})
export type LotMetrics = Static<typeof LotMetrics>

export const StayState = OneOf('open', 'closed', 'review', 'expired')
export type StayState = Static<typeof StayState>

/** What a camera saw of a passage, for whoever has to look again. */
export const SeenPassage = Type.Object({
  gate: Name,
  readAs: Type.Union([Type.String(), Type.Null()], { description: 'as the camera sent it; null: not readable' }),
  plateColour: PlateColour,
  vehicleClass: VehicleClass,
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  imageRef: Type.Union([Type.String(), Type.Null()]),
  imageUrl: Type.Optional(Type.String({ description: 'where the gateway hands out the image' })),
})
export type SeenPassage = Static<typeof SeenPassage>

/** What a stay in review may be. Nothing is billed by it: a person confirms or corrects. */
export const StayProposal = Type.Object({
  kind: Type.Unsafe<'pair' | 'again'>({
    ...OneOf('pair', 'again'),
    description: 'pair: it is the exit of that stay; again: a second read of the vehicle that left with it',
  }),
  stay: Type.String(),
  plate: Type.String(),
  probability: Type.Number({ minimum: 0, maximum: 1 }),
  recommended: Type.Boolean({ description: 'likely enough to be the answer' }),
  reasons: Type.Array(LocalText),
})
export type StayProposal = Static<typeof StayProposal>

export const Stay = Type.Object({
  id: Type.String(),
  lot: Name,
  plate: Type.Union([Type.String(), Type.Null()]),
  plateColour: PlateColour,
  vehicleClass: VehicleClass,
  state: StayState,
  enteredAt: Type.Union([Timestamp, Type.Null()]),
  leftAt: Type.Union([Timestamp, Type.Null()]),
  reason: Type.Optional(Type.String({ description: 'why it is in review or expired' })),
  bill: Type.Union([Type.String(), Type.Null()]),
  entry: Type.Optional(SeenPassage),
  exit: Type.Optional(SeenPassage),
  proposals: Type.Optional(Type.Array(StayProposal, { description: 'likeliest first, of a stay in review' })),
})
export type Stay = Static<typeof Stay>

const Why = Type.String({ minLength: 3, maxLength: 500, description: 'kept in the audit log; name no person' })
const CorrectedPlate = Type.String({ minLength: 1, maxLength: 16 })

/**
 * What a person has found out about a stay. `confirm`: entry and exit belong together. `separate`: they do not. `plate`:
 * the plate was another. `pair`: an entry alone and an exit alone are one visit (`plate`: the right one, where neither
 * reading or the exit's is). `times`: when it came or left. `split`: it left and came back in between. `dismiss`: it was
 * no visit.
 */
export const StayCorrection = Type.Union([
  Type.Object({ action: Type.Literal('confirm'), why: Why }),
  Type.Object({ action: Type.Literal('separate'), why: Why }),
  Type.Object({ action: Type.Literal('dismiss'), why: Why }),
  Type.Object({ action: Type.Literal('plate'), why: Why, plate: CorrectedPlate }),
  Type.Object({
    action: Type.Literal('pair'),
    why: Why,
    with: Type.String({ minLength: 1, maxLength: 80 }),
    plate: Type.Optional(CorrectedPlate),
  }),
  Type.Object({
    action: Type.Literal('times'),
    why: Why,
    enteredAt: Type.Optional(Timestamp),
    leftAt: Type.Optional(Timestamp),
  }),
  Type.Object({ action: Type.Literal('split'), why: Why, leftAt: Timestamp, enteredAt: Timestamp }),
])
export type StayCorrection = Static<typeof StayCorrection>

/** The stay as it is now; null when it was no visit. */
export const CorrectedStay = Type.Object({ stay: Type.Union([Stay, Type.Null()]) })
export type CorrectedStay = Static<typeof CorrectedStay>

/** How many stays wait for a person, by state. */
export const ReviewCounts = Type.Object({ review: Type.Integer(), expired: Type.Integer() })
export type ReviewCounts = Static<typeof ReviewCounts>
