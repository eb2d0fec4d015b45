import type { Session, SignedIn } from '@clearway/contracts'
import { useEffect, useState } from 'react'
import { useLanguage } from '../language/use-language.ts'
import { get, post, RefusedError } from '../server/requests.ts'
import { AppearanceSwitch, LanguageSwitch } from '../shell/choices.tsx'
import { Failure } from '../shell/failure.tsx'
import { nextScreen } from '../shell/screens.ts'
import { codeIn, takeCode } from './one-time-code.ts'
import { ScreenChoice } from './screen-choice.tsx'
import { SignInForm } from './sign-in-form.tsx'

type Entry =
  | { state: 'asking' }
  | { state: 'signed-out'; codeUsed: boolean }
  | { state: 'signed-in'; session: Session }
  | { state: 'failed'; error: Error }

const isRefused = (error: unknown): boolean => error instanceof RefusedError && error.status < 500

/** Signs in with the code of the address where there is one, else asks who is there. */
async function enter(code: string | undefined): Promise<Entry> {
  if (code !== undefined) {
    try {
      await post<SignedIn>('/sign-in', { code })
    } catch (error) {
      return isRefused(error) ? { state: 'signed-out', codeUsed: true } : { state: 'failed', error: error as Error }
    }
  }
  try {
    return { state: 'signed-in', session: await get<Session>('/session') }
  } catch (error) {
    return isRefused(error) ? { state: 'signed-out', codeUsed: false } : { state: 'failed', error: error as Error }
  }
}

// Taken once when the page loads, before anything is drawn: the code must not stay in the address bar or the history.
const entered = enter(takeCode())
// A sign-in link opened where this page is shown already changes the fragment only: begin again with it.
addEventListener('hashchange', () => {
  if (codeIn(location.hash) !== undefined) location.reload()
})

export function Home() {
  const { t } = useLanguage()
  const [entry, setEntry] = useState<Entry>({ state: 'asking' })
  const show = (next: Entry) => {
    const screen = next.state === 'signed-in' ? nextScreen(location.search) : undefined
    if (screen) location.replace(screen)
    else setEntry(next)
  }
  useEffect(() => {
    document.title = t('title.home')
  }, [t])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the entry is made once per load
  useEffect(() => void entered.then(show), [])

  return (
    <div className="home">
      <div className="home-choices">
        <LanguageSwitch />
        <AppearanceSwitch />
      </div>
      <main className="home-card">
        <div className="home-brand">
          <img src="/clearway.svg" alt="" width="48" height="48" />
          <h1>{t('product')}</h1>
          <p>{t('signIn.lead')}</p>
        </div>
        {entry.state === 'asking' && <p role="status">{t('feed.connecting')}</p>}
        {entry.state === 'failed' && <Failure error={entry.error} retry={() => location.reload()} />}
        {entry.state === 'signed-out' && (
          <SignInForm codeUsed={entry.codeUsed} onSignedIn={() => void enter(undefined).then(show)} />
        )}
        {entry.state === 'signed-in' && <ScreenChoice session={entry.session} />}
      </main>
    </div>
  )
}
