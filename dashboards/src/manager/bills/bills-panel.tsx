import type { Ageing, Bill, BillState, Page, Session } from '@clearway/contracts'
import { Select } from 'antd'
import { useCallback, useEffect, useRef } from 'react'
import { useLanguage } from '../../language/use-language.ts'
import { Icon } from '../../look/icon.tsx'
import { get } from '../../server/requests.ts'
import { useRemote } from '../../server/use-remote.ts'
import { Failure } from '../../shell/failure.tsx'
import { billStates } from '../manager-address.ts'
import { AgeingTable } from './ageing-table.tsx'
import { BillDetail } from './bill-detail.tsx'
import { UnmatchedList } from './unmatched-list.tsx'
import './bills.css'

export interface BillsPanelProps {
  session: Session
  state: BillState | undefined
  bill: string | undefined
  onState: (state: BillState | undefined) => void
  onBill: (bill: string | undefined) => void
  onClose: () => void
}

const shown = 60

/** What is owed, by age and bill by bill, and what a cashier does about it. */
export function BillsPanel({ session, state, bill, onState, onBill, onClose }: BillsPanelProps) {
  const { t, formats } = useLanguage()
  const panel = useRef<HTMLElement>(null)
  // Who opened the panel from the keyboard goes on reading in it.
  useEffect(() => panel.current?.focus({ preventScroll: true }), [])
  const loadAgeing = useCallback((stop: AbortSignal) => get<Ageing>('/bills/ageing', stop), [])
  const loadBills = useCallback(
    (stop: AbortSignal) => get<Page<Bill>>(`/bills?limit=${shown}${state ? `&state=${state}` : ''}`, stop),
    [state],
  )
  const ageing = useRemote(loadAgeing)
  const bills = useRemote(loadBills)
  const reload = useCallback(() => {
    ageing.reload()
    bills.reload()
  }, [ageing.reload, bills.reload])
  return (
    <aside
      ref={panel}
      className="lot-detail bills-panel panel"
      aria-label={t('bills.heading')}
      tabIndex={-1}
      onKeyDown={({ key }) => key === 'Escape' && onClose()}
      data-testid="bills-panel"
    >
      <header>
        <h2>{t('bills.heading')}</h2>
        <button
          type="button"
          className="icon-button"
          title={t('detail.close')}
          aria-label={t('detail.close')}
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </header>
      {bill !== undefined ? (
        <BillDetail key={bill} id={bill} session={session} onBack={() => onBill(undefined)} onChange={reload} />
      ) : (
        <>
          {ageing.state === 'failed' && <Failure error={ageing.error} retry={ageing.reload} />}
          {ageing.value && <AgeingTable ageing={ageing.value} />}
          <UnmatchedList session={session} onChange={reload} />
          <Select<string>
            value={state ?? ''}
            aria-label={t('bills.state')}
            onChange={(value) => onState(billStates.find((one) => one === value))}
            options={[
              { value: '', label: t('bills.anyState') },
              ...billStates.map((value) => ({ value: value as string, label: t(`bill.${value}`) })),
            ]}
          />
          {bills.state === 'failed' && <Failure error={bills.error} retry={bills.reload} />}
          {bills.value?.items.length === 0 && <p className="soft">{t('bills.none')}</p>}
          <ul className="bill-rows figures">
            {bills.value?.items.map((one) => (
              <li key={one.id}>
                <button type="button" className="bill-row" onClick={() => onBill(one.id)} data-testid="bill-row">
                  <span>{one.plate}</span>
                  <span className="soft">{formats.dateClock(Date.parse(one.issuedAt))}</span>
                  <span>{t(`bill.${one.state}`)}</span>
                  <strong>{formats.money(one.owedFen > 0 ? one.owedFen : one.amountFen)}</strong>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </aside>
  )
}
