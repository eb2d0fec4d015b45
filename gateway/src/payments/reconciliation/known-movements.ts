import { Orders } from '../../parking/payments/orders.ts'
import { Refunds } from '../../parking/payments/refunds.ts'
import { UnmatchedNotices } from '../../parking/payments/unmatched-notices.ts'
import type { Records } from '../../records/records.ts'
import type { Movement, Movements } from './movements.ts'

/**
 * Our side of a comparison: orders that were paid, money that fits none of them and waits in suspense, refunds that were
 * paid. Money from suspense that was given to a bill since stands as an order too; it counts where it came in.
 */
export function knownMovements(records: Records): Movements {
  const orders = new Orders(records)
  const refunds = new Refunds(records)
  const unmatched = new UnmatchedNotices(records)
  return {
    between(provider, fromMs, untilMs) {
      const paid = orders
        .paidBetween(provider, fromMs, untilMs)
        .filter(({ kind }) => kind !== 'assigned')
        .map(
          ({ providerOrder, transactionId, amountFen, paidMs }): Movement => ({
            ...{ kind: 'payment', orderId: providerOrder, transactionId: transactionId ?? '', amountFen },
            atMs: paidMs ?? 0,
          }),
        )
      const suspended = unmatched.receivedBetween(provider, fromMs, untilMs).map(
        ({ order, transactionId, amountFen, atMs }): Movement => ({
          ...{ kind: 'payment', orderId: order, transactionId: transactionId ?? '', amountFen, atMs },
        }),
      )
      const returned = refunds.paidBetween(provider, fromMs, untilMs).map(
        ({ id, providerOrder, amountFen, paidMs }): Movement => ({
          ...{ kind: 'refund', orderId: providerOrder, refundId: id, transactionId: '', amountFen, atMs: paidMs ?? 0 },
        }),
      )
      return [...paid, ...suspended, ...returned]
    },
  }
}
