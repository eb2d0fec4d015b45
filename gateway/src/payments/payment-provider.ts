import type { PlateColour } from '@clearway/contracts'

/**
 * One way to take money. Amounts are integer fen, always above 0; instants are UTC milliseconds. An order id is ours
 * (a bill and the attempt at it), a transaction id is the provider's; neither is ever used twice. Order ids have at most
 * 32 characters of `[a-z0-9-]` and refund ids at most 64: what the strictest provider takes.
 *
 * Promises of every adapter:
 * - each call may be repeated with the same id and moves money once;
 * - an answer that did not come is no answer: `WorldError`, and `query` tells later;
 * - nothing is believed that the provider has not signed.
 */
export interface PaymentProvider {
  /** Names accounts, metrics and addresses: `[a-z0-9-]`. */
  readonly name: string
  /**
   * Takes the money by the driver's standing agreement.
   *
   * @throws WorldError when the provider cannot be reached or does not answer in time
   */
  debit(order: PaymentOrder): Promise<Outcome>
  /**
   * What the driver opens to pay.
   *
   * @throws WorldError as `debit`
   * @throws ConflictError when the order has been paid or closed
   */
  payLink(order: PaymentOrder): Promise<PayLink>
  /**
   * How an order stands.
   *
   * @throws WorldError as `debit`
   * @throws NotFoundError when the provider never heard of it
   */
  query(orderId: string): Promise<Outcome>
  /**
   * Gives money back; several refunds of one order together never exceed what it took.
   *
   * @throws WorldError as `debit`
   */
  refund(refund: RefundOrder): Promise<Outcome>
  /**
   * Reads what the provider tells by itself.
   *
   * @throws InputError naming what is wrong with it; nothing of it may then be used
   */
  notification(request: NotificationRequest): PaymentNotice | OtherNotice
  /**
   * The provider's own bill of one day of its zone.
   *
   * @param day `YYYY-MM-DD`
   * @throws WorldError as `debit`, also while the bill of that day is not yet made
   */
  settlement(day: string): Promise<SettlementLine[]>
}

export interface PaymentOrder {
  /** `<short form of the bill's id>-a<attempt>`; attempts count up from 1. */
  orderId: string
  bill: string
  amountFen: number
  /** Normalised; what an agreement is by. */
  plate: string
  /** What the driver reads on the statement. */
  subject: string
  /** Absent: the order stays payable. */
  expiresMs?: number
  /** What parking products ask for beside the plate; without it they refuse the debit. */
  stay?: OrderStay
}

/** The stay behind an order, in the words of the driver's app. */
export interface OrderStay {
  /** Its id. */
  lot: string
  /** Name of the lot, as the driver knows it. */
  lotName: string
  plateColour: PlateColour
  enteredMs: number
  leftMs: number
}

export interface RefundOrder {
  /** `<order id>-f<count>`; counts up from 1. */
  refundId: string
  orderId: string
  /** 0 < amountFen ≤ what the order took and was not yet given back. */
  amountFen: number
  /** What the whole order took: some providers ask for it. */
  orderFen: number
  reason: string
}

/** `pending`: the provider has the order; a notice or `query` tells how it ends. */
export type Outcome =
  | { state: 'paid'; transactionId: string; amountFen: number; atMs: number }
  | { state: 'pending' }
  | { state: 'refused'; reason: string }

export interface PayLink {
  url: string
  expiresMs: number
}

export interface NotificationRequest {
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>
  /** The bytes as they came: the signature is over them. */
  rawBody: Buffer
}

/** What a verified notification says. */
export interface PaymentNotice {
  /** The provider's own id of this notice; the same one comes again until it is answered. */
  noticeId: string
  about:
    | { kind: 'payment'; orderId: string; outcome: Outcome }
    | { kind: 'refund'; orderId: string; refundId: string; outcome: Outcome }
  /**
   * What the provider wants to hear.
   *
   * @param taken false: it shall tell again later
   */
  answer(taken: boolean): NoticeAnswer
}

/** True, but about no money of ours, as that a driver has signed an agreement: to be answered and no more. */
export interface OtherNotice extends Pick<PaymentNotice, 'noticeId' | 'answer'> {
  about: { kind: 'other'; event: string }
}

interface NoticeAnswer {
  /** An HTTP status. */
  status: number
  mediaType: string
  body: string
}

/** One line of a provider's bill of a day. */
export interface SettlementLine {
  kind: 'payment' | 'refund'
  orderId: string
  /** Of refunds only. */
  refundId?: string
  transactionId: string
  /** Positive for payments and refunds alike. */
  amountFen: number
  /** What the provider keeps; negative when it gives it back with a refund. */
  feeFen: number
  atMs: number
}
