import type { Tariff } from '@clearway/contracts'
import { useCallback } from 'react'
import { useLanguage } from '../language/use-language.ts'
import { get } from '../server/requests.ts'
import { useRemote } from '../server/use-remote.ts'
import { Failure } from '../shell/failure.tsx'

/** What parking costs here, in one sentence. */
export function TariffNote({ tariff }: { tariff: string }) {
  const { t, text, formats } = useLanguage()
  const load = useCallback((stop: AbortSignal) => get<Tariff>(`/tariffs/${tariff}`, stop), [tariff])
  const loaded = useRemote(load)
  if (loaded.state === 'failed') return <Failure error={loaded.error} retry={loaded.reload} />
  if (loaded.state === 'loading') return null
  const { name, free, first, further, capPer24hFen } = loaded.value.document
  const parts = [
    ...(free.withinMin > 0 ? [t('detail.free', { minutes: free.withinMin })] : []),
    t('detail.first', { minutes: first.untilMin, amount: formats.money(first.amountFen) }),
    t('detail.further', { minutes: further.everyMin, amount: formats.money(further.amountFen) }),
    ...(capPer24hFen === null ? [] : [t('detail.cap', { amount: formats.money(capPer24hFen) })]),
  ]
  return (
    <p className="tariff-note">
      <strong>
        {t('detail.tariff')} · {text(name)}
      </strong>
      <span>{parts.join(' · ')}</span>
    </p>
  )
}
