import type { Stay, StayCorrection, StayProposal } from '@clearway/contracts'
import { Button, Input } from 'antd'
import { use, useId, useState } from 'react'
import { instantIn } from '../../language/city-day.ts'
import { TimeZone, useLanguage } from '../../language/use-language.ts'

export interface CorrectionFormProps {
  stay: Stay
  proposal: StayProposal | undefined
  busy: boolean
  send: (correction: StayCorrection) => void
}

/** What can be said of a stay: only what its passages allow. Every correction has a reason, which goes to the audit log. */
export function CorrectionForm({ stay, proposal, busy, send }: CorrectionFormProps) {
  const { t } = useLanguage()
  const zone = use(TimeZone)
  const id = useId()
  const [why, setWhy] = useState(t('review.whyUsual'))
  const [plate, setPlate] = useState(proposal?.plate ?? stay.plate ?? '')
  const [time, setTime] = useState('')
  const whole = stay.enteredAt !== null && stay.leftAt !== null
  const missing = stay.enteredAt === null ? 'enteredAt' : stay.leftAt === null ? 'leftAt' : undefined
  const given = plate.trim()
  const button = (
    name: ButtonName,
    correction: StayCorrection,
    options: { primary?: boolean; disabled?: boolean } = {},
  ) => (
    <Button
      type={options.primary ? 'primary' : 'default'}
      disabled={busy || why.trim().length < 3 || options.disabled}
      onClick={() => send(correction)}
      data-testid={`review-${name}`}
    >
      {t(`review.${name}`)}
    </Button>
  )
  return (
    <div className="correction">
      <label htmlFor={`${id}plate`}>
        {t('review.plateIs')}
        <Input
          id={`${id}plate`}
          value={plate}
          maxLength={16}
          onChange={({ target }) => setPlate(target.value)}
          data-testid="review-plate"
        />
      </label>
      {missing && (
        <label>
          {t(`review.${missing}`)}
          <input
            type="datetime-local"
            step="1"
            value={time}
            onChange={({ target }) => setTime(target.value)}
            data-testid="review-time"
          />
        </label>
      )}
      <label htmlFor={`${id}why`}>
        {t('review.why')}
        <Input
          id={`${id}why`}
          value={why}
          maxLength={500}
          onChange={({ target }) => setWhy(target.value)}
          data-testid="review-why"
        />
      </label>
      <p className="correction-buttons">
        {proposal?.kind === 'pair' &&
          button(
            'isPair',
            { action: 'pair', with: proposal.stay, plate: given, why },
            { primary: true, disabled: !given },
          )}
        {proposal?.kind === 'again' && button('isAgain', { action: 'dismiss', why }, { primary: true })}
        {whole && button('confirm', { action: 'confirm', why }, { primary: true })}
        {whole && button('separate', { action: 'separate', why })}
        {given !== '' && given !== stay.plate && button('setPlate', { action: 'plate', plate: given, why })}
        {missing &&
          time !== '' &&
          button('setTime', { action: 'times', [missing]: instantIn(time, zone), why } as StayCorrection)}
        {proposal?.kind !== 'again' && button('dismiss', { action: 'dismiss', why })}
      </p>
    </div>
  )
}

type ButtonName = 'isPair' | 'isAgain' | 'confirm' | 'separate' | 'setPlate' | 'setTime' | 'dismiss'
