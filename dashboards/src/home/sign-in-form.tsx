import type { SignedIn } from '@clearway/contracts'
import { type SubmitEvent, useState } from 'react'
import { useLanguage } from '../language/use-language.ts'
import { post, RefusedError } from '../server/requests.ts'

type Trouble = 'wrong' | 'locked' | 'unreachable'

const troubleOf = (error: unknown): Trouble => {
  if (!(error instanceof RefusedError) || error.status >= 500) return 'unreachable'
  return error.status === 429 ? 'locked' : 'wrong'
}

export function SignInForm({ codeUsed, onSignedIn }: { codeUsed: boolean; onSignedIn: () => void }) {
  const { t } = useLanguage()
  const [busy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<Trouble>()
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setTrouble(undefined)
    try {
      await post<SignedIn>('/sign-in', { user: form.get('user'), password: form.get('password') })
      onSignedIn()
    } catch (error) {
      setTrouble(troubleOf(error))
    } finally {
      setBusy(false)
    }
  }
  const message =
    trouble === 'unreachable'
      ? t('failure.unreachable')
      : trouble
        ? t(`signIn.${trouble}`)
        : codeUsed
          ? t('signIn.codeUsed')
          : undefined
  return (
    <form className="sign-in" onSubmit={submit} data-testid="sign-in-form">
      <h2>{t('signIn.heading')}</h2>
      {message && <p role="alert">{message}</p>}
      <label>
        {t('signIn.user')}
        <input name="user" autoComplete="username" autoCapitalize="none" required />
      </label>
      <label>
        {t('signIn.password')}
        <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <button type="submit" disabled={busy}>
        {t(busy ? 'signIn.busy' : 'signIn.submit')}
      </button>
    </form>
  )
}
