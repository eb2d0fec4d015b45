import { type Static, Type } from 'typebox'
import { Name, OneOf, Timestamp } from '../names.ts'

const Percent = Type.Number({ minimum: 0, maximum: 100 })

/** Free bays at one instant ahead. The interval holds what happens nine times in ten; null while errors are too few. */
export const ForecastPoint = Type.Object({
  at: Timestamp,
  minutes: Type.Integer({ minimum: 15, maximum: 1440 }),
  vacant: Type.Integer({ minimum: 0, description: 'median' }),
  low: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
  high: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
})
export type ForecastPoint = Static<typeof ForecastPoint>

/** How forecasts of the last four weeks turned out, % of capacity; `persistence` is the error of "it stays as it is". */
export const ForecastScore = Type.Object({
  minutes: Type.Integer(),
  forecasts: Type.Integer({ minimum: 1 }),
  maePercent: Percent,
  persistence: Percent,
  interval90Coverage: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()]),
})

/**
 * `method`: model, forests fitted to all lots; profile, the lot's own weeks and its present distance from them; level,
 * too little history for either. Null, with a `reason`, when there is no forecast.
 */
export const LotForecast = Type.Object({
  lot: Name,
  capacity: Type.Integer({ minimum: 1 }),
  method: Type.Union([OneOf('model', 'profile', 'level'), Type.Null()]),
  reason: Type.Optional(Type.String()),
  madeAt: Type.Union([Timestamp, Type.Null()]),
  fittedAt: Type.Union([Timestamp, Type.Null()], { description: 'end of the history that the model was fitted to' }),
  points: Type.Array(ForecastPoint),
  scores: Type.Array(ForecastScore),
})
export type LotForecast = Static<typeof LotForecast>
