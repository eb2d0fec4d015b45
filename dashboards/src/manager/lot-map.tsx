import type { CityOverview, Lot, PageConfiguration, StreamTopic } from '@clearway/contracts'
import { Segmented } from 'antd'
import { useCallback, useEffect, useMemo, useRef } from 'react'
import type { OpenFeed } from '../feed/use-feed.ts'
import { useLanguage } from '../language/use-language.ts'
import { useAppearance } from '../look/appearance.ts'
import { boundsOf, coreOf } from '../map/bounds.ts'
import { CityMap, type Scene } from '../map/city-map.tsx'
import { type LotView, lotLayers } from '../map/layers/lot-layers.ts'
import type { MapEngine, Padding } from '../map/map-engine.ts'
import { LotLegend } from './lot-legend.tsx'
import type { LotRow } from './lot-rows.ts'
import type { ManagerAddress } from './manager-address.ts'
import type { RevenueToday } from './use-revenue-today.ts'

export interface LotMapProps {
  city: CityOverview
  configuration: PageConfiguration
  feed: OpenFeed
  /** The rows of the table: what is filtered there is filtered here. */
  rows: readonly LotRow[]
  revenue: RevenueToday | null
  address: ManagerAddress
  change: (part: Partial<ManagerAddress>) => void
}

/** The scene is made anew with the rows, so the map need not listen to the feed as well. */
const topics: readonly StreamTopic[] = []
const padding: Padding = { top: 70, right: 60, bottom: 60, left: 60 }
/** On a wide screen the panel of a lot covers the right of the map, elsewhere it lies below. */
const wide = '(min-width: 901px)'
const besidePanel = [-200, 0] as const
const views: LotView[] = ['occupancy', 'revenue', 'turnover']

/** Default export, so that it can be loaded late. */
export default function LotMap({ city, configuration, feed, rows, revenue, address, change }: LotMapProps) {
  const { t, text, formats } = useLanguage()
  const appearance = useAppearance()
  const engine = useRef<MapEngine | undefined>(undefined)
  const { view, lot: selected } = address
  const stale = feed.state !== 'live'
  const lots = useMemo(() => rows.map(({ lot }) => lot), [rows])
  // All lots, whatever is filtered; once they are known, they stand where they stand.
  const known = feed.store.receivedMs('lots') !== undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store fills without React, `known` says when
  const [home, bounds] = useMemo(() => {
    const positions = feed.store.items('lots').map(({ position }) => position)
    return [coreOf(positions) ?? city.bounds, boundsOf(positions) ?? city.bounds] as const
  }, [feed.store, city, known])

  const describe = useCallback(
    (lot: Lot): string => {
      const revenueFen = revenue?.byLot.get(lot.id)
      return [
        text(lot.name) || lot.id,
        `${t('lots.vacant')} ${formats.integer(lot.vacant)} / ${formats.integer(lot.capacity)} · ${t('lots.occupancy')} ${formats.percent(lot.occupied / lot.capacity)}`,
        `${t('lots.turnover')} ${formats.turnover(lot.turnoverToday)}${revenueFen === undefined ? '' : ` · ${formats.wholeMoney(revenueFen)}`}`,
        ...(lot.quality === 'good' ? [] : [t(`quality.${lot.quality}`)]),
      ].join('\n')
    },
    [t, text, formats, revenue],
  )
  const scene = useMemo<Scene>(
    () => ({
      layers: ({ zoom }) =>
        lotLayers({
          lots,
          view,
          selected,
          appearance,
          stale,
          zoom,
          revenueFen: (lot) => revenue?.byLot.get(lot) ?? 0,
        }),
      describe: ({ object, layer }) => (layer?.id === 'lots' && object ? describe(object as Lot) : null),
      onClick: ({ object, layer }) => {
        if (layer?.id === 'lots' && object) change({ lot: (object as Lot).id })
      },
    }),
    [lots, view, selected, appearance, stale, revenue, describe, change],
  )

  const point = useCallback(() => {
    const lot = selected === undefined ? undefined : feed.store.find('lots', selected)
    engine.current?.look({
      pitchDeg: view === 'occupancy' ? 0 : 50,
      ...(lot && {
        centre: lot.position,
        zoom: Math.max(14.2, engine.current?.zoom() ?? 0),
        offset: matchMedia(wide).matches ? besidePanel : [0, 0],
      }),
      durationMs: 700,
    })
  }, [selected, view, feed.store])
  useEffect(point, [point])

  if (!known) return <p className="page-note">{t('map.loading')}</p>
  return (
    <CityMap
      city={city}
      configuration={configuration}
      store={feed.store}
      topics={topics}
      scene={scene}
      home={home}
      bounds={bounds}
      padding={padding}
      engineRef={engine}
      onReady={point}
    >
      <div className="map-view">
        <Segmented
          aria-label={t('view.label')}
          value={view}
          onChange={(next) => change({ view: next })}
          options={views.map((value) => ({ value, label: t(`view.${value}`) }))}
        />
      </div>
      <LotLegend view={view} />
    </CityMap>
  )
}
