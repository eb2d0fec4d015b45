import type { SeenPassage } from '@clearway/contracts'
import { useState } from 'react'
import { useLanguage } from '../../language/use-language.ts'

export interface PassageCardProps {
  title: string
  /** Absent: no camera saw it, or history without cameras. */
  passage: SeenPassage | undefined
  at: string | null
}

/** One passage as the camera saw it: image, reading, and how sure it was. */
export function PassageCard({ title, passage, at }: PassageCardProps) {
  const { t, formats } = useLanguage()
  return (
    <figure className="passage">
      <figcaption>
        <strong>{title}</strong>
        <span className="soft figures">{at === null ? t('review.unseen') : formats.dateClock(Date.parse(at))}</span>
      </figcaption>
      <PassageImage key={passage?.imageUrl} passage={passage} title={title} />
      {passage && (
        <p>
          <span className="plate" data-colour={passage.plateColour}>
            {passage.readAs ?? t('detail.unread')}
          </span>
          <span className="soft figures">
            {t(`vehicleClass.${passage.vehicleClass}`)} ·{' '}
            {t('review.sure', { share: formats.percent(passage.confidence) })}
          </span>
        </p>
      )}
    </figure>
  )
}

function PassageImage({ passage, title }: { passage: SeenPassage | undefined; title: string }) {
  const { t } = useLanguage()
  const [failed, setFailed] = useState(false)
  const { imageUrl, imageRef } = passage ?? {}
  if (imageUrl && !failed) {
    return (
      <img
        src={imageUrl}
        alt={t('review.imageOf', { title })}
        onError={() => setFailed(true)}
        data-testid="gate-image"
      />
    )
  }
  return (
    <div className="no-image soft">
      {t(failed ? 'review.imageGone' : 'review.noImage')}
      {imageRef && <small>{imageRef}</small>}
    </div>
  )
}
