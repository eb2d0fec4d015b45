import type { Junction, StreamTopic } from '@clearway/contracts'
import { useCallback, useState } from 'react'
import { type OpenFeed, useFeed, useTopic } from '../feed/use-feed.ts'
import { useLanguage } from '../language/use-language.ts'
import { get } from '../server/requests.ts'
import { useRemote } from '../server/use-remote.ts'
import type { DeskData } from '../shell/desk.tsx'
import { Failure } from '../shell/failure.tsx'
import { Header } from '../shell/header.tsx'
import { addressOf, readAddress } from './junction-address.ts'
import { LiveGroups } from './live-groups.tsx'
import { MeasuresTable } from './measures-table.tsx'
import { PreemptionList } from './preemption-list.tsx'
import { RecordedPicture } from './recorded-picture.tsx'
import { TimingFacts } from './timing-facts.tsx'
import { useBeat, useMeasures } from './use-junction-log.ts'

const topics: readonly StreamTopic[] = ['signals']
/** Controllers report every 5 s. */
const staleAfterMs = 15_000

/** One junction: what it shows now, what its log says of the last pre-emptions, its measures and its timing table. */
export function JunctionPage({ session, city }: DeskData) {
  const { t } = useLanguage()
  const feed = useFeed(topics)
  const { id } = readAddress(location.search)
  return (
    <div className="desk">
      <Header screen="junction" session={session} city={city} feed={feed} topics={topics} staleAfterMs={staleAfterMs} />
      <main id="content" className="junction-page" tabIndex={-1}>
        {id === undefined ? <p className="page-note">{t('junction.none')}</p> : <OneJunction id={id} feed={feed} />}
      </main>
    </div>
  )
}

function OneJunction({ id, feed }: { id: string; feed: OpenFeed }) {
  const { t, text } = useLanguage()
  // A change of what it shows is the reason to ask for it again: the stream tells approaches, the resource every group.
  const told = useTopic(feed.store, 'signals', 250).find((signal) => signal.id === id)?.at
  // biome-ignore lint/correctness/useExhaustiveDependencies: `told` is the request to load again
  const load = useCallback(
    (stop: AbortSignal) => get<Junction>(`/junctions/${encodeURIComponent(id)}`, stop),
    [id, told],
  )
  const junction = useRemote(load)
  const nowMs = useBeat()
  const measures = useMeasures(id, nowMs)
  const [chosen, setChosen] = useState(() => readAddress(location.search).preemption)
  const choose = (preemption: number | 'live') => {
    setChosen(preemption)
    history.replaceState(history.state, '', location.pathname + addressOf({ id, preemption }))
  }
  if (!junction.value) {
    if (junction.state === 'failed') return <Failure error={junction.error} retry={junction.reload} />
    return <p className="page-note">{t('feed.connecting')}</p>
  }
  const table = junction.value
  const day = measures.value?.items[0]
  // One whose call was not recorded has no moment to be drawn from.
  const records = (day?.preemption.records ?? []).flatMap((one) =>
    one.calledAt === null ? [] : [{ ...one, calledAt: one.calledAt }],
  )
  return (
    <>
      <header className="junction-head">
        <h1>{text(table.name) || table.id}</h1>
        <p className="tags">
          <span className="tag" data-testid="junction-mode" data-mode={table.live?.mode ?? 'unknown'}>
            {t(`mode.${table.live?.mode ?? 'unknown'}`)}
          </span>
          <span className="soft">{t(`signal.${table.provenance}`)}</span>
          <span className="soft figures">{table.id}</span>
        </p>
      </header>
      <LiveGroups junction={table} />
      <PreemptionList table={table} records={records} chosen={chosen} onChoose={choose} />
      <RecordedPicture table={table} records={records} chosen={chosen} nowMs={nowMs} />
      {measures.state === 'failed' && <Failure error={measures.error} retry={measures.reload} />}
      {day && <MeasuresTable table={table} measures={day} />}
      <TimingFacts table={table} />
    </>
  )
}
