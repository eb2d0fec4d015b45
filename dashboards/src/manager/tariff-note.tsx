import type { Quote, Tariff } from '@clearway/contracts'
import { useCallback, useState } from 'react'
import { useLanguage } from '../language/use-language.ts'
import { get, post } from '../server/requests.ts'
import { useRemote } from '../server/use-remote.ts'
import { Failure } from '../shell/failure.tsx'
import { PriceLines } from './price-lines.tsx'
import { tariffParts } from './tariff-parts.ts'

/** Stays that one may ask the price of, minutes. */
const lengths = [30, 60, 120, 240, 480, 1440]
const minuteMs = 60_000

/** What parking costs here, in one sentence, and what a stay of some length from now on would cost, line by line. */
export function TariffNote({ lot, tariff }: { lot: string; tariff: string }) {
  const { t, text, formats } = useLanguage()
  const load = useCallback((stop: AbortSignal) => get<Tariff>(`/tariffs/${tariff}`, stop), [tariff])
  const loaded = useRemote(load)
  if (loaded.state === 'failed') return <Failure error={loaded.error} retry={loaded.reload} />
  if (loaded.state === 'loading') return null
  const { document, version } = loaded.value
  return (
    <div className="tariff-note" data-testid="tariff-note">
      <strong>
        {t('detail.tariff')} · {text(document.name)}
      </strong>
      <span>{tariffParts(document, t, text, formats.money).join(' · ')}</span>
      <StayPrice key={`${lot}-${version}`} lot={lot} />
    </div>
  )
}

function StayPrice({ lot }: { lot: string }) {
  const { t, formats } = useLanguage()
  const [minutes, setMinutes] = useState(120)
  const load = useCallback(() => {
    const now = Date.now()
    return post<Quote>('/quotes', {
      lot,
      vehicleClass: 'small',
      plateColour: 'blue',
      enteredAt: new Date(now).toISOString(),
      leftAt: new Date(now + minutes * minuteMs).toISOString(),
    })
  }, [lot, minutes])
  const quote = useRemote(load)
  return (
    <div className="bill" data-testid="stay-price">
      <label>
        {t('detail.quote')}{' '}
        <select value={minutes} onChange={({ target }) => setMinutes(Number(target.value))}>
          {lengths.map((length) => (
            <option key={length} value={length}>
              {length} min
            </option>
          ))}
        </select>{' '}
        {quote.state === 'ready' && <strong>{formats.money(quote.value.amountFen)}</strong>}
      </label>
      {quote.state === 'failed' && <Failure error={quote.error} retry={quote.reload} />}
      {quote.state === 'ready' && <PriceLines lines={quote.value.lines} />}
    </div>
  )
}
