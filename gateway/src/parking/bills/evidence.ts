import { type BillEvidence, type SeenPassage, toTimestamp } from '@clearway/contracts'
import type { Core } from '../../core.ts'
import type { Actor } from '../../http/route.ts'
import type { LotLedger } from '../lot-ledger.ts'
import type { PaymentDesk } from '../payments/payment-desk.ts'
import type { ReviewDesk } from '../review/review-desk.ts'
import { seenBody, stayBody } from '../stays/stay-view.ts'
import type { BillNotices } from './bill-notices.ts'
import { billBody, disputeBody, entryBody, noticeBody, paymentBody, refundBody } from './bill-view.ts'

/**
 * Everything that bears on a bill: the stay, what the cameras saw, the tariff as it was, the price line by line, money,
 * notices, and who did what. Complete also where there is no image: then it says so.
 *
 * @throws NotFoundError `bill-unknown`
 */
export function evidenceOf(
  id: string,
  actor: Actor,
  core: Core,
  {
    ledger,
    review,
    payments,
    notices,
  }: { ledger: LotLedger; review: ReviewDesk; payments: PaymentDesk; notices: BillNotices },
): BillEvidence {
  const bill = ledger.billing.require(id)
  const stay = ledger.stays.find(bill.stay)
  const { entry, exit } = stay ? review.look(stay) : {}
  const edition = ledger.tariffs.edition(bill.tariff, bill.tariffVersion)
  const orders = payments.till.orders.ofStay(bill.stay)
  const disputes = ledger.billing.disputes.ofBill(id)
  const read = (direction: 'in' | 'out', atMs: number, seen: SeenPassage) => ({
    direction,
    at: toTimestamp(atMs),
    ...seenBody(seen, actor),
  })
  return {
    bill: billBody(ledger, bill, actor),
    stay: stay ? stayBody(stay, actor) : null,
    tariff: {
      id: edition.id,
      version: edition.version,
      validFrom: toTimestamp(edition.validFromMs),
      document: edition.document,
    },
    reads: [
      ...(stay?.enteredMs != null && entry ? [read('in', stay.enteredMs, entry)] : []),
      ...(stay?.leftMs != null && exit ? [read('out', stay.leftMs, exit)] : []),
    ],
    images: [entry, exit].every((seen) => seen?.imageRef != null),
    revisions: ledger.bills.ofStay(bill.stay).map(({ id: revision, phase, amountFen, issuedMs }) => ({
      id: revision,
      phase,
      amountFen,
      issuedAt: toTimestamp(issuedMs),
    })),
    payments: orders.map((order) => paymentBody(order)),
    refunds: payments.till.refunds.ofBill(id).map(refundBody),
    disputes: disputes.map(disputeBody),
    notices: notices.ofBill(id).map((notice) => noticeBody(notice, actor)),
    books: [...ledger.billing.books.entries({ subject: id })].map(entryBody),
    audit: core.audit.about([id, bill.stay]),
  }
}
