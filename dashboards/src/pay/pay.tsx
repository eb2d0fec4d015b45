import { useCallback, useEffect, useState } from 'react'
import { useLanguage } from '../language/use-language.ts'
import { get, post } from '../server/requests.ts'
import { useRemote } from '../server/use-remote.ts'
import { Failure } from '../shell/failure.tsx'

interface PayOrder {
  amountFen: number
  subject: string
  paidAt: string | null
}

/** The sandbox's own page: a driver sees his bill and pays it. No real money moves. */
export function Pay({ token }: { token: string }) {
  const { t, formats } = useLanguage()
  const path = `/pay/${encodeURIComponent(token)}`
  const load = useCallback((stop: AbortSignal) => get<PayOrder>(path, stop), [path])
  const order = useRemote(load)
  const [failure, setFailure] = useState<Error>()
  useEffect(() => {
    document.title = t('pay.title')
  }, [t])
  const pay = async () => {
    setFailure(undefined)
    try {
      await post(path)
      order.reload()
    } catch (error) {
      setFailure(error as Error)
    }
  }
  return (
    <main className="pay panel">
      <h1>{t('pay.title')}</h1>
      {order.state === 'failed' && <Failure error={order.error} retry={order.reload} />}
      {order.value && (
        <>
          <p>{order.value.subject}</p>
          <p className="pay-amount figures">{formats.money(order.value.amountFen)}</p>
          {order.value.paidAt === null ? (
            <button type="button" className="pay-button" onClick={() => void pay()} data-testid="pay">
              {t('pay.pay')}
            </button>
          ) : (
            <p data-testid="paid">{t('pay.paid')}</p>
          )}
          <p className="soft">{t('pay.sandbox')}</p>
        </>
      )}
      {failure && <Failure error={failure} />}
    </main>
  )
}
