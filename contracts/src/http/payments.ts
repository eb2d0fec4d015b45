import { type Static, Type } from 'typebox'
import { Name, OneOf, Timestamp } from '../names.ts'

/** Fen that may be negative. */
const Balance = (description: string) => Type.Integer({ description })
const Count = Type.Integer({ minimum: 0 })

/** A calendar day of China, where the providers keep their days. */
export const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })

/** How a movement of money stands in a comparison. */
export const ReconciliationVerdict = OneOf('matched', 'missing-here', 'missing-there', 'amount-differs')
export type ReconciliationVerdict = Static<typeof ReconciliationVerdict>

/** Our payments and refunds of a day against the provider's bill of it. Payments count up, refunds down. */
export const Reconciliation = Type.Object({
  provider: Name,
  day: Day,
  comparedAt: Timestamp,
  matched: Count,
  missingHere: Count,
  missingThere: Count,
  amountDiffers: Count,
  oursFen: Balance('what we hold to have moved'),
  theirsFen: Balance('what the provider says has moved'),
  feeFen: Balance('what the provider keeps'),
  payoutFen: Balance('what the provider pays out'),
})
export type Reconciliation = Static<typeof Reconciliation>

/** One movement as both sides see it. */
export const ReconciliationLine = Type.Object({
  verdict: ReconciliationVerdict,
  kind: OneOf('payment', 'refund'),
  orderId: Type.String(),
  refundId: Type.Optional(Type.String()),
  transactionId: Type.String({ description: "the provider's" }),
  oursFen: Type.Union([Type.Integer(), Type.Null()], { description: 'null: we do not have it' }),
  theirsFen: Type.Union([Type.Integer(), Type.Null()], { description: 'null: the provider does not have it' }),
  feeFen: Type.Integer(),
  at: Timestamp,
})
export type ReconciliationLine = Static<typeof ReconciliationLine>

/** Asks for a comparison, again if it was made. */
export const ReconciliationOrder = Type.Object({ provider: Name, day: Day })
export type ReconciliationOrder = Static<typeof ReconciliationOrder>
