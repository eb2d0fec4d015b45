import type { CityOverview, PageConfiguration, Session } from '@clearway/contracts'
import { type ReactNode, useEffect } from 'react'
import { TimeZone, useLanguage } from '../language/use-language.ts'
import { get, onSignedOut, RefusedError } from '../server/requests.ts'
import { useRemote } from '../server/use-remote.ts'
import { Failure } from './failure.tsx'
import { goToSignIn } from './screens.ts'

export interface DeskData {
  session: Session
  city: CityOverview
  configuration: PageConfiguration
}

onSignedOut(goToSignIn)

async function loadDesk(stop: AbortSignal): Promise<DeskData> {
  const [session, city, configuration] = await Promise.all([
    get<Session>('/session', stop),
    get<CityOverview>('/city', stop),
    get<PageConfiguration>('/page-configuration', stop),
  ])
  return { session, city, configuration }
}

/** What the pages behind the sign-in stand on: who is there, which city, how it is set up. */
export function Desk(props: { title: 'manager' | 'dispatcher' | 'junction'; children: (data: DeskData) => ReactNode }) {
  const { t } = useLanguage()
  const desk = useRemote(loadDesk)
  const title = t(`title.${props.title}`)
  useEffect(() => {
    document.title = title
  }, [title])
  if (desk.state === 'failed') {
    // Without a session the page is already on its way to the sign-in form.
    const signedOut = desk.error instanceof RefusedError && desk.error.status === 401
    return signedOut ? null : <Failure error={desk.error} retry={desk.reload} />
  }
  if (desk.state === 'loading') return <p className="page-note">{t('feed.connecting')}</p>
  return <TimeZone value={desk.value.city.timeZone}>{props.children(desk.value)}</TimeZone>
}
