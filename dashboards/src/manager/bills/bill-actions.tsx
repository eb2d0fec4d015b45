import type { Bill, Payment, Session } from '@clearway/contracts'
import { Button, Input, InputNumber } from 'antd'
import { useState } from 'react'
import { useLanguage } from '../../language/use-language.ts'
import { post } from '../../server/requests.ts'
import { Failure } from '../../shell/failure.tsx'

type Action = 'cash' | 'link' | 'refund' | 'dispute' | 'reject' | 'grant' | 'writeOff'

const actors = ['admin', 'manager', 'cashier']
export const mayAct = ({ roles }: Session): boolean => roles.some((role) => actors.includes(role))

/** What is possible with a bill as it is. */
function actionsOf({ phase, owedFen, paidFen, creditFen }: Bill): Action[] {
  const owed = ['issued', 'overdue', 'collection', 'disputed'].includes(phase) && owedFen > 0
  return [
    ...(owed || phase === 'written-off' ? (['cash'] as const) : []),
    ...(owed ? (['link'] as const) : []),
    ...(paidFen + creditFen > 0 ? (['refund'] as const) : []),
    ...(['issued', 'overdue', 'collection', 'paid'].includes(phase) ? (['dispute'] as const) : []),
    ...(phase === 'disputed' ? (['reject', 'grant'] as const) : []),
    ...(owed ? (['writeOff'] as const) : []),
  ]
}

const takesAmount: readonly Action[] = ['cash', 'refund', 'grant']
const takesWhy: readonly Action[] = ['refund', 'dispute', 'reject', 'grant', 'writeOff']

async function act(
  action: Action,
  { id }: Bill,
  amountFen: number | undefined,
  why: string,
): Promise<string | undefined> {
  const amount = amountFen === undefined ? {} : { amountFen }
  // A double click, or an answer that was lost, must not take money twice: the key is made once for each form.
  switch (action) {
    case 'cash':
      await post(`/bills/${id}/payments`, amount)
      return undefined
    case 'link':
      return (await post<Payment>(`/bills/${id}/payments`, { provider: 'sandbox' })).payUrl
    case 'refund':
      await post(`/bills/${id}/refunds`, { ...amount, why })
      return undefined
    case 'dispute':
      await post(`/bills/${id}/disputes`, { reason: why })
      return undefined
    case 'writeOff':
      await post(`/bills/${id}/write-off`, { why })
      return undefined
    default:
      await post(`/bills/${id}/decision`, { outcome: action, why, ...(action === 'grant' ? amount : {}) })
      return undefined
  }
}

/** Buttons for those who may, and the form of the action that was chosen. */
export function BillActions({ bill, session, onDone }: { bill: Bill; session: Session; onDone: () => void }) {
  const { t } = useLanguage()
  const [chosen, setChosen] = useState<Action>()
  const [yuan, setYuan] = useState<number | null>(null)
  const [why, setWhy] = useState('')
  const [running, setRunning] = useState(false)
  const [failure, setFailure] = useState<Error>()
  const [link, setLink] = useState<string>()
  if (!mayAct(session)) return null
  const run = async (action: Action) => {
    setRunning(true)
    setFailure(undefined)
    try {
      setLink(await act(action, bill, yuan === null ? undefined : Math.round(yuan * 100), why))
      setChosen(undefined)
      setYuan(null)
      setWhy('')
      onDone()
    } catch (error) {
      setFailure(error as Error)
    } finally {
      setRunning(false)
    }
  }
  return (
    <div className="bill-actions">
      <p className="tags">
        {actionsOf(bill).map((action) => (
          <Button
            key={action}
            size="small"
            type={action === chosen ? 'primary' : 'default'}
            disabled={running}
            onClick={() => (action === 'link' ? void run(action) : setChosen(action))}
            data-testid={`bill-${action}`}
          >
            {t(`billAction.${action}`)}
          </Button>
        ))}
      </p>
      {chosen && (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void run(chosen)
          }}
        >
          {takesAmount.includes(chosen) && (
            <InputNumber
              min={0.01}
              precision={2}
              prefix="¥"
              value={yuan}
              onChange={setYuan}
              placeholder={t('bills.whole')}
              aria-label={t('bills.amount')}
            />
          )}
          {takesWhy.includes(chosen) && (
            <Input
              value={why}
              minLength={3}
              required
              maxLength={500}
              onChange={({ target }) => setWhy(target.value)}
              placeholder={t('bills.why')}
              aria-label={t('bills.why')}
            />
          )}
          <Button type="primary" htmlType="submit" loading={running} data-testid="bill-confirm">
            {t(`billAction.${chosen}`)}
          </Button>
        </form>
      )}
      {link && (
        <p>
          <a href={link} target="_blank" rel="noreferrer" data-testid="pay-link">
            {t('bills.payLink')}
          </a>
        </p>
      )}
      {failure && <Failure error={failure} />}
    </div>
  )
}
