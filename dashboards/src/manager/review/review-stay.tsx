import type { Stay, StayCorrection, StayProposal } from '@clearway/contracts'
import { useCallback, useState } from 'react'
import { useLanguage } from '../../language/use-language.ts'
import { get, post } from '../../server/requests.ts'
import { useRemote } from '../../server/use-remote.ts'
import { Failure } from '../../shell/failure.tsx'
import { CorrectionForm } from './correction-form.tsx'
import { PassageCard } from './passage-card.tsx'
import { Reason } from './reason.tsx'

export interface ReviewStayProps {
  stay: Stay
  lotName: string
  onCorrected: () => void
}

/** One stay that does not add up, beside the likeliest of what it may be. */
export function ReviewStay({ stay, lotName, onCorrected }: ReviewStayProps) {
  const { t } = useLanguage()
  const { proposals = [] } = stay
  const [chosen, setChosen] = useState<string>()
  // The queue is loaded anew now and then: what is chosen is a stay, not an object.
  const proposal = proposals.find((one) => one.stay === chosen) ?? proposals[0]
  const [failure, setFailure] = useState<Error>()
  const [busy, setBusy] = useState(false)
  const other = proposal?.stay
  const loadOther = useCallback(
    (stop: AbortSignal) => get<Stay>(`/stays/${encodeURIComponent(other ?? '')}`, stop),
    [other],
  )
  const candidate = useRemote(other === undefined ? null : loadOther)
  const theirs = other !== undefined && candidate.value?.id === other ? candidate.value : undefined

  const send = async (correction: StayCorrection) => {
    setBusy(true)
    setFailure(undefined)
    try {
      await post(`/stays/${encodeURIComponent(stay.id)}/correct`, correction)
      onCorrected()
    } catch (error) {
      setFailure(error as Error)
      setBusy(false)
    }
  }

  return (
    <article className="review-stay" data-testid="review-stay" data-stay={stay.id}>
      <h3>
        <span className="plate" data-colour={stay.plateColour}>
          {stay.plate ?? t('detail.unread')}
        </span>{' '}
        {lotName}
      </h3>
      <p>
        <Reason stay={stay} />
      </p>
      <div className="passages">
        <PassageCard
          title={t(proposal?.kind === 'again' ? 'review.firstRead' : 'detail.entered')}
          passage={proposal?.kind === 'again' ? theirs?.exit : (stay.entry ?? theirs?.entry)}
          at={proposal?.kind === 'again' ? (theirs?.leftAt ?? null) : (stay.enteredAt ?? theirs?.enteredAt ?? null)}
        />
        <PassageCard title={t('detail.left')} passage={stay.exit} at={stay.leftAt} />
      </div>
      {proposals.length > 0 && (
        <fieldset className="proposals">
          <legend>{t('review.proposals')}</legend>
          {proposals.map((one) => (
            <ProposalChoice
              key={one.stay}
              proposal={one}
              chosen={one === proposal}
              onChoose={() => setChosen(one.stay)}
            />
          ))}
        </fieldset>
      )}
      {failure && <Failure error={failure} />}
      <CorrectionForm key={proposal?.stay} stay={stay} proposal={proposal} busy={busy} send={send} />
    </article>
  )
}

interface ProposalChoiceProps {
  proposal: StayProposal
  chosen: boolean
  onChoose: () => void
}

function ProposalChoice({ proposal, chosen, onChoose }: ProposalChoiceProps) {
  const { t, text, formats } = useLanguage()
  return (
    <label data-testid="proposal" data-recommended={proposal.recommended}>
      <input type="radio" name="proposal" checked={chosen} onChange={onChoose} />
      <span>
        <strong className="figures">
          {proposal.plate} · {formats.percent(proposal.probability)}
        </strong>{' '}
        {proposal.recommended && <span className="tag">{t('review.recommended')}</span>}
        <br />
        <span className="soft">
          {t(`review.${proposal.kind}`)} · {proposal.reasons.map(text).join(' · ')}
        </span>
      </span>
    </label>
  )
}
