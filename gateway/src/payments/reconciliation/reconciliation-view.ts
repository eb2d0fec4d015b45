import { type Reconciliation, type ReconciliationLine, toTimestamp } from '@clearway/contracts'
import type { ComparedLine } from './reconcile.ts'
import type { ReconciliationRecord } from './reconciliations.ts'

/** A comparison as the contract tells it. */
export function reconciliationBody({ provider, day, comparedMs, totals }: ReconciliationRecord): Reconciliation {
  const { counts, ...sums } = totals
  return {
    ...{ provider, day, comparedAt: toTimestamp(comparedMs) },
    matched: counts.matched,
    missingHere: counts['missing-here'],
    missingThere: counts['missing-there'],
    amountDiffers: counts['amount-differs'],
    ...sums,
  }
}

/** A line as the contract tells it. */
export function lineBody({
  verdict,
  kind,
  orderId,
  refundId,
  transactionId,
  ...rest
}: ComparedLine): ReconciliationLine {
  const { oursFen, theirsFen, feeFen, atMs } = rest
  return {
    ...{ verdict, kind, orderId },
    ...(refundId === undefined ? {} : { refundId }),
    ...{ transactionId, oursFen, theirsFen, feeFen, at: toTimestamp(atMs) },
  }
}
