import { type Static, Type } from 'typebox'
import { Name, OneOf, Timestamp } from '../names.ts'
import { LotMetrics } from './parking.ts'

const lotChoice = { group: Type.Optional(Name), district: Type.Optional(Name) }
const Share = Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()])

/** Where lots fill up: figures of a window added up by the squares of a metric grid. */
export const HotSpotsQuery = Type.Object({
  from: Timestamp,
  to: Timestamp,
  cell: Type.Optional(
    Type.String({ pattern: '^[1-9][0-9]{2,3}m$', description: 'side of a square, 100m to 9999m; 500m if absent' }),
  ),
  ...lotChoice,
})
export type HotSpotsQuery = Static<typeof HotSpotsQuery>

/** One square with its lots; GeoJSON, WGS 84. */
export const HotSpot = Type.Object({
  type: Type.Literal('Feature'),
  id: Type.String(),
  geometry: Type.Object({
    type: Type.Literal('Polygon'),
    coordinates: Type.Array(Type.Array(Type.Array(Type.Number()))),
  }),
  properties: Type.Object({
    lots: Type.Integer({ minimum: 1 }),
    capacity: Type.Integer({ minimum: 1 }),
    occupancy: Type.Union([Type.Number({ minimum: 0 }), Type.Null()]),
    fullShare: Share,
    nearlyFullShare: Share,
    arrivals: Type.Integer({ minimum: 0 }),
    turnoverRate: Type.Number({ minimum: 0 }),
    coverage: Type.Number({ minimum: 0, maximum: 1 }),
  }),
})
export type HotSpot = Static<typeof HotSpot>

export const HotSpots = Type.Object({
  type: Type.Literal('FeatureCollection'),
  from: Timestamp,
  to: Timestamp,
  cellM: Type.Integer(),
  features: Type.Array(HotSpot, { description: 'those that are nearly full for longest first' }),
})
export type HotSpots = Static<typeof HotSpots>

/** Two periods: `from`–`to`, and `compareFrom`–`compareTo` or the one that `compare` names (previous if absent). */
export const ComparisonQuery = Type.Object({
  from: Timestamp,
  to: Timestamp,
  compare: Type.Optional(OneOf('previous', 'week', 'year')),
  compareFrom: Type.Optional(Timestamp),
  compareTo: Type.Optional(Timestamp),
  by: Type.Optional(OneOf('all', 'lot', 'group', 'district')),
  ...lotChoice,
})
export type ComparisonQuery = Static<typeof ComparisonQuery>

/** Figures of two periods that are held against each other. */
export const comparedFields = [
  'occupancy',
  'vacancyRate',
  'utilisation',
  'arrivals',
  'turnoverRate',
  'effectiveTurnoverRate',
  'meanDwellS',
  'medianDwellS',
  'peakOccupied',
  'usualPeak',
  'fullShare',
  'nearlyFullShare',
  'revenueFen',
  'revenuePerBayDayFen',
  'coverage',
] as const
export const ComparedField = OneOf(...comparedFields)
export type ComparedField = Static<typeof ComparedField>

const Change = Type.Object({
  difference: Type.Union([Type.Number(), Type.Null()]),
  percent: Type.Union([Type.Number(), Type.Null()], { description: 'of the earlier value; null where that is 0' }),
})

export const LotComparison = Type.Object({
  now: LotMetrics,
  before: LotMetrics,
  change: Type.Unsafe<Record<ComparedField, Static<typeof Change>>>({
    ...Type.Record(Type.String(), Change),
    description: 'by figure; null where one of the two is not known',
  }),
})
export type LotComparison = Static<typeof LotComparison>

export const LotComparisons = Type.Object({ items: Type.Array(LotComparison) })
export type LotComparisons = Static<typeof LotComparisons>

/** What sensors and gates reported, apart from the stays; lots together, or `lot` alone. */
export const ReadingsQuery = Type.Object({
  from: Timestamp,
  to: Timestamp,
  bucket: Type.Optional(OneOf('15m', '1h', '1d', 'all')),
  lot: Type.Optional(Name),
  ...lotChoice,
})
export type ReadingsQuery = Static<typeof ReadingsQuery>

const Known = Type.Union([Type.Number(), Type.Null()])

/** Readings of occupied bays, weighted by time. */
export const LotReadings = Type.Object({
  items: Type.Array(
    Type.Object({
      from: Timestamp,
      to: Timestamp,
      lots: Type.Integer({ minimum: 0 }),
      occupied: Type.Union([Type.Number(), Type.Null()], {
        description: 'mean of the lots together, each counted for the time in which it is known',
      }),
      lowest: Known,
      highest: Type.Union([Type.Number(), Type.Null()], {
        description: 'of the quarters of the bucket, the highest sum of what the lots read at most in that quarter',
      }),
      occupancy: Known,
      coverage: Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'share of lots and time for which a reading holds',
      }),
    }),
  ),
})
export type LotReadings = Static<typeof LotReadings>
