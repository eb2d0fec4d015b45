import { useLanguage } from '../language/use-language.ts'
import { failureText } from '../server/refusal.ts'

/** Why something could not be shown or done, and the way to try again. */
export function Failure({ error, retry }: { error: Error; retry?: (() => void) | undefined }) {
  const { t } = useLanguage()
  return (
    <div className="failure" role="alert">
      <p>{t(`failure.${failureText(error)}`, { detail: error.message })}</p>
      {retry && (
        <button type="button" className="plain-button" onClick={retry}>
          {t('failure.retry')}
        </button>
      )}
    </div>
  )
}
