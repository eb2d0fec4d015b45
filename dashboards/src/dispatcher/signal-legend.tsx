import { useLanguage } from '../language/use-language.ts'
import { SignalShape } from '../look/signal-shape.tsx'

const colours = ['green', 'amber', 'red', 'dark'] as const

export function SignalLegend() {
  const { t } = useLanguage()
  return (
    <aside className="legend" aria-label={t('map.legend')}>
      {colours.map((colour) => (
        <div key={colour} className="legend-row">
          <SignalShape colour={colour} />
          {t(`signal.${colour}`)}
        </div>
      ))}
      <div>{t('map.fromAfar')}</div>
    </aside>
  )
}
