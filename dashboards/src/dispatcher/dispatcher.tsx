import type { Dispatch, JunctionTable, Position, StreamTopic } from '@clearway/contracts'
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useFeed, useTopic } from '../feed/use-feed.ts'
import { useLanguage } from '../language/use-language.ts'
import { getAll } from '../server/requests.ts'
import { useRemote } from '../server/use-remote.ts'
import type { DeskData } from '../shell/desk.tsx'
import { Failure } from '../shell/failure.tsx'
import { Header } from '../shell/header.tsx'
import { Announcer } from './announcer.tsx'
import { ComposeForm } from './compose-form.tsx'
import { type Draft, emptyDraft, positionOf, type Target } from './draft.ts'
import { MissionPanel } from './mission-panel.tsx'
import { chosenMission, missionInAddress, missionToAddress } from './missions.ts'
import { PlanPanel } from './plan-panel.tsx'
import { RoadPanel } from './road-panel.tsx'
import { SignalCard } from './signal-card.tsx'
import { SignalCount } from './signal-count.tsx'
import { SignalList } from './signal-list.tsx'
import { UnitList } from './unit-list.tsx'
import { useDispatchDesk } from './use-dispatch-desk.ts'

/** Lists and form are there first; the map and its engine come beside them. */
const DispatchMap = lazy(() => import('./dispatch-map.tsx'))

const topics: readonly StreamTopic[] = ['signals', 'units', 'dispatches', 'detectors', 'disruptions', 'advice']
const ageTopics: readonly StreamTopic[] = ['signals', 'units']
/** Signals report every 5 s, vehicles every second. */
const staleAfterMs = 15_000

const loadJunctions = (stop: AbortSignal) => getAll<JunctionTable>('/junctions', stop)
const none: readonly JunctionTable[] = []

/** Units, signals and green channels: compose, look at what it will do, send, follow. */
export function Dispatcher({ session, city, configuration }: DeskData) {
  const { t } = useLanguage()
  const feed = useFeed(topics)
  const units = useTopic(feed.store, 'units')
  const dispatches = useTopic(feed.store, 'dispatches')
  const disruptions = useTopic(feed.store, 'disruptions')
  const junctions = useRemote(loadJunctions)
  const desk = useDispatchDesk()
  const [draft, setDraft] = useState<Draft>(emptyDraft)
  const [picking, setPicking] = useState<'origin' | 'destination' | 'road'>()
  const [roadAt, setRoadAt] = useState<Position>()
  const [wish, setWish] = useState<string | null | undefined>(() => missionInAddress(location.search))
  const [following, setFollowing] = useState(true)
  const [selection, setSelection] = useState<{ unit?: string; junction?: string }>({})
  const tables = junctions.value ?? none
  const missionPanel = useRef<HTMLElement>(null)

  const mission = chosenMission(dispatches, wish)
  const choose = useCallback((id: string | null) => {
    setWish(id)
    setSelection({})
    history.replaceState(history.state, '', location.pathname + missionToAddress(id, location.search))
  }, [])
  const change = useCallback((part: Partial<Draft>) => setDraft((now) => ({ ...now, ...part })), [])
  const pick = useCallback(
    (target: Target) => {
      setPicking(undefined)
      if (picking === 'road') return setRoadAt(positionOf(target))
      change({ [picking ?? 'destination']: target })
    },
    [picking, change],
  )
  const shown: Dispatch | undefined = desk.plan ?? mission
  const ends = useMemo(
    () => ({
      origin: shown ? shown.origin : draft.origin && draft.unit === 'point' ? positionOf(draft.origin) : undefined,
      destination: shown ? shown.destination : draft.destination && positionOf(draft.destination),
    }),
    [shown, draft],
  )
  useEffect(() => {
    if (!picking) return
    const stop = ({ key }: KeyboardEvent) => key === 'Escape' && setPicking(undefined)
    addEventListener('keydown', stop)
    return () => removeEventListener('keydown', stop)
  }, [picking])

  const activate = async () => {
    const id = await desk.activate(draft)
    if (id === undefined) return
    choose(id)
    setFollowing(true)
    // The button just pressed is about to be disabled: who works by keyboard goes on where the mission is.
    requestAnimationFrame(() => missionPanel.current?.focus({ preventScroll: true }))
    setDraft({ ...emptyDraft, role: draft.role })
  }

  return (
    <div className="desk">
      <Header
        screen="dispatcher"
        session={session}
        city={city}
        feed={feed}
        topics={ageTopics}
        staleAfterMs={staleAfterMs}
      />
      <main id="content" className="dispatcher" tabIndex={-1}>
        <h1 className="unseen">{t('nav.dispatcher')}</h1>
        <div className="dispatcher-side">
          <ComposeForm
            draft={draft}
            change={change}
            units={units}
            places={city.places}
            picking={picking === 'road' ? undefined : picking}
            onPick={setPicking}
            desk={desk}
            onActivate={() => void activate()}
          />
          <UnitList
            units={units}
            selected={selection.unit}
            onSelect={(unit) => {
              setSelection({ unit: unit.id })
              if (unit.state === 'available') change({ role: unit.role, unit: unit.id })
            }}
          />
          <RoadPanel
            disruptions={disruptions}
            picking={picking === 'road'}
            onPick={(on) => setPicking(on ? 'road' : undefined)}
            at={roadAt}
            onDone={() => setRoadAt(undefined)}
          />
          <SignalList junctions={tables} feed={feed} onSelect={(junction) => setSelection({ junction })} />
        </div>
        <div className="dispatcher-map">
          <Suspense fallback={<p className="page-note">{t('map.loading')}</p>}>
            <DispatchMap
              city={city}
              configuration={configuration}
              feed={feed}
              junctions={tables}
              dispatch={shown}
              ends={ends}
              disruptions={disruptions}
              picking={picking !== undefined}
              onPick={pick}
              selection={selection}
              onSelect={setSelection}
              // A map that moves along would be pulled away from under the pointer.
              following={following && mission?.state === 'active' && !desk.plan && !picking}
              onFollowing={setFollowing}
            />
          </Suspense>
          <SignalCount junctions={tables.length} loading={junctions.state === 'loading'} feed={feed} />
          {junctions.state === 'failed' && <Failure error={junctions.error} retry={junctions.reload} />}
          {selection.junction && (
            <SignalCard
              junction={tables.find(({ id }) => id === selection.junction)}
              feed={feed}
              onClose={() => setSelection({})}
            />
          )}
        </div>
        <div className="dispatcher-mission">
          {desk.plan ? (
            <PlanPanel
              plan={desk.plan}
              units={units}
              places={city.places}
              onDiscard={() => void desk.discard()}
              onJunction={(junction) => setSelection({ junction })}
            />
          ) : (
            <MissionPanel
              panel={missionPanel}
              mission={mission}
              missions={dispatches}
              units={units}
              places={city.places}
              busy={desk.busy === 'cancelling'}
              following={following}
              onFollowing={setFollowing}
              onChoose={choose}
              onCancel={(id) => void desk.cancel(id)}
              onJunction={(junction) => setSelection({ junction })}
            />
          )}
        </div>
        <Announcer mission={mission} units={units} />
      </main>
    </div>
  )
}
