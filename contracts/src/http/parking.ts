import { type Static, Type } from 'typebox'
import { LotKind } from '../city.ts'
import { PlateColour, VehicleClass } from '../messages/gate-read.ts'
import { Fen, LocalText, Name, OneOf, Position, Timestamp } from '../names.ts'

/**
 * A tariff document. A stay within `free.withinMin` costs nothing; under `threshold` a longer stay is charged in full,
 * under `allowance` the free minutes are deducted. Blocks are started blocks counted from entry. Each 24 h from entry is
 * priced on its own and capped on its own: after the first, `continue` charges further blocks only, `restart` charges
 * like a new stay, free minutes and first block included. Amounts are integer fen, durations whole minutes.
 */
export const TariffDocument = Type.Object({
  name: LocalText,
  currency: Type.Literal('CNY'),
  free: Type.Object({
    withinMin: Type.Integer({ minimum: 0, maximum: 1439 }),
    kind: OneOf('threshold', 'allowance'),
    inclusive: Type.Boolean({ description: 'whether a stay of exactly withinMin is still free; threshold only' }),
  }),
  first: Type.Object({
    untilMin: Type.Integer({ minimum: 1, maximum: 1440 }),
    amountFen: Type.Integer({ minimum: 0, maximum: 10_000_000 }),
  }),
  further: Type.Object({
    everyMin: Type.Integer({ minimum: 1, maximum: 1440 }),
    amountFen: Type.Integer({ minimum: 0, maximum: 10_000_000 }),
  }),
  capPer24hFen: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
  after24h: OneOf('continue', 'restart'),
})
export type TariffDocument = Static<typeof TariffDocument>

export const Tariff = Type.Object({
  id: Name,
  version: Type.Integer({ minimum: 1 }),
  validFrom: Timestamp,
  document: TariffDocument,
})
export type Tariff = Static<typeof Tariff>

/** A new version of a tariff. Stays that have entered before `validFrom` keep the version that they entered under. */
export const TariffEdition = Type.Object({
  validFrom: Type.Optional(Timestamp),
  document: TariffDocument,
})
export type TariffEdition = Static<typeof TariffEdition>

/** New versions of several tariffs at once. */
export const TariffEditionList = Type.Object({
  items: Type.Array(Type.Object({ id: Name, ...TariffEdition.properties }), { minItems: 1, maxItems: 1000 }),
})
export type TariffEditionList = Static<typeof TariffEditionList>

export const QuoteRequest = Type.Object({
  tariff: Type.Optional(Name),
  lot: Type.Optional(Name),
  vehicleClass: VehicleClass,
  plateColour: PlateColour,
  enteredAt: Timestamp,
  leftAt: Timestamp,
})
export type QuoteRequest = Static<typeof QuoteRequest>

export const QuoteLine = Type.Object({
  rule: OneOf('free', 'first', 'further', 'cap'),
  text: LocalText,
  fromMin: Type.Integer(),
  untilMin: Type.Integer(),
  quantity: Type.Integer(),
  amountFen: Fen,
})
export type QuoteLine = Static<typeof QuoteLine>

export const Quote = Type.Object({
  amountFen: Fen,
  lines: Type.Array(QuoteLine),
  tariff: Name,
  tariffVersion: Type.Integer(),
})
export type Quote = Static<typeof Quote>

export const LotSettings = Type.Object({
  name: LocalText,
  position: Position,
  capacity: Type.Integer({ minimum: 1, maximum: 100000 }),
  tariff: Type.Optional(Name),
  kind: LotKind,
  stayLimitDays: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 366,
      description: 'a stay open for longer is flagged as expired; 7 if absent',
    }),
  ),
})
export type LotSettings = Static<typeof LotSettings>

/** `quality`: good; stale when no gate has reported for a while; suspect when the count left 0…capacity and was clamped. */
export const LotQuality = OneOf('good', 'stale', 'suspect')
export type LotQuality = Static<typeof LotQuality>

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
})
export type Lot = Static<typeof Lot>

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

/** `by` lot: one row per lot and bucket; otherwise all lots together. */
export const CityMetricsQuery = Type.Object({ ...MetricsQuery.properties, by: Type.Optional(OneOf('all', 'lot')) })
export type CityMetricsQuery = Static<typeof CityMetricsQuery>

/** Time-weighted figures of one lot (or of all) in one bucket; `docs/metrics.md` gives the formulas. */
export const LotMetrics = Type.Object({
  lot: Type.Union([Name, Type.Null()], { description: 'null: all lots together' }),
  from: Timestamp,
  to: Timestamp,
  vacancyRate: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()]),
  occupancy: Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
    description: 'occupied bay-time over bay-time; above 1 the capacity is wrong or exits were lost',
  }),
  arrivals: Type.Integer({ minimum: 0 }),
  turnoverRate: Type.Number({ minimum: 0, description: 'arrivals per bay and day' }),
  effectiveTurnoverRate: Type.Number({ minimum: 0, description: 'the same, stays longer than 5 min only' }),
  meanDwellS: Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
    description: 'of the stays that ended in the bucket',
  }),
  peakOccupied: Type.Integer({ minimum: 0 }),
  revenueFen: Fen,
  coverage: Type.Number({ minimum: 0, maximum: 1, description: 'share of the bucket for which the count is known' }),
})
export type LotMetrics = Static<typeof LotMetrics>

export const StayState = OneOf('open', 'closed', 'review', 'expired')
export type StayState = Static<typeof StayState>

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
})
export type Stay = Static<typeof Stay>

export const BillState = OneOf('issued', 'paid', 'overdue', 'disputed', 'written-off', 'refunded')
export type BillState = Static<typeof BillState>

export const Bill = Type.Object({
  id: Type.String(),
  stay: Type.String(),
  lot: Name,
  plate: Type.String(),
  state: BillState,
  amountFen: Fen,
  lines: Type.Array(QuoteLine),
  tariff: Name,
  tariffVersion: Type.Integer(),
  issuedAt: Timestamp,
})
export type Bill = Static<typeof Bill>
