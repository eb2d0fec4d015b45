import { useLanguage } from '../language/use-language.ts'

/** What may be left out of the map of the desk. Units and the shown way are always there. */
export interface LayerChoice {
  signals: boolean
  detectors: boolean
  roads: boolean
  places: boolean
}

const names = ['signals', 'detectors', 'roads', 'places'] as const

export function LayerChoices(props: { layers: LayerChoice; onChange: (layers: LayerChoice) => void }) {
  const { layers, onChange } = props
  const { t } = useLanguage()
  return (
    <fieldset className="layer-choices">
      <legend className="unseen">{t('map.layers')}</legend>
      {names.map((name) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={layers[name]}
            onChange={({ target }) => onChange({ ...layers, [name]: target.checked })}
            data-testid={`layer-${name}`}
          />
          {t(`layer.${name}`)}
        </label>
      ))}
    </fieldset>
  )
}
