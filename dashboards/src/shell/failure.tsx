import { useLanguage } from '../language/use-language.ts'
import { RefusedError } from '../server/requests.ts'

/** Why something could not be shown, and the way to try again. */
export function Failure({ error, retry }: { error: Error; retry?: (() => void) | undefined }) {
  const { t } = useLanguage()
  const text = !(error instanceof RefusedError)
    ? t('failure.unreachable')
    : error.status === 403
      ? t('failure.forbidden')
      : t('failure.refused', { detail: error.message })
  return (
    <div className="failure" role="alert">
      <p>{text}</p>
      {retry && (
        <button type="button" className="plain-button" onClick={retry}>
          {t('failure.retry')}
        </button>
      )}
    </div>
  )
}
