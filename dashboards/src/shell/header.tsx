import type { CityOverview, Session, StreamTopic } from '@clearway/contracts'
import type { OpenFeed } from '../feed/use-feed.ts'
import { useLanguage } from '../language/use-language.ts'
import { Icon } from '../look/icon.tsx'
import { post } from '../server/requests.ts'
import { AppearanceSwitch, LanguageSwitch } from './choices.tsx'
import { FeedBadge } from './feed-badge.tsx'
import { screensFor } from './screens.ts'

export interface HeaderProps {
  screen: 'manager' | 'dispatcher' | 'junction'
  session: Session
  city: CityOverview
  feed: OpenFeed
  /** Topics by which the age of the data is judged. Must be a constant. */
  topics: readonly StreamTopic[]
  /** After how long without an event the data counts as old. */
  staleAfterMs: number
}

async function signOut(): Promise<void> {
  await post('/sign-out')
  location.assign('/')
}

export function Header({ screen, session, city, feed, topics, staleAfterMs }: HeaderProps) {
  const { t, text } = useLanguage()
  return (
    <header className="header">
      <a className="skip-link" href="#content">
        {t('nav.skip')}
      </a>
      <a className="brand" href="/" title={t('nav.home')}>
        <img src="/clearway.svg" alt="" width="30" height="30" />
        <span className="brand-name">{t('product')}</span>
        <span className="brand-city">{text(city.name)}</span>
      </a>
      <nav aria-label={t('nav.label')} className="screens">
        {screensFor(session.roles).map(({ id, address, icon }) => (
          <a key={id} href={address} aria-current={id === screen ? 'page' : undefined}>
            <Icon name={icon} size={18} />
            <span>{t(`nav.${id}`)}</span>
          </a>
        ))}
      </nav>
      {city.simulated && (
        <p className="simulated" title={t('simulated.text')} data-testid="simulated">
          <strong>{t('simulated.label')}</strong>
          <span>{t('simulated.text')}</span>
        </p>
      )}
      <FeedBadge feed={feed} topics={topics} staleAfterMs={staleAfterMs} />
      <div className="header-choices">
        <LanguageSwitch />
        <AppearanceSwitch />
        <button
          type="button"
          className="icon-button"
          title={`${t('header.account', { user: session.user })} · ${t('header.signOut')}`}
          aria-label={t('header.signOut')}
          onClick={() => void signOut()}
          data-testid="sign-out"
        >
          <Icon name="exit" />
        </button>
      </div>
    </header>
  )
}
