import type { RefObject } from 'react'
import { useLanguage } from '../language/use-language.ts'
import { Icon } from '../look/icon.tsx'
import type { Bounds, MapEngine, Padding } from './map-engine.ts'

/** Zoom and "show everything", for those without a wheel or two fingers. */
export function MapControls(props: { engine: RefObject<MapEngine | undefined>; bounds: Bounds; padding: Padding }) {
  const { engine, bounds, padding } = props
  const { t } = useLanguage()
  const zoomBy = (step: number) => {
    const map = engine.current
    map?.look({ zoom: map.zoom() + step, durationMs: 250 })
  }
  return (
    <div className="map-controls">
      <button type="button" title={t('map.zoomIn')} aria-label={t('map.zoomIn')} onClick={() => zoomBy(1)}>
        <Icon name="plus" />
      </button>
      <button type="button" title={t('map.zoomOut')} aria-label={t('map.zoomOut')} onClick={() => zoomBy(-1)}>
        <Icon name="minus" />
      </button>
      <button
        type="button"
        title={t('map.fit')}
        aria-label={t('map.fit')}
        onClick={() => engine.current?.fit(bounds, padding, 600)}
      >
        <Icon name="fit" />
      </button>
    </div>
  )
}
