import type { LotForecast, LotMetrics, Role } from '@clearway/contracts'
import { Segmented } from 'antd'
import { lazy, Suspense, useCallback, useEffect, useRef } from 'react'
import { useLanguage } from '../language/use-language.ts'
import { Icon } from '../look/icon.tsx'
import { get } from '../server/requests.ts'
import { useRemote } from '../server/use-remote.ts'
import { Failure } from '../shell/failure.tsx'
import { ForecastNote } from './forecast-note.tsx'
import { LotCountNote } from './lot-count-note.tsx'
import { LotFigures } from './lot-figures.tsx'
import { LotReservations } from './lot-reservations.tsx'
import type { LotRow } from './lot-rows.ts'
import { OccupancyBar } from './occupancy-bar.tsx'
import { metricsQuery, type Period, periods } from './period.ts'
import { StayList } from './stay-list.tsx'
import { TariffNote } from './tariff-note.tsx'

const MetricsChart = lazy(() => import('./metrics-chart.tsx'))

export interface LotDetailProps {
  row: LotRow
  /** Of who looks: not everybody may see stays, or cancel. */
  roles: readonly Role[]
  period: Period
  onPeriod: (period: Period) => void
  onClose: () => void
}

/** One lot: now, over a period, and who came and went. */
export function LotDetail({ row, roles, period, onPeriod, onClose }: LotDetailProps) {
  const { t, formats } = useLanguage()
  const { lot, name } = row
  const has = (...wanted: Role[]) => ['admin' as const, ...wanted].some((role) => roles.includes(role))
  const panel = useRef<HTMLElement>(null)
  // Who opened the panel from the keyboard goes on reading in it.
  useEffect(() => panel.current?.focus({ preventScroll: true }), [])
  const load = useCallback(
    (stop: AbortSignal) =>
      get<{ items: LotMetrics[] }>(`/lots/${lot.id}/metrics?${metricsQuery(period, Date.now())}`, stop),
    [lot.id, period],
  )
  const metrics = useRemote(load)
  const loadForecast = useCallback((stop: AbortSignal) => get<LotForecast>(`/lots/${lot.id}/forecast`, stop), [lot.id])
  const forecast = useRemote(period === 'day' ? loadForecast : null)
  return (
    <aside
      ref={panel}
      className="lot-detail panel"
      aria-label={t('detail.label', { name })}
      tabIndex={-1}
      onKeyDown={({ key }) => key === 'Escape' && onClose()}
      data-testid="lot-detail"
      data-lot={lot.id}
    >
      <header>
        <h2>{name}</h2>
        <button
          type="button"
          className="icon-button"
          title={t('detail.close')}
          aria-label={t('detail.close')}
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
        <p className="tags">
          <span className="tag">{t(`kind.${lot.kind}`)}</span>
          {lot.quality !== 'good' && <span className="tag tag-warn">{t(`quality.${lot.quality}`)}</span>}
          <span className="soft">
            {t('lots.updated')} {formats.clockSeconds(Date.parse(lot.updatedAt))}
          </span>
        </p>
      </header>
      <div className="lot-now">
        <p className="figures">
          <strong>{formats.integer(lot.vacant)}</strong> {t('lots.vacant')}
        </p>
        <OccupancyBar row={row} />
        <p className="soft figures">
          {formats.integer(lot.occupied)} {t('detail.of', { capacity: formats.integer(lot.capacity) })}
        </p>
      </div>
      <LotCountNote key={lot.id} lot={lot} />
      <Segmented<Period>
        block
        aria-label={t('detail.period')}
        value={period}
        onChange={onPeriod}
        options={periods.map((value) => ({ value, label: t(`detail.${value}`) }))}
      />
      {metrics.state === 'failed' && <Failure error={metrics.error} retry={metrics.reload} />}
      {metrics.state === 'loading' && <div className="chart-room" aria-busy="true" />}
      {metrics.state === 'ready' &&
        (metrics.value.items.length === 0 ? (
          <p className="soft">{t('detail.noMetrics')}</p>
        ) : (
          <>
            <LotFigures metrics={metrics.value.items} />
            <Suspense fallback={<div className="chart-room" aria-busy="true" />}>
              <MetricsChart
                metrics={metrics.value.items}
                period={period}
                forecast={period === 'day' ? forecast.value : undefined}
              />
            </Suspense>
            {period === 'day' && forecast.value && <ForecastNote forecast={forecast.value} />}
          </>
        ))}
      <TariffNote lot={lot.id} tariff={lot.tariff} />
      <LotReservations lot={lot.id} mayCancel={has('manager', 'hospital')} />
      {has('manager', 'auditor') && <StayList lot={lot.id} />}
    </aside>
  )
}
