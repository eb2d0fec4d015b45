import type { Unit } from '@clearway/contracts'
import { useLanguage } from '../language/use-language.ts'
import { roleColours } from '../look/palette.ts'

export interface UnitListProps {
  units: readonly Unit[]
  selected: string | undefined
  onSelect: (unit: Unit) => void
}

const order = { dispatched: 0, available: 1, offline: 2 } as const

/** Every unit, those on a mission first. */
export function UnitList({ units, selected, onSelect }: UnitListProps) {
  const { t, text, formats } = useLanguage()
  const sorted = [...units].sort((a, b) => order[a.state] - order[b.state] || a.id.localeCompare(b.id))
  return (
    <section className="unit-list" aria-label={t('unit.heading')}>
      <h2 className="panel-title">
        {t('unit.heading')} <span className="soft figures">{units.length}</span>
      </h2>
      {units.length === 0 && <p className="soft">{t('unit.none')}</p>}
      <ul>
        {sorted.map((unit) => {
          const name = text(unit.name) || unit.id
          return (
            <li key={unit.id}>
              <button
                type="button"
                className="unit-row"
                aria-current={unit.id === selected ? 'true' : undefined}
                aria-label={`${t('unit.show', { name })}, ${t(`unit.${unit.state}`)}`}
                onClick={() => onSelect(unit)}
                data-testid="unit-row"
                data-unit={unit.id}
                data-state={unit.state}
              >
                <span className="unit-role" style={{ background: roleColours[unit.role] }} aria-hidden="true">
                  {t(`role.${unit.role}`).slice(0, 1)}
                </span>
                <span className="unit-name">{name}</span>
                <span className="soft figures">
                  {unit.state === 'dispatched' && unit.speedMps !== undefined
                    ? t('unit.speed', { speed: formats.integer(unit.speedMps * 3.6) })
                    : ''}
                </span>
                <span className="unit-state" data-state={unit.state}>
                  {t(`unit.${unit.state}`)}
                </span>
              </button>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
