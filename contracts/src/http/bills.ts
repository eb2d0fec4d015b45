import { type Static, Type } from 'typebox'
import { Fen, LocalText, Name, OneOf, Timestamp } from '../names.ts'
import { AuditEntry } from './access.ts'
import { SeenPassage, Stay } from './parking.ts'
import { QuoteLine } from './quotes.ts'

export const BillState = OneOf('issued', 'paid', 'overdue', 'disputed', 'written-off', 'refunded')
export type BillState = Static<typeof BillState>

export const BillPhase = OneOf(
  'priced',
  'issued',
  'overdue',
  'collection',
  'disputed',
  'paid',
  'refunded',
  'written-off',
  'withdrawn',
)

/** `phase` is finer than `state`: priced waits to be issued, collection is overdue, withdrawn shows as written off. */
export const Bill = Type.Object({
  id: Type.String(),
  stay: Type.String(),
  lot: Name,
  plate: Type.String(),
  state: BillState,
  phase: BillPhase,
  amountFen: Fen,
  lines: Type.Array(QuoteLine),
  tariff: Name,
  tariffVersion: Type.Integer(),
  revision: Type.Integer({ description: 'counting up from 1 for each stay and tariff version' }),
  issuedAt: Timestamp,
  owedFen: Type.Unsafe<number>({ ...Fen, description: 'what is still to be paid' }),
  paidFen: Type.Unsafe<number>({ ...Fen, description: 'what was paid of it and not given back' }),
  allowedFen: Type.Unsafe<number>({ ...Fen, description: 'waived or given back by decision' }),
  writtenOffFen: Fen,
  creditFen: Type.Unsafe<number>({ ...Fen, description: 'money of the driver that no bill claims; refundable' }),
})
export type Bill = Static<typeof Bill>

const Why = Type.String({ minLength: 3, maxLength: 500, description: 'for the audit log' })
const Amount = (description: string) => Type.Integer({ minimum: 1, maximum: 100_000_000, description })
const OrNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])

/** `cash` is money over the counter; every other provider answers with a link until the driver has paid. */
export const PaymentRequest = Type.Object({
  provider: Type.Optional(
    Type.Unsafe<string>({ ...Name, description: 'cash, or a provider of GET /payment-providers; cash if absent' }),
  ),
  amountFen: Type.Optional(Amount('what is owed if absent; more is kept as credit')),
})
export type PaymentRequest = Static<typeof PaymentRequest>

export const PaymentState = OneOf('pending', 'paid', 'refused', 'closed')

/** One attempt to take money. */
export const Payment = Type.Object({
  id: Type.String({ description: 'order id, ours' }),
  bill: OrNull(Type.String()),
  stay: Type.String(),
  provider: Name,
  kind: OneOf('debit', 'link', 'desk', 'assigned'),
  amountFen: Fen,
  state: PaymentState,
  reason: Type.Optional(Type.String()),
  transaction: OrNull(Type.String({ description: "the provider's id" })),
  refundedFen: Fen,
  at: Timestamp,
  paidAt: OrNull(Timestamp),
  payUrl: Type.Optional(Type.String({ description: 'what the driver opens' })),
  expiresAt: Type.Optional(Timestamp),
})
export type Payment = Static<typeof Payment>

export const DisputeRequest = Type.Object({
  reason: Type.String({ minLength: 3, maxLength: 2000, description: 'what the driver says' }),
})
export type DisputeRequest = Static<typeof DisputeRequest>

/** `reject`: the bill stands; `grant`: it is reduced, and what was paid too much becomes credit. */
export const DisputeDecision = Type.Union([
  Type.Object({ outcome: Type.Literal('reject'), why: Why }),
  Type.Object({
    outcome: Type.Literal('grant'),
    amountFen: Type.Optional(Amount('by how much; the whole bill if absent')),
    why: Why,
  }),
])
export type DisputeDecision = Static<typeof DisputeDecision>

export const Dispute = Type.Object({
  id: Type.String(),
  bill: Type.String(),
  reason: Type.String(),
  openedAt: Timestamp,
  openedBy: Type.String(),
  outcome: OrNull(OneOf('reject', 'grant', 'withdrawn', 'written-off', 'refunded')),
  why: OrNull(Type.String()),
  decidedAt: OrNull(Timestamp),
  decidedBy: OrNull(Type.String()),
})
export type Dispute = Static<typeof Dispute>

export const RefundRequest = Type.Object({
  amountFen: Type.Optional(Amount('credit and all that was paid if absent')),
  why: Why,
})
export type RefundRequest = Static<typeof RefundRequest>

/** Money on its way back; one for each payment that it comes from. */
export const Refund = Type.Object({
  id: Type.String(),
  bill: OrNull(Type.String()),
  order: Type.String(),
  provider: Name,
  amountFen: Fen,
  state: OneOf('pending', 'paid', 'refused'),
  reason: Type.String(),
  at: Timestamp,
  paidAt: OrNull(Timestamp),
})
export type Refund = Static<typeof Refund>

export const WriteOffRequest = Type.Object({ why: Why })
export type WriteOffRequest = Static<typeof WriteOffRequest>

