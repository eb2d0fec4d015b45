import type { JunctionTable } from '@clearway/contracts'
import { type OpenFeed, useTopic } from '../feed/use-feed.ts'
import { junctionPage } from '../junction/junction-address.ts'
import { useLanguage } from '../language/use-language.ts'
import { Icon } from '../look/icon.tsx'
import { SignalShape } from '../look/signal-shape.tsx'
import { knownMode } from './signal-mode.ts'

export interface SignalCardProps {
  junction: JunctionTable | undefined
  feed: OpenFeed
  onClose: () => void
}

/** One junction in words: its mode and what each approach shows. */
export function SignalCard({ junction, feed, onClose }: SignalCardProps) {
  const { t, text } = useLanguage()
  const signal = useTopic(feed.store, 'signals').find(({ id }) => id === junction?.id)
  if (!junction) return null
  const live = feed.state === 'live'
  const mode = knownMode(live ? signal?.mode : undefined)
  return (
    <aside
      className="signal-card panel"
      aria-label={text(junction.name)}
      data-testid="signal-card"
      data-junction={junction.id}
    >
      <header>
        <h2 className="panel-title">{text(junction.name) || junction.id}</h2>
        <button
          type="button"
          className="icon-button"
          aria-label={t('detail.close')}
          title={t('detail.close')}
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </header>
      <p className="tags">
        <span className="tag">{t(`mode.${mode}`)}</span>
        <span className="soft">{t(`signal.${junction.provenance}`)}</span>
      </p>
      <ul>
        {junction.approaches.map(({ id, name }) => {
          const colour = (live ? signal?.approaches[id] : undefined) ?? 'dark'
          return (
            <li key={id} data-approach={id} data-colour={colour}>
              <SignalShape colour={colour} />
              <span>{text(name) || id}</span>
              <span className="soft">{t(`signal.${colour}`)}</span>
            </li>
          )
        })}
      </ul>
      <a href={junctionPage(junction.id)} data-testid="junction-link">
        {t('junction.open')}
      </a>
    </aside>
  )
}
