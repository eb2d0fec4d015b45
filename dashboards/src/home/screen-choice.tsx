import type { Session } from '@clearway/contracts'
import { useLanguage } from '../language/use-language.ts'
import { Icon } from '../look/icon.tsx'
import { post } from '../server/requests.ts'
import { screensFor } from '../shell/screens.ts'

export function ScreenChoice({ session }: { session: Session }) {
  const { t } = useLanguage()
  const open = screensFor(session.roles)
  return (
    <section className="screen-choice" data-testid="screen-choice">
      <h2>{t('home.heading')}</h2>
      {open.length === 0 && <p>{t('home.noScreen')}</p>}
      <ul>
        {open.map(({ id, address, icon }) => (
          <li key={id}>
            <a href={address} data-testid={`open-${id}`}>
              <Icon name={icon} size={26} />
              <strong>{t(`home.${id}`)}</strong>
              <span>{t(`home.${id}Text`)}</span>
            </a>
          </li>
        ))}
      </ul>
      <p className="account">
        {t('header.account', { user: session.user })}
        <button
          type="button"
          className="text-button"
          onClick={() => void post('/sign-out').then(() => location.reload())}
        >
          {t('header.signOut')}
        </button>
      </p>
    </section>
  )
}
