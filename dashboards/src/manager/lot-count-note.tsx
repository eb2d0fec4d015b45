import type { CountCorrection, Lot, Page } from '@clearway/contracts'
import { type FormEvent, useCallback, useState } from 'react'
import { useLanguage } from '../language/use-language.ts'
import { get, post } from '../server/requests.ts'
import { useRemote } from '../server/use-remote.ts'
import { Failure } from '../shell/failure.tsx'

const shown = 5

/** What is known of the number of vehicles in a lot, what corrected it last, what to see to, and a count by hand. */
export function LotCountNote({ lot }: { lot: Lot }) {
  const { t, text, formats } = useLanguage()
  const { counted, corrected, low, high } = lot.count
  const load = useCallback(
    (stop: AbortSignal) => get<Page<CountCorrection>>(`/lots/${lot.id}/corrections?limit=${shown}`, stop),
    [lot.id],
  )
  const corrections = useRemote(load)
  return (
    <section className="lot-count" aria-label={t('count.label')} data-testid="lot-count">
      {lot.alarms.map((alarm) => (
        <p key={`${alarm.reason} ${alarm.device ?? ''}`} className="lot-alarm" role="alert" data-reason={alarm.reason}>
          {text(alarm.text)}
        </p>
      ))}
      <p className="figures">
        {t('count.inside', { corrected: formats.integer(corrected), low, high })}{' '}
        <span className="soft">{t('count.counted', { counted: formats.integer(counted) })}</span>
      </p>
      <details>
        <summary>{t('count.corrections')}</summary>
        {corrections.state === 'failed' && <Failure error={corrections.error} retry={corrections.reload} />}
        {corrections.value?.items.length === 0 && <p className="soft">{t('count.none')}</p>}
        <ul className="figures">
          {corrections.value?.items.map(({ sequence, at, before, after, reason, who }) => (
            <li key={sequence} data-testid="count-correction" data-reason={reason}>
              <span className="soft">{formats.dateClock(Date.parse(at))}</span> {before} → {after}{' '}
              {t(`count.reason.${reason}`)} {reason === 'manual' && <span className="soft">{who}</span>}
            </li>
          ))}
        </ul>
      </details>
      <ManualCount lot={lot} onCounted={corrections.reload} />
    </section>
  )
}

function ManualCount({ lot, onCounted }: { lot: Lot; onCounted: () => void }) {
  const { t } = useLanguage()
  const [vehicles, setVehicles] = useState('')
  const [sending, setSending] = useState(false)
  const [error, setError] = useState<Error>()
  const send = (event: FormEvent) => {
    event.preventDefault()
    setSending(true)
    setError(undefined)
    post<Lot>(`/lots/${lot.id}/count`, { occupied: Number(vehicles) })
      .then(() => {
        setVehicles('')
        onCounted()
      }, setError)
      .finally(() => setSending(false))
  }
  return (
    <form className="manual-count" onSubmit={send}>
      <label>
        {t('count.manual')}{' '}
        <input
          type="number"
          required
          min={0}
          max={lot.capacity + (lot.overflow ?? 0)}
          step={1}
          value={vehicles}
          onChange={({ target }) => setVehicles(target.value)}
          data-testid="manual-count"
        />
      </label>
      <button type="submit" className="plain-button" disabled={sending || vehicles === ''}>
        {t('count.send')}
      </button>
      {error && <Failure error={error} />}
    </form>
  )
}
