import type { Place, PriorityRole, Unit } from '@clearway/contracts'
import { useLanguage } from '../language/use-language.ts'
import { Icon } from '../look/icon.tsx'
import { Failure } from '../shell/failure.tsx'
import { type Draft, draftRoles, importances, requestOf } from './draft.ts'
import { TargetField } from './target-field.tsx'
import type { DispatchDesk } from './use-dispatch-desk.ts'

export interface ComposeFormProps {
  draft: Draft
  change: (part: Partial<Draft>) => void
  units: readonly Unit[]
  places: readonly Place[]
  picking: 'origin' | 'destination' | undefined
  onPick: (what: 'origin' | 'destination' | undefined) => void
  desk: DispatchDesk
  onActivate: () => void
}

/** Who goes where, and how urgent it is. */
export function ComposeForm(props: ComposeFormProps) {
  const { draft, change, units, places, picking, onPick, desk, onActivate } = props
  const { t, text } = useLanguage()
  const free = units.filter(({ role, state }) => role === draft.role && state === 'available')
  const shownRoles = draftRoles.filter((role) => role === draft.role || units.some((unit) => unit.role === role))
  const complete = requestOf(draft) !== undefined
  const busy = desk.busy !== undefined
  return (
    <form
      className="compose"
      aria-label={t('dispatch.heading')}
      onSubmit={(event) => {
        event.preventDefault()
        onActivate()
      }}
    >
      <h2 className="panel-title">{t('dispatch.heading')}</h2>
      <fieldset className="choices">
        <legend>{t('dispatch.role')}</legend>
        {shownRoles.map((role: PriorityRole) => (
          <label key={role}>
            <input
              type="radio"
              name="role"
              value={role}
              checked={draft.role === role}
              onChange={() => change({ role, unit: draft.unit === 'point' ? 'point' : 'best' })}
            />
            <span>{t(`role.${role}`)}</span>
          </label>
        ))}
      </fieldset>
      <label className="field">
        {t('dispatch.unit')}
        <select value={draft.unit} onChange={({ target }) => change({ unit: target.value })} data-testid="unit-select">
          <option value="best">{t('unit.best')}</option>
          {free.map((unit) => (
            <option key={unit.id} value={unit.id}>
              {text(unit.name) || unit.id}
            </option>
          ))}
          <option value="point">{t('dispatch.fromPoint')}</option>
        </select>
      </label>
      {draft.unit === 'point' && (
        <TargetField
          what="origin"
          target={draft.origin}
          onTarget={(origin) => change({ origin })}
          places={places}
          picking={picking === 'origin'}
          onPick={(on) => onPick(on ? 'origin' : undefined)}
        />
      )}
      <TargetField
        what="destination"
        target={draft.destination}
        onTarget={(destination) => change({ destination })}
        places={places}
        picking={picking === 'destination'}
        onPick={(on) => onPick(on ? 'destination' : undefined)}
      />
      <fieldset className="choices">
        <legend>{t('dispatch.level')}</legend>
        {importances.map((importance, n) => (
          <label key={importance}>
            <input
              type="radio"
              name="importance"
              checked={draft.importance === importance}
              onChange={() => change({ importance })}
            />
            <span>{t(`dispatch.level${(n + 1) as 1 | 2 | 3}`)}</span>
          </label>
        ))}
      </fieldset>
      {desk.error && <Failure error={desk.error} />}
      <div className="compose-actions">
        <button
          type="button"
          className="plain-button"
          disabled={!complete || busy}
          onClick={() => void desk.preview(draft)}
          data-testid="preview-button"
        >
          {t(desk.busy === 'planning' ? 'dispatch.planning' : 'dispatch.preview')}
        </button>
        <button
          type="submit"
          className="main-button"
          disabled={!complete || busy || draft.unit === 'point'}
          data-testid="dispatch-button"
        >
          <Icon name="siren" />
          {t(desk.busy === 'activating' ? 'dispatch.activating' : 'dispatch.activate')}
        </button>
      </div>
    </form>
  )
}
