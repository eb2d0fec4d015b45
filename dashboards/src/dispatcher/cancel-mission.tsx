import { useState } from 'react'
import { useLanguage } from '../language/use-language.ts'

/** Two steps, in place: a mission must not end by a slip of the hand. */
export function CancelMission({ busy, onCancel }: { busy: boolean; onCancel: () => void }) {
  const { t } = useLanguage()
  const [asked, setAsked] = useState(false)
  if (!asked) {
    return (
      <button type="button" className="plain-button danger" onClick={() => setAsked(true)} data-testid="cancel-mission">
        {t('mission.cancel')}
      </button>
    )
  }
  return (
    <div className="cancel-ask" role="alertdialog" aria-label={t('mission.cancelAsk')}>
      <p>{t('mission.cancelAsk')}</p>
      <button type="button" className="plain-button" onClick={() => setAsked(false)}>
        {t('mission.no')}
      </button>
      <button
        type="button"
        className="plain-button danger"
        disabled={busy}
        onClick={onCancel}
        data-testid="confirm-cancel"
      >
        {t('mission.yes')}
      </button>
    </div>
  )
}
