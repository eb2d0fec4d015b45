import type { Bill, Page, Stay } from '@clearway/contracts'
import { useCallback, useEffect } from 'react'
import { useLanguage } from '../language/use-language.ts'
import { get } from '../server/requests.ts'
import { useRemote } from '../server/use-remote.ts'
import { Failure } from '../shell/failure.tsx'
import { BillLines } from './bill-lines.tsx'

interface StayWithBill {
  stay: Stay
  bill: Bill | undefined
}

const shown = 12
const periodMs = 15_000

async function loadStays(lot: string, stop: AbortSignal): Promise<StayWithBill[]> {
  const [stays, bills] = await Promise.all([
    get<Page<Stay>>(`/stays?lot=${lot}&limit=${shown}`, stop),
    get<Page<Bill>>(`/bills?lot=${lot}&limit=${shown * 3}`, stop),
  ])
  const byId = new Map(bills.items.map((bill) => [bill.id, bill]))
  return stays.items.map((stay) => ({ stay, bill: stay.bill === null ? undefined : byId.get(stay.bill) }))
}

/** Who came and went last, and what it cost; a bill opens to its lines. */
export function StayList({ lot }: { lot: string }) {
  const { t, formats } = useLanguage()
  const load = useCallback((stop: AbortSignal) => loadStays(lot, stop), [lot])
  const stays = useRemote(load)
  const { reload } = stays
  useEffect(() => {
    const timer = setInterval(reload, periodMs)
    return () => clearInterval(timer)
  }, [reload])
  const time = (at: string | null) => (at === null ? '–' : formats.dateClock(Date.parse(at)))
  return (
    <section className="stay-list" aria-label={t('detail.stays')}>
      <h3>{t('detail.stays')}</h3>
      {stays.state === 'failed' && <Failure error={stays.error} retry={reload} />}
      {stays.value?.length === 0 && <p className="soft">{t('detail.noStays')}</p>}
      <ul className="figures">
        {stays.value?.map(({ stay, bill }) => (
          <li key={stay.id} data-testid="stay-row" data-state={stay.state}>
            <span className="plate" data-colour={stay.plateColour}>
              {stay.plate ?? t('detail.unread')}
            </span>
            <span className="soft">
              {time(stay.enteredAt)} → {stay.leftAt === null ? t(`detail.${stay.state}`) : time(stay.leftAt)}
            </span>
            {bill ? (
              <BillLines bill={bill} />
            ) : (
              <span className="soft">{stay.state === 'open' ? '' : t(`detail.${stay.state}`)}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
