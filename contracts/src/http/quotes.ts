import { type Static, Type } from 'typebox'
import { PlateColour, VehicleClass } from '../messages/gate-read.ts'
import { Fen, LocalText, Name, OneOf, Timestamp } from '../names.ts'

/** A vehicle in a lot; `leftAt` null: still there. */
const Presence = Type.Object({ enteredAt: Timestamp, leftAt: Type.Union([Timestamp, Type.Null()]) })

export const QuoteRequest = Type.Object({
  tariff: Type.Optional(Name),
  lot: Type.Optional(Name),
  vehicleClass: VehicleClass,
  plateColour: PlateColour,
  enteredAt: Timestamp,
  leftAt: Timestamp,
  plateLists: Type.Optional(Type.Array(Name, { maxItems: 100, description: 'lists that the plate is on' })),
  paidAt: Type.Optional(Timestamp),
  passes: Type.Optional(
    Type.Array(
      Type.Object({
        validFrom: Timestamp,
        validUntil: Type.Unsafe<string>({ ...Timestamp, description: 'first instant at which it no longer holds' }),
        others: Type.Optional(
          Type.Array(Presence, { maxItems: 1000, description: 'stays of the other plates on the pass' }),
        ),
      }),
      { maxItems: 100, description: 'passes that the plate is on' },
    ),
  ),
  discounts: Type.Optional(
    Type.Array(Name, { maxItems: 50, description: 'discounts of the tariff that were shown, by id' }),
  ),
  earlier: Type.Optional(
    Type.Array(Type.Object({ enteredAt: Timestamp, amountFen: Type.Integer({ minimum: 0 }) }), {
      maxItems: 1000,
      description: 'stays of the same plate before this one, with their prices; those of the last 24 h count',
    }),
  ),
})
export type QuoteRequest = Static<typeof QuoteRequest>

export const QuoteRule = OneOf(
  'free',
  'first',
  'further',
  'cap',
  'step',
  'window',
  'cap-window',
  'cap-day',
  'cap-entries',
  'pass',
  'grace',
  'discount',
  'rounding',
  'surcharge',
)
export type QuoteRule = Static<typeof QuoteRule>

/**
 * One step of a price. Minutes count from entry. `cap` is the cap of 24 h; caps and discounts have negative amounts. The
 * amounts of all lines add up to that of the quote.
 */
export const QuoteLine = Type.Object({
  rule: QuoteRule,
  text: LocalText,
  fromMin: Type.Integer(),
  untilMin: Type.Integer(),
  quantity: Type.Integer(),
  amountFen: Fen,
  source: Type.Optional(
    Type.String({ description: 'where the rule stands in the tariff document, for example windows.0.further' }),
  ),
})
export type QuoteLine = Static<typeof QuoteLine>

export const Quote = Type.Object({
  amountFen: Fen,
  lines: Type.Array(QuoteLine),
  tariff: Name,
  tariffVersion: Type.Integer(),
})
export type Quote = Static<typeof Quote>
