import type {
  Advice,
  CityOverview,
  DetectorReading,
  Dispatch,
  JunctionTable,
  PageConfiguration,
  Place,
  Position,
  StreamTopic,
  Unit,
} from '@clearway/contracts'
import type { PickingInfo } from '@deck.gl/core'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { type OpenFeed, useTopic } from '../feed/use-feed.ts'
import { useLanguage } from '../language/use-language.ts'
import { useAppearance } from '../look/appearance.ts'
import { boundsOf, coreOf } from '../map/bounds.ts'
import { CityMap, type Scene } from '../map/city-map.tsx'
import { Glide } from '../map/glide.ts'
import { adviceLayer } from '../map/layers/advice-layer.ts'
import { corridorPaths, corridorRings } from '../map/layers/corridor-layers.ts'
import { detectorLayer } from '../map/layers/detector-layer.ts'
import { endLayers, placeLayers } from '../map/layers/place-layers.ts'
import { type Disruption, disruptionLayers, type SlowRoad, slowRoadLayer } from '../map/layers/road-layers.ts'
import { signalHeads, signalLayers } from '../map/layers/signal-layers.ts'
import { unitLayers } from '../map/layers/unit-layers.ts'
import type { MapEngine, Padding } from '../map/map-engine.ts'
import { openDisruptions } from './disruptions.ts'
import type { Target } from './draft.ts'
import { type LayerChoice, LayerChoices } from './layer-choices.tsx'
import { SignalLegend } from './signal-legend.tsx'
import { useSlowRoads } from './use-slow-roads.ts'

export interface DispatchMapProps {
  city: CityOverview
  configuration: PageConfiguration
  feed: OpenFeed
  junctions: readonly JunctionTable[]
  /** The plan or mission whose way is drawn. */
  dispatch: Dispatch | undefined
  ends: { origin: Position | undefined; destination: Position | undefined }
  disruptions: readonly Disruption[]
  picking: boolean
  onPick: (target: Target) => void
  selection: { unit?: string; junction?: string }
  onSelect: (selection: { unit?: string; junction?: string }) => void
  following: boolean
  onFollowing: (following: boolean) => void
}

const topics: readonly StreamTopic[] = ['signals', 'units', 'detectors', 'disruptions', 'advice']
const padding: Padding = { top: 60, right: 60, bottom: 60, left: 60 }
/** The pin at the end of a way stands clear of the panels and buttons on the map's edges. */
const wayPadding: Padding = { ...padding, top: 110, right: 90 }
const noCorridor: ReadonlySet<string> = new Set()

