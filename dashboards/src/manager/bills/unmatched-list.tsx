import type { Page, Session, UnmatchedNotice } from '@clearway/contracts'
import { Button, Input } from 'antd'
import { useCallback, useState } from 'react'
import { useLanguage } from '../../language/use-language.ts'
import { get, post } from '../../server/requests.ts'
import { useRemote } from '../../server/use-remote.ts'
import { Failure } from '../../shell/failure.tsx'
import { mayAct } from './bill-actions.tsx'

const load = (stop: AbortSignal) => get<Page<UnmatchedNotice>>('/payment-notices?state=open&limit=20', stop)

/** Money that fits nothing, with the reason; a cashier assigns it to a bill or sends it back. */
export function UnmatchedList({ session, onChange }: { session: Session; onChange: () => void }) {
  const { t, formats } = useLanguage()
  const notices = useRemote(load)
  const [bill, setBill] = useState<Record<string, string>>({})
  const [failure, setFailure] = useState<Error>()
  const act = useCallback(
    async (path: string, body: object) => {
      setFailure(undefined)
      try {
        await post(`/payment-notices/${path}`, body)
        notices.reload()
        onChange()
      } catch (error) {
        setFailure(error as Error)
      }
    },
    [notices.reload, onChange],
  )
  if (notices.state === 'failed') return <Failure error={notices.error} retry={notices.reload} />
  const items = notices.value?.items ?? []
  if (items.length === 0) return null
  return (
    <section className="unmatched" aria-label={t('bills.unmatched')} data-testid="unmatched">
      <h3>
        {t('bills.unmatched')} <span className="count figures">{items.length}</span>
      </h3>
      <ul className="figures">
        {items.map((notice) => (
          <li key={notice.id}>
            <strong>{formats.money(notice.amountFen)}</strong> {notice.provider}{' '}
            <span className="soft">
              {notice.field}: {notice.reason}
            </span>
            {mayAct(session) && notice.amountFen > 0 && (
              <span className="unmatched-actions">
                <Input
                  size="small"
                  value={bill[notice.id] ?? ''}
                  placeholder={t('bills.billId')}
                  aria-label={t('bills.billId')}
                  onChange={({ target }) => setBill((now) => ({ ...now, [notice.id]: target.value }))}
                />
                <Button
                  size="small"
                  disabled={!bill[notice.id]}
                  onClick={() => void act(`${notice.id}/assign`, { bill: bill[notice.id], why: t('bills.assigned') })}
                >
                  {t('bills.assign')}
                </Button>
                <Button size="small" onClick={() => void act(`${notice.id}/refund`, { why: t('bills.sentBack') })}>
                  {t('bills.sendBack')}
                </Button>
              </span>
            )}
          </li>
        ))}
      </ul>
      {failure && <Failure error={failure} />}
    </section>
  )
}
