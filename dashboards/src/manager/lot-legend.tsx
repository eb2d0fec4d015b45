import { useLanguage } from '../language/use-language.ts'
import { useAppearance } from '../look/appearance.ts'
import { occupancyRamp, unknownColour } from '../look/palette.ts'
import type { LotView } from '../map/layers/lot-layers.ts'

export function LotLegend({ view }: { view: LotView }) {
  const { t, formats } = useLanguage()
  const appearance = useAppearance()
  const ramp = `linear-gradient(to right, ${occupancyRamp[appearance].join(', ')})`
  return (
    <aside className="legend" aria-label={t('map.legend')}>
      <div>
        {t('lots.occupancy')}
        <div className="legend-row figures">
          {formats.percent(0)}
          <span className="legend-ramp" style={{ background: ramp }} />
          {formats.percent(1)}
        </div>
      </div>
      <div className="legend-row">
        <span className="legend-stale" style={{ borderColor: unknownColour[appearance] }} />
        {t('lots.stale')}
      </div>
      <div>{view === 'occupancy' ? t('view.size') : t('view.height', { what: t(`view.${view}`) })}</div>
    </aside>
  )
}
