import type { Dispatch, Place, Unit } from '@clearway/contracts'
import { useLanguage } from '../language/use-language.ts'
import { useNow } from '../shell/use-now.ts'
import { Eta } from './eta.tsx'
import { targetName, unitName } from './names.ts'
import { reasonText } from './reason.ts'
import { RouteDetails } from './route-details.tsx'

export interface PlanPanelProps {
  plan: Dispatch
  units: readonly Unit[]
  places: readonly Place[]
  onDiscard: () => void
  onJunction: (junction: string) => void
}

/** A way no longer than this is none: the unit stands at its destination. */
const besideM = 30

/** What would happen: the way, the times, and every signal that would be asked. */
export function PlanPanel({ plan, units, places, onDiscard, onJunction }: PlanPanelProps) {
  const { t, text, formats } = useLanguage()
  const nowMs = useNow()
  return (
    <section className="mission panel" aria-label={t('dispatch.plan')} data-testid="plan-panel">
      <header className="mission-head">
        <h2 className="panel-title">{t('dispatch.plan')}</h2>
        <button type="button" className="plain-button" onClick={onDiscard} data-testid="discard-plan">
          {t('dispatch.discard')}
        </button>
        <p>
          {t('dispatch.planFrom', {
            unit: plan.vehicle === null ? targetName(plan.origin, places, text) : unitName(plan.vehicle, units, text),
            destination: targetName(plan.destination, places, text),
          })}
        </p>
      </header>
      <Eta dispatch={plan} nowMs={nowMs} />
      <p className="soft">
        {formats.distance(plan.route.distanceM)} · {t('dispatch.signals', { count: plan.junctions.length })}
      </p>
      {plan.route.distanceM < besideM && <p role="status">{t('dispatch.alreadyThere')}</p>}
      {plan.alternatives.length > 0 && (
        <ul
          className="alternatives soft figures"
          aria-label={t('dispatch.alternatives', { count: plan.alternatives.length })}
        >
          {plan.alternatives.map(({ durationS, distanceM }, n) => (
            <li key={`${durationS}-${distanceM}`}>
              {t('dispatch.alternative', {
                n: n + 1,
                time: formats.span(durationS),
                distance: formats.distance(distanceM),
              })}
            </li>
          ))}
        </ul>
      )}
      <RouteDetails route={plan.route} />
      <ol className="mission-junctions">
        {plan.junctions.map((junction, n) => (
          <li key={junction.junction} data-testid="plan-junction" data-promised={junction.greenPromised}>
            <button type="button" className="junction-row" onClick={() => onJunction(junction.junction)}>
              <span className="junction-number figures">{n + 1}</span>
              <span className="junction-name">{text(junction.name) || junction.junction}</span>
              <span className="junction-promise" data-promised={junction.greenPromised}>
                {junction.greenPromised
                  ? t('dispatch.promised')
                  : t('dispatch.delay', { seconds: formats.integer(junction.expectedDelayS ?? 0) })}
              </span>
              <span className="junction-time soft figures">
                {formats.clockSeconds(Date.parse(junction.arrivalAt))} ·{' '}
                {t('dispatch.requestAt', { time: formats.clockSeconds(Date.parse(junction.requestAt)) })}
                {junction.reason && ` ${t('mission.reason', { reason: reasonText(junction.reason, t) })}`}
              </span>
            </button>
          </li>
        ))}
      </ol>
      <p className="soft method">{t('dispatch.method')}</p>
    </section>
  )
}
