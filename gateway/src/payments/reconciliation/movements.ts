/** Money that we hold to have moved through a provider. Amounts are integer fen above 0. */
export interface Movement {
  kind: 'payment' | 'refund'
  orderId: string
  /** Of refunds only. */
  refundId?: string
  /** The provider's; empty where we do not keep it. */
  transactionId: string
  amountFen: number
  /** The provider's time. */
  atMs: number
}

/** Where our side of a comparison comes from. */
export interface Movements {
  /** Those of one provider within `[fromMs, untilMs)` of its time. */
  between(provider: string, fromMs: number, untilMs: number): Movement[]
}
