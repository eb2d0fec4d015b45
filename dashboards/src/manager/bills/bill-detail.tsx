import type { BillEvidence, Session } from '@clearway/contracts'
import { useCallback } from 'react'
import { useLanguage } from '../../language/use-language.ts'
import { get } from '../../server/requests.ts'
import { useRemote } from '../../server/use-remote.ts'
import { Failure } from '../../shell/failure.tsx'
import { PriceLines } from '../price-lines.tsx'
import { BillActions } from './bill-actions.tsx'
import { timelineOf } from './timeline.ts'

export interface BillDetailProps {
  id: string
  session: Session
  onBack: () => void
  onChange: () => void
}

/** One bill: how its price came about, what happened to it, and what can be done. */
export function BillDetail({ id, session, onBack, onChange }: BillDetailProps) {
  const { t, text, formats } = useLanguage()
  const load = useCallback((stop: AbortSignal) => get<BillEvidence>(`/bills/${id}/evidence`, stop), [id])
  const evidence = useRemote(load)
  const { bill, reads, images } = evidence.value ?? {}
  const figures = bill
    ? ([
        ['amount', bill.amountFen],
        ['paid', bill.paidFen],
        ['allowed', bill.allowedFen],
        ['writtenOff', bill.writtenOffFen],
        ['owed', bill.owedFen],
        ['credit', bill.creditFen],
      ] as const)
    : []
  return (
    <section className="bill-detail" data-testid="bill-detail" data-state={bill?.state}>
      <button type="button" className="plain-button" onClick={onBack}>
        {t('bills.back')}
      </button>
      {evidence.state === 'failed' && <Failure error={evidence.error} retry={evidence.reload} />}
      {bill && evidence.value && (
        <>
          <p className="tags">
            <strong>{bill.plate}</strong>
            <span className="tag">{t(`bill.${bill.state}`)}</span>
            <span className="soft">{bill.id}</span>
          </p>
          <dl className="bill-money figures">
            {figures
              .filter(([name, fen]) => fen > 0 || name === 'amount' || name === 'owed')
              .map(([name, fen]) => (
                <div key={name}>
                  <dt>{t(`bills.${name}`)}</dt>
                  <dd>{formats.money(fen)}</dd>
                </div>
              ))}
          </dl>
          <BillActions
            bill={bill}
            session={session}
            onDone={() => {
              evidence.reload()
              onChange()
            }}
          />
          <PriceLines lines={bill.lines} />
          <h3>{t('bills.reads')}</h3>
          {!images && <p className="soft">{t('bills.noImages')}</p>}
          <ul className="figures">
            {reads?.map((read) => (
              <li key={read.direction}>
                {formats.dateClock(Date.parse(read.at))} {read.direction === 'in' ? '→' : '←'} {read.readAs ?? '–'}{' '}
                <span className="soft">{formats.percent(read.confidence)}</span>{' '}
                {read.imageUrl && (
                  <a href={read.imageUrl} target="_blank" rel="noreferrer">
                    {t('bills.image')}
                  </a>
                )}
              </li>
            ))}
          </ul>
          <h3>{t('bills.timeline')}</h3>
          <ol className="timeline figures" data-testid="timeline">
            {timelineOf(evidence.value).map((event) => (
              <li key={event.key}>
                <span className="soft">{formats.dateClock(Date.parse(event.at))}</span>{' '}
                {event.text ? text(event.text) : t(`event.${event.kind}`)}{' '}
                {event.amountFen !== undefined && <strong>{formats.money(event.amountFen)}</strong>}{' '}
                {event.note && <span className="soft">{event.note}</span>}
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  )
}
