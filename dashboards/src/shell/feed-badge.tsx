import type { StreamTopic } from '@clearway/contracts'
import { type OpenFeed, useDataAge } from '../feed/use-feed.ts'
import { useLanguage } from '../language/use-language.ts'

/** Whether what the page shows is current, and how old it is. */
export function FeedBadge(props: { feed: OpenFeed; topics: readonly StreamTopic[]; staleAfterMs: number }) {
  const { feed, topics, staleAfterMs } = props
  const { t, formats } = useLanguage()
  const ageMs = useDataAge(feed.store, topics)
  const state = feed.state !== 'live' ? 'lost' : ageMs !== undefined && ageMs > staleAfterMs ? 'stale' : 'live'
  const word =
    state === 'live'
      ? t('feed.live')
      : state === 'stale'
        ? t('feed.stale')
        : t(ageMs === undefined ? 'feed.connecting' : 'feed.lost')
  return (
    <p className="feed-badge" data-state={state} data-testid="feed-state">
      <span className="feed-dot" aria-hidden="true" />
      <span role="status">{word}</span>
      {ageMs !== undefined && <span className="feed-age">{t('feed.age', { age: formats.span(ageMs / 1000) })}</span>}
    </p>
  )
}
