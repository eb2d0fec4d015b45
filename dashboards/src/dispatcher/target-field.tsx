import type { Place } from '@clearway/contracts'
import { useLanguage } from '../language/use-language.ts'
import { Icon } from '../look/icon.tsx'
import type { Target } from './draft.ts'

export interface TargetFieldProps {
  what: 'origin' | 'destination'
  target: Target | undefined
  onTarget: (target: Target | undefined) => void
  places: readonly Place[]
  picking: boolean
  onPick: (on: boolean) => void
}

const kinds = ['hospital', 'rescue-station', 'fire-station'] as const

/** Where a dispatch begins or ends: a place of the city from the list, or a click on the map. */
export function TargetField({ what, target, onTarget, places, picking, onPick }: TargetFieldProps) {
  const { t, text } = useLanguage()
  const value = !target ? '' : 'place' in target ? target.place.id : 'point'
  const groups = kinds
    .map((kind) => ({ kind, places: places.filter((place) => place.kind === kind) }))
    .filter((group) => group.places.length > 0)
  return (
    <div className="target">
      <label className="field">
        {t(`dispatch.${what}`)}
        <select
          value={value}
          onChange={({ target: { value } }) => {
            const place = places.find(({ id }) => id === value)
            onTarget(place && { place })
          }}
          data-testid={`${what}-select`}
        >
          <option value="">{t('dispatch.choose')}</option>
          {target && 'point' in target && (
            <option value="point">
              {t('dispatch.point', { lat: target.point.lat.toFixed(4), lon: target.point.lon.toFixed(4) })}
            </option>
          )}
          {groups.map((group) => (
            <optgroup key={group.kind} label={t(`layer.${group.kind}`)}>
              {group.places.map(({ id, name }) => (
                <option key={id} value={id}>
                  {text(name) || id}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </label>
      <button
        type="button"
        className="icon-button pick-button"
        aria-pressed={picking}
        title={t(picking ? 'dispatch.picking' : 'dispatch.pick')}
        aria-label={`${t(`dispatch.${what}`)}: ${t('dispatch.pick')}`}
        onClick={() => onPick(!picking)}
        data-testid={`pick-${what}`}
      >
        <Icon name="target" />
      </button>
    </div>
  )
}
