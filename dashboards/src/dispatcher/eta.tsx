import type { Dispatch } from '@clearway/contracts'
import { useLanguage } from '../language/use-language.ts'

/** Arrival with and without priority, and what lies between. */
export function Eta({ dispatch, nowMs }: { dispatch: Dispatch; nowMs: number }) {
  const { t, formats } = useLanguage()
  const etaMs = Date.parse(dispatch.etaAt)
  const withoutMs = Date.parse(dispatch.etaWithoutPriorityAt)
  const savedS = (withoutMs - etaMs) / 1000
  return (
    <dl className="eta figures">
      <div>
        <dt>{t('dispatch.eta')}</dt>
        <dd data-testid="eta">
          <strong>{formats.clockSeconds(etaMs)}</strong>
          {etaMs > nowMs && (dispatch.state === 'planned' || dispatch.state === 'active') && (
            <span className="eta-note">{formats.span((etaMs - nowMs) / 1000)}</span>
          )}
        </dd>
      </div>
      <div>
        <dt>{t('mission.withoutPriority')}</dt>
        <dd data-testid="eta-without">
          {formats.clockSeconds(withoutMs)}
          {savedS >= 1 && <span className="eta-note saved">{t('dispatch.saved', { time: formats.span(savedS) })}</span>}
        </dd>
      </div>
    </dl>
  )
}
