import type { Page, ReviewCounts, Stay } from '@clearway/contracts'
import { Button, Segmented } from 'antd'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useLanguage } from '../../language/use-language.ts'
import { Icon } from '../../look/icon.tsx'
import { get } from '../../server/requests.ts'
import { useRemote } from '../../server/use-remote.ts'
import { Failure } from '../../shell/failure.tsx'
import { Reason } from './reason.tsx'
import { ReviewStay } from './review-stay.tsx'
import { useReviewExport } from './use-review-export.ts'

type Waiting = 'review' | 'expired'

export interface ReviewPanelProps {
  lotName: (id: string) => string
  counts: ReviewCounts | undefined
  onCorrected: () => void
  onClose: () => void
}

/** As many as a person goes through before it is worth looking anew. */
const shown = 50

/** Stays that do not add up: what cameras saw, what they may be, and what a person finds. */
export function ReviewPanel({ lotName, counts, onCorrected, onClose }: ReviewPanelProps) {
  const { t, formats } = useLanguage()
  const [state, setState] = useState<Waiting>('review')
  const [chosen, setChosen] = useState<string>()
  const panel = useRef<HTMLElement>(null)
  useEffect(() => panel.current?.focus({ preventScroll: true }), [])
  const load = useCallback(
    (stop: AbortSignal) => get<Page<Stay>>(`/stays?state=${state}&limit=${shown}`, stop),
    [state],
  )
  const queue = useRemote(load)
  const exportStays = useReviewExport(lotName)
  const stays = queue.value?.items ?? []
  const selected = stays.find(({ id }) => id === chosen) ?? stays[0]
  const corrected = () => {
    // The next one is right there; the queue says the rest.
    setChosen(stays[stays.findIndex(({ id }) => id === selected?.id) + 1]?.id)
    queue.reload()
    onCorrected()
  }
  return (
    <section
      ref={panel}
      className="review panel"
      aria-label={t('review.heading')}
      tabIndex={-1}
      onKeyDown={({ key }) => key === 'Escape' && onClose()}
      data-testid="review-panel"
    >
      <header>
        <h2>{t('review.heading')}</h2>
        <Segmented<Waiting>
          aria-label={t('review.state')}
          value={state}
          onChange={(next) => {
            setState(next)
            setChosen(undefined)
          }}
          options={(['review', 'expired'] as const).map((value) => ({
            value,
            label: (
              <>
                {t(`detail.${value}`)}{' '}
                <span className="count figures">{counts ? formats.integer(counts[value]) : ''}</span>
              </>
            ),
          }))}
        />
        <Button
          size="small"
          icon={<Icon name="download" size={16} />}
          disabled={stays.length === 0}
          onClick={() => exportStays(stays)}
        >
          {t('lots.export')}
        </Button>
        <button
          type="button"
          className="icon-button"
          title={t('detail.close')}
          aria-label={t('detail.close')}
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </header>
      {queue.state === 'failed' && <Failure error={queue.error} retry={queue.reload} />}
      {queue.state === 'ready' && stays.length === 0 && <p className="soft">{t('review.nothing')}</p>}
      {selected && (
        <div className="review-body">
          <ul className="review-queue figures">
            {stays.map((stay) => (
              <li key={stay.id}>
                <button
                  type="button"
                  aria-current={stay === selected}
                  onClick={() => setChosen(stay.id)}
                  data-testid="review-row"
                  data-stay={stay.id}
                >
                  <span className="plate" data-colour={stay.plateColour}>
                    {stay.plate ?? t('detail.unread')}
                  </span>
                  <span className="soft">{formats.dateClock(Date.parse(stay.leftAt ?? stay.enteredAt ?? ''))}</span>
                  <span>{lotName(stay.lot)}</span>
                  <Reason stay={stay} />
                </button>
              </li>
            ))}
          </ul>
          <ReviewStay key={selected.id} stay={selected} lotName={lotName(selected.lot)} onCorrected={corrected} />
        </div>
      )}
    </section>
  )
}
