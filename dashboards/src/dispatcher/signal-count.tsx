import { type OpenFeed, useTopic } from '../feed/use-feed.ts'
import { useLanguage } from '../language/use-language.ts'

/** How many signals the city has, and how many give priority now. */
export function SignalCount({ junctions, loading, feed }: { junctions: number; loading: boolean; feed: OpenFeed }) {
  const { t } = useLanguage()
  const signals = useTopic(feed.store, 'signals', 1_000)
  const preempted = signals.filter(({ mode }) => mode === 'preempted').length
  return (
    <p className="signal-count figures" data-testid="signal-count">
      {loading ? (
        t('feed.connecting')
      ) : (
        <span data-testid="junction-count" data-count={junctions}>
          {t('signal.count', { count: junctions })}
        </span>
      )}
      <span data-testid="preempted-count" data-count={preempted} className={preempted > 0 ? 'in-priority' : 'soft'}>
        {t('signal.preempted', { count: preempted })}
      </span>
    </p>
  )
}