/** Default export, so that it can be loaded late. */
export default function DispatchMap(props: DispatchMapProps) {
  const { city, configuration, feed, junctions, dispatch, ends, picking, onPick, selection, onSelect } = props
  const { following, onFollowing, disruptions } = props
  const { t, text, formats } = useLanguage()
  const appearance = useAppearance()
  const engine = useRef<MapEngine | undefined>(undefined)
  const [glide] = useState(() => new Glide())
  const [layers, setLayers] = useState<LayerChoice>({ signals: true, detectors: false, roads: true, places: true })
  const slowRoads = useSlowRoads(layers.roads)
  const open = useMemo(() => openDisruptions(disruptions), [disruptions])
  const heads = useMemo(() => signalHeads(junctions), [junctions])
  const { store } = feed
  const told = useTopic(store, 'advice')
  const advice = useMemo(() => told.filter(({ state }) => state === 'in-force'), [told])
  const stale = feed.state !== 'live'
  const corridor = useMemo(
    () => (dispatch ? new Set(dispatch.junctions.map(({ junction }) => junction)) : noCorridor),
    [dispatch],
  )
  const [home, bounds] = useMemo(() => {
    const positions = junctions.map(({ position }) => position)
    return [coreOf(positions) ?? city.bounds, boundsOf(positions) ?? city.bounds] as const
  }, [junctions, city])

  const describe = useCallback(
    ({ object, layer }: PickingInfo): string | null => {
      if (!object) return null
      switch (layer?.id) {
        case 'junctions': {
          const { id, name } = object as JunctionTable
          const mode = store.find('signals', id)?.mode
          return `${text(name) || id}${mode === 'preempted' ? `\n${t('mode.preempted')}` : ''}`
        }
        case 'units': {
          const { unit } = object as { unit: Unit }
          return `${text(unit.name) || unit.id}\n${t(`unit.${unit.state}`)}`
        }
        case 'places': {
          const place = object as Place
          return `${text(place.name)}\n${t(`layer.${place.kind}`)}`
        }
        case 'detectors': {
          const { flowVehPerH, speedMps } = object as DetectorReading
          const speed = speedMps === undefined ? '–' : formats.integer(speedMps * 3.6)
          return t('layer.flow', { flow: formats.integer(flowVehPerH), speed })
        }
        case 'slow-roads': {
          const { street, speedMps, ratio } = (object as SlowRoad).properties
          const figures = { speed: formats.integer(speedMps * 3.6), share: formats.percent(ratio) }
          return `${street}\n${t('layer.slow', figures)}`.trim()
        }
        case 'advice': {
          const { streets, from, until } = object as Advice
          const [begin, end] = [from, until].map((at) => formats.clockSeconds(Date.parse(at)))
          return `${streets.join(', ')}\n${t('layer.advice', { begin, end })}`.trim()
        }
        case 'disruptions': {
          const { disruption } = object as { disruption: Disruption }
          return `${disruption.streets.join(', ')}\n${t(`road.type.${disruption.type}`)}`.trim()
        }
        default:
          return null
      }
    },
    [store, t, text, formats],
  )

  const scene = useMemo<Scene>(() => {
    const unitNameOf = (unit: Unit) => text(unit.name) || unit.id
    const placeName = (place: Place) => text(place.name)
    return {
      layers: ({ zoom, nowMs }) => {
        const units = store.items('units')
        for (const { id, position } of units) if (position) glide.report(id, position, nowMs)
        return [
          ...(layers.roads ? [adviceLayer(advice, appearance), slowRoadLayer(slowRoads, appearance)] : []),
          ...disruptionLayers(open, appearance),
          ...(layers.detectors
            ? [detectorLayer(store.items('detectors'), store.version('detectors'), appearance, zoom)]
            : []),
          ...(dispatch ? corridorPaths(dispatch, appearance) : []),
          ...(layers.signals || corridor.size > 0
            ? signalLayers({
                junctions,
                heads,
                signal: (junction) => store.find('signals', junction),
                version: store.version('signals'),
                corridor,
                selected: selection.junction,
                appearance,
                stale,
                zoom,
              })
            : []),
          ...(dispatch ? corridorRings(dispatch, appearance, zoom) : []),
          ...(layers.places ? placeLayers({ places: city.places, name: placeName, appearance, zoom }) : []),
          ...endLayers(ends),
          ...unitLayers({
            units,
            at: (unit) => glide.at(unit, nowMs),
            name: unitNameOf,
            selected: selection.unit,
            appearance,
            zoom,
          }),
        ]
      },
      moving: (nowMs) => glide.moving(nowMs),
      describe,
      onClick: ({ object, layer, coordinate }) => {
        if (layer?.id === 'places' && object) return onPick({ place: object as Place })
        if (picking && coordinate) {
          const [lon, lat] = coordinate as [number, number]
          return onPick({ point: { lon, lat } })
        }
        if (layer?.id === 'junctions' && object) return onSelect({ junction: (object as JunctionTable).id })
        if (layer?.id === 'units' && object) return onSelect({ unit: (object as { unit: Unit }).unit.id })
      },
    }
  }, [
    store,
    glide,
    layers,
    slowRoads,
    advice,
    open,
    junctions,
    heads,
    dispatch,
    corridor,
    selection,
    appearance,
    stale,
    city,
    ends,
    picking,
    onPick,
    onSelect,
    describe,
    text,
  ])

  // The camera shows a new way whole, then goes with the vehicle if it is followed.
  const way = dispatch?.id
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per dispatch, not with each of its reports
  const showWay = useCallback(() => {
    if (!dispatch) return
    const points = dispatch.route.geometry.coordinates.map(([lon, lat]) => ({ lon: lon ?? 0, lat: lat ?? 0 }))
    const box = boundsOf(points)
    if (box) engine.current?.fit(box, wayPadding, 700)
  }, [way])
  useEffect(showWay, [showWay])
  useEffect(() => {
    if (!following || !dispatch?.vehicle) return
    const { vehicle } = dispatch
    const go = () => {
      const position = store.find('units', vehicle)?.position
      const map = engine.current
      if (position && map)
        map.look({ centre: position, zoom: Math.max(15, map.zoom()), durationMs: 1_000, evenly: true })
    }
    go()
    return store.subscribe('units', go)
  }, [following, dispatch?.vehicle, store, dispatch])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the camera goes there when it is chosen
  useEffect(() => {
    const unit = selection.unit === undefined ? undefined : store.find('units', selection.unit)
    const junction = junctions.find(({ id }) => id === selection.junction)
    const centre = unit?.position ?? junction?.position
    if (!centre) return
    onFollowing(false)
    engine.current?.look({ centre, zoom: Math.max(junction ? 16 : 14.5, engine.current.zoom()), durationMs: 700 })
  }, [selection])

  if (junctions.length === 0 && store.receivedMs('units') === undefined) {
    return <p className="page-note">{t('map.loading')}</p>
  }
  return (
    <CityMap
      city={city}
      configuration={configuration}
      store={store}
      topics={topics}
      scene={scene}
      home={home}
      bounds={bounds}
      padding={padding}
      engineRef={engine}
      onReady={showWay}
      cursor={picking ? 'crosshair' : undefined}
    >
      <LayerChoices layers={layers} onChange={setLayers} />
      <SignalLegend advice={layers.roads && advice.length > 0} appearance={appearance} />
      {picking && <p className="pick-hint">{t('dispatch.picking')}</p>}
    </CityMap>
  )
}