/** What a driver is to be told; whoever sends it says so. */
export const BillNotice = Type.Object({
  id: Type.String(),
  bill: Type.String(),
  plate: Type.String(),
  step: Type.Integer(),
  channel: OneOf('message', 'letter', 'none'),
  text: LocalText,
  at: Timestamp,
  sentAt: OrNull(Timestamp),
})
export type BillNotice = Static<typeof BillNotice>

/** Money or a message of a provider that fits nothing. Its money is in suspense until a person decides. */
export const UnmatchedNotice = Type.Object({
  id: Type.String(),
  provider: Name,
  order: Type.String(),
  transaction: OrNull(Type.String()),
  amountFen: Type.Unsafe<number>({ ...Fen, description: 'what is in suspense for it; 0: nothing came in' }),
  field: Type.String({ description: 'what of the notice does not fit' }),
  reason: Type.String(),
  at: Timestamp,
  state: OneOf('open', 'assigned', 'refunded', 'closed'),
  bill: OrNull(Type.String({ description: 'to which it was assigned' })),
})
export type UnmatchedNotice = Static<typeof UnmatchedNotice>

export const NoticeAssignment = Type.Object({ bill: Type.String({ minLength: 1, maxLength: 80 }), why: Why })
export type NoticeAssignment = Static<typeof NoticeAssignment>

/** Debts by age, and bills by phase. */
export const Ageing = Type.Object({
  at: Timestamp,
  buckets: Type.Array(
    Type.Object({
      fromDays: Type.Integer(),
      toDays: OrNull(Type.Integer()),
      bills: Type.Integer(),
      owedFen: Fen,
    }),
  ),
  phases: Type.Array(Type.Object({ phase: BillPhase, bills: Type.Integer(), amountFen: Fen, owedFen: Fen })),
})
export type Ageing = Static<typeof Ageing>

/** The driver lets a provider debit for this plate. */
export const Agreement = Type.Object({
  plate: Type.String({ minLength: 1, maxLength: 16 }),
  provider: Name,
})
export type Agreement = Static<typeof Agreement>

export const ParkingPass = Type.Object({
  id: Name,
  plates: Type.Array(Type.String({ minLength: 1, maxLength: 16 }), { minItems: 1, maxItems: 1000 }),
  lots: Type.Optional(
    Type.Array(Name, { maxItems: 1000, description: 'where it holds; everywhere if absent or empty' }),
  ),
  validFrom: Timestamp,
  validUntil: Type.Unsafe<string>({ ...Timestamp, description: 'first instant at which it no longer holds' }),
})
export type ParkingPass = Static<typeof ParkingPass>

/** Several passes at once; those that are not named stay as they are. */
export const ParkingPassList = Type.Object({ items: Type.Array(ParkingPass, { minItems: 1, maxItems: 1000 }) })

/** A discount of the tariff that was shown for a stay: a stamp of a shop, a card of a disabled driver. */
export const ShownDiscount = Type.Object({ discount: Name, why: Type.Optional(Why) })
export type ShownDiscount = Static<typeof ShownDiscount>

/** One entry of the books: its lines add up to 0, debits positive. */
export const BookEntry = Type.Object({
  seq: Type.Integer(),
  at: Timestamp,
  kind: Type.String(),
  cause: Type.String(),
  postings: Type.Array(Type.Object({ account: Type.String(), subject: Type.String(), amountFen: Fen })),
  hash: Type.String(),
})
export type BookEntry = Static<typeof BookEntry>

export const TrialBalance = Type.Object({
  accounts: Type.Array(Type.Object({ account: Type.String(), balanceFen: Fen })),
  sumFen: Fen,
})

/** What `books verify` found. */
export const BooksVerdict = Type.Object({
  ok: Type.Boolean(),
  entries: Type.Integer(),
  bills: Type.Integer(),
  trialFen: Fen,
  revenueFen: Fen,
  staysFen: Fen,
  balances: Type.Object({}, { additionalProperties: Fen }),
  faults: Type.Array(Type.Object({ where: Type.String(), message: Type.String() })),
})

/** Everything that bears on a disputed bill. */
export const BillEvidence = Type.Object({
  bill: Bill,
  stay: OrNull(Stay),
  tariff: Type.Object({
    id: Name,
    version: Type.Integer(),
    validFrom: Timestamp,
    document: Type.Object({}, { additionalProperties: true }),
  }),
  reads: Type.Array(Type.Object({ direction: OneOf('in', 'out'), at: Timestamp, ...SeenPassage.properties }), {
    description: 'what cameras saw of it; empty for stays that were imported',
  }),
  images: Type.Boolean({ description: 'whether there is an image of each passage' }),
  revisions: Type.Array(Type.Object({ id: Type.String(), phase: BillPhase, amountFen: Fen, issuedAt: Timestamp })),
  payments: Type.Array(Payment),
  refunds: Type.Array(Refund),
  disputes: Type.Array(Dispute),
  notices: Type.Array(BillNotice),
  books: Type.Array(BookEntry),
  audit: Type.Array(AuditEntry),
})
export type BillEvidence = Static<typeof BillEvidence>
