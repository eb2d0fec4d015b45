import type { BillEvidence, LocalText } from '@clearway/contracts'

export interface BillEvent {
  key: string
  at: string
  kind:
    | 'issued'
    | 'asked'
    | 'paid'
    | 'refused'
    | 'refund'
    | 'disputed'
    | 'decided'
    | 'told'
    | 'withdrawn'
    | 'writtenOff'
  /** What was told, in place of the kind. */
  text?: LocalText
  amountFen?: number
  note?: string
}

/** Everything that happened to a bill, in order of time. */
export function timelineOf({ bill, payments, refunds, disputes, notices, books }: BillEvidence): BillEvent[] {
  const events: BillEvent[] = [
    { key: 'issued', at: bill.issuedAt, kind: 'issued', amountFen: bill.amountFen },
    ...payments
      .filter((payment) => payment.bill === bill.id || payment.bill === null)
      .flatMap(({ id, at, paidAt, state, amountFen, provider, reason }): BillEvent[] => [
        ...(state === 'paid' ? [] : [{ key: `${id}-asked`, at, kind: 'asked' as const, amountFen, note: provider }]),
        ...(paidAt === null ? [] : [{ key: id, at: paidAt, kind: 'paid' as const, amountFen, note: provider }]),
        ...(state === 'refused' ? [{ key: `${id}-refused`, at, kind: 'refused' as const, note: reason ?? '' }] : []),
      ]),
    ...refunds.map(({ id, at, amountFen, reason, state }): BillEvent => {
      return { key: id, at, kind: 'refund', amountFen, note: state === 'paid' ? reason : `${reason} (${state})` }
    }),
    ...disputes.flatMap(({ id, openedAt, reason, outcome, why, decidedAt }): BillEvent[] => [
      { key: id, at: openedAt, kind: 'disputed', note: reason },
      ...(decidedAt === null
        ? []
        : [{ key: `${id}-decided`, at: decidedAt, kind: 'decided' as const, note: [outcome, why].join(': ') }]),
    ]),
    ...notices.map(({ id, at, text, channel }): BillEvent => ({ key: id, at, kind: 'told', text, note: channel })),
    ...books
      .filter(({ kind }) => kind === 'withdraw' || kind === 'write-off')
      .map(({ seq, at, kind }): BillEvent => {
        return { key: `entry-${seq}`, at, kind: kind === 'withdraw' ? 'withdrawn' : 'writtenOff' }
      }),
  ]
  return events.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
}
