import type { CityOverview, PageConfiguration, StreamTopic } from '@clearway/contracts'
import type { Layer, PickingInfo } from '@deck.gl/core'
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react'
import type { FeedStore } from '../feed/feed-store.ts'
import { useLanguage } from '../language/use-language.ts'
import { useAppearance } from '../look/appearance.ts'
import { engineLoaders } from './engine-loaders.ts'
import { FrameGate } from './frame-gate.ts'
import { MapControls } from './map-controls.tsx'
import type { Bounds, MapEngine, Padding } from './map-engine.ts'
import { openMap } from './open-map.ts'
import { provideHook } from './test-hook.ts'

/** What is drawn over the base map. */
export interface Scene {
  /** Called at most once per frame. Layers keep their ids, so that deck.gl updates them in place. */
  layers(view: { zoom: number; nowMs: number }): Layer[]
  /** True while something glides between two positions and a further frame is worth drawing. */
  moving?(nowMs: number): boolean
  describe?(info: PickingInfo): string | null
  onClick?(info: PickingInfo): void
}

export interface CityMapProps {
  city: CityOverview
  configuration: PageConfiguration
  store: FeedStore
  /** Topics whose changes call for a frame. Must be a constant. */
  topics: readonly StreamTopic[]
  /** Memoise it: a new scene is drawn at once. */
  scene: Scene
  /** What the first picture shows. */
  home: Bounds
  /** What "show everything" shows. */
  bounds: Bounds
  padding: Padding
  engineRef?: RefObject<MapEngine | undefined>
  /** The map stands and its engine is in `engineRef`: the moment to point the camera. */
  onReady?: () => void
  cursor?: 'crosshair' | undefined
  children?: ReactNode
}

/** Frames while vehicles glide: 20 per second look even, and cost a third of 60. */
const glideFrameMs = 50

/** The map of a page: one engine for its whole life, redrawn when data, scene, zoom or appearance change. */
export function CityMap(props: CityMapProps) {
  const { city, configuration, store, topics, scene, home, bounds, padding, engineRef, onReady, cursor, children } =
    props
  const { t, text } = useLanguage()
  const appearance = useAppearance()
  const container = useRef<HTMLDivElement>(null)
  const engine = useRef<MapEngine | undefined>(undefined)
  const shown = useRef({ scene, appearance, home, padding, label: '', onReady })
  const gate = useRef<FrameGate | undefined>(undefined)
  const [state, setState] = useState<'loading' | 'ready' | 'failed'>('loading')
  const [incomplete, setIncomplete] = useState(false)
  const [token, setToken] = useState(configuration.mapboxToken)
  const label = t('map.label', { city: text(city.name) })
  shown.current = { scene, appearance, home, padding, label, onReady }

  useEffect(() => {
    const abandon = new AbortController()
    const element = container.current!
    let glide: ReturnType<typeof setTimeout> | undefined
    const frames = new FrameGate(() => {
      const nowMs = Date.now()
      const { scene } = shown.current
      if (!engine.current) return
      engine.current.draw(scene.layers({ zoom: engine.current.zoom(), nowMs }))
      clearTimeout(glide)
      if (scene.moving?.(nowMs)) glide = setTimeout(() => frames.ask(), glideFrameMs)
    })
    gate.current = frames
    setState('loading')
    openMap(
      token,
      engineLoaders,
      {
        container: element,
        appearance: shown.current.appearance,
        bounds: shown.current.home,
        padding: shown.current.padding,
        label: shown.current.label,
        onClick: (info) => shown.current.scene.onClick?.(info),
        describe: (info) => shown.current.scene.describe?.(info) ?? null,
        onMove: () => frames.ask(),
        // A token that was accepted and then taken back: the other engine takes over.
        onLost: () => setToken(null),
        onIncomplete: (error) => {
          console.warn('The base map is incomplete:', error)
          setIncomplete(true)
        },
      },
      abandon.signal,
    ).then(
      (opened) => {
        if (abandon.signal.aborted) return opened.destroy()
        engine.current = opened
        if (engineRef) engineRef.current = opened
        opened.setAppearance(shown.current.appearance)
        setState('ready')
        shown.current.onReady?.()
        frames.ask()
      },
      (error: Error) => {
        if (abandon.signal.aborted) return
        console.error('No map engine can draw here:', error)
        setState('failed')
      },
    )
    const withdrawHook = provideHook(store, element, () => engine.current)
    const stops = topics.map((topic) => store.subscribe(topic, () => frames.ask()))
    return () => {
      abandon.abort()
      for (const stop of stops) stop()
      withdrawHook()
      clearTimeout(glide)
      frames.stop()
      engine.current?.destroy()
      engine.current = undefined
      if (engineRef) engineRef.current = undefined
    }
  }, [token, store, topics, engineRef])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new scene is what calls for a frame
  useEffect(() => gate.current?.ask(), [scene])
  useEffect(() => {
    engine.current?.setAppearance(appearance)
    gate.current?.ask()
  }, [appearance])

  return (
    <section className="city-map" aria-label={label} data-testid="city-map" data-state={state}>
      <div ref={container} className="city-map-canvas" data-cursor={cursor} />
      {state === 'ready' && <MapControls engine={engine} bounds={bounds} padding={padding} />}
      {state === 'loading' && <p className="map-note">{t('map.loading')}</p>}
      {state === 'failed' && (
        <p className="map-note" role="alert">
          {t('map.failed')}
        </p>
      )}
      {incomplete && state === 'ready' && <p className="map-note map-note-small">{t('map.roadsFailed')}</p>}
      {state === 'ready' && children}
      <p className="map-attribution">{city.attribution}</p>
    </section>
  )
}
