import type { Route } from '@clearway/contracts'
import { useLanguage } from '../language/use-language.ts'
import { cautionsOf } from './route-cautions.ts'

/** What to know of a way before sending somebody along it, and what the driver does. */
export function RouteDetails({ route }: { route: Route }) {
  const { t, text, formats } = useLanguage()
  const cautions = cautionsOf(route)
  const streetName = (street: string) => street || t('route.unnamed')
  return (
    <>
      {cautions.length > 0 && (
        <ul className="route-cautions" aria-label={t('route.cautions')} data-testid="route-cautions">
          {cautions.map(({ kind, offsetM, lengthM, street, into }) => (
            <li key={`${kind}-${offsetM}`} data-testid="route-caution" data-kind={kind}>
              {t(`route.${kind}`, {
                street: streetName(street),
                into: streetName(into ?? ''),
                length: formats.distance(lengthM),
                at: formats.distance(offsetM),
              })}
            </li>
          ))}
        </ul>
      )}
      {route.steps && (
        <details className="route-steps" data-testid="route-steps">
          <summary>{t('route.steps', { count: route.steps.length })}</summary>
          <ol>
            {route.steps.map((step) => (
              <li key={step.offsetM + step.kind} className="route-step" data-testid="route-step" data-kind={step.kind}>
                <span>{text(step.text)}</span>
                <span className="soft figures">{step.kind !== 'arrive' && formats.distance(step.distanceM)}</span>
              </li>
            ))}
          </ol>
        </details>
      )}
    </>
  )
}
