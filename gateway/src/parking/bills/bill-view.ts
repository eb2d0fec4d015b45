import {
  type Bill,
  type BillNotice,
  type BookEntry,
  type Dispute,
  type Payment,
  type Refund,
  toTimestamp,
  type UnmatchedNotice,
} from '@clearway/contracts'
import type { Actor } from '../../http/route.ts'
import type { Entry } from '../books/books.ts'
import type { LotLedger } from '../lot-ledger.ts'
import type { OrderRecord } from '../payments/orders.ts'
import type { RefundRecord } from '../payments/refunds.ts'
import type { UnmatchedRecord } from '../payments/unmatched-notices.ts'
import { shownPlate } from '../stays/plate-sight.ts'
import { quoteLines } from '../tariffs/line-text.ts'
import type { NoticeRecord } from './bill-notices.ts'
import { stateOf } from './bill-phases.ts'
import { type BillRecord, owedOf } from './bills.ts'
import type { DisputeRecord } from './disputes.ts'

/** Bills and what belongs to them as the API shows them. */

export const billBody = ({ tariffs, billing }: LotLedger, bill: BillRecord, actor: Actor): Bill => ({
  id: bill.id,
  stay: bill.stay,
  lot: bill.lot,
  plate: shownPlate(bill.plate, actor),
  state: stateOf[bill.phase],
  phase: bill.phase,
  amountFen: bill.amountFen,
  lines: quoteLines(tariffs.edition(bill.tariff, bill.tariffVersion).document, bill.lines),
  tariff: bill.tariff,
  tariffVersion: bill.tariffVersion,
  revision: bill.revision,
  issuedAt: toTimestamp(bill.issuedMs),
  owedFen: owedOf(bill),
  paidFen: bill.paidFen,
  allowedFen: bill.allowedFen,
  writtenOffFen: bill.writtenOffFen,
  creditFen: billing.creditFen(bill),
})

const orNull = (ms: number | null): string | null => (ms === null ? null : toTimestamp(ms))

export const paymentBody = (order: OrderRecord, link?: { url: string; expiresMs: number }): Payment => ({
  id: order.id,
  bill: order.bill,
  stay: order.stay,
  provider: order.provider,
  kind: order.kind,
  amountFen: order.amountFen,
  state: order.state,
  ...(order.reason === null ? {} : { reason: order.reason }),
  transaction: order.transactionId,
  refundedFen: order.refundedFen,
  at: toTimestamp(order.createdMs),
  paidAt: orNull(order.paidMs),
  ...(link && { payUrl: link.url, expiresAt: toTimestamp(link.expiresMs) }),
})

export const refundBody = (refund: RefundRecord): Refund => ({
  id: refund.id,
  bill: refund.bill,
  order: refund.order ?? refund.providerOrder,
  provider: refund.provider,
  amountFen: refund.amountFen,
  state: refund.state,
  reason: refund.reason,
  at: toTimestamp(refund.createdMs),
  paidAt: orNull(refund.paidMs),
})

export const disputeBody = ({ openedMs, decidedMs, ...dispute }: DisputeRecord): Dispute => ({
  ...dispute,
  openedAt: toTimestamp(openedMs),
  decidedAt: orNull(decidedMs),
})

export const noticeBody = (notice: NoticeRecord, actor: Actor, whole = false): BillNotice => ({
  id: notice.id,
  bill: notice.bill,
  // Whoever sends notices has to know to whom.
  plate: whole ? notice.plate : shownPlate(notice.plate, actor),
  step: notice.step,
  channel: notice.channel,
  text: notice.text,
  at: toTimestamp(notice.atMs),
  sentAt: orNull(notice.sentMs),
})

export const unmatchedBody = ({ transactionId, atMs, ...notice }: UnmatchedRecord): UnmatchedNotice => ({
  ...notice,
  transaction: transactionId,
  at: toTimestamp(atMs),
})

export const entryBody = ({ seq, atMs, kind, cause, postings, hash }: Entry): BookEntry => ({
  ...{ seq, at: toTimestamp(atMs), kind, cause, postings: [...postings], hash },
})
