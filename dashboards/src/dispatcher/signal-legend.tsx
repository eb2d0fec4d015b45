import { useLanguage } from '../language/use-language.ts'
import { type Appearance, ground } from '../look/palette.ts'
import { SignalShape } from '../look/signal-shape.tsx'

const colours = ['green', 'amber', 'red', 'dark'] as const

/** @param advice whether roads are to be left free now */
export function SignalLegend({ advice, appearance }: { advice: boolean; appearance: Appearance }) {
  const { t } = useLanguage()
  return (
    <aside className="legend" aria-label={t('map.legend')}>
      {colours.map((colour) => (
        <div key={colour} className="legend-row">
          <SignalShape colour={colour} />
          {t(`signal.${colour}`)}
        </div>
      ))}
      {advice && (
        <div className="legend-row">
          <span className="legend-band" style={{ background: ground[appearance].advice }} />
          {t('map.leaveFree')}
        </div>
      )}
      <div>{t('map.fromAfar')}</div>
    </aside>
  )
}
