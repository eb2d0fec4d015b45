import type { DurationSummary, JunctionTable, SignalMeasures } from '@clearway/contracts'
import { useLanguage } from '../language/use-language.ts'
import { csv, download } from '../shell/csv.ts'
import { useGroupName } from './group-name.ts'

/** Performance measures of the last day, a row for each signal group. */
export function MeasuresTable({ table, measures }: { table: JunctionTable; measures: SignalMeasures }) {
  const { t, formats } = useLanguage()
  const name = useGroupName(table)
  const tenth = (value: number | null) => (value === null ? '–' : String(Math.round(value * 10) / 10))
  const range = ({ count, meanS, minS, maxS }: DurationSummary) =>
    count === 0 ? '–' : `${tenth(meanS)} (${tenth(minS)}–${tenth(maxS)})`
  const heads = ['group', 'greens', 'greenShare', 'green', 'yellow', 'redClearance', 'pedestrianClearance'] as const
  const save = () => {
    const rows = measures.groups.map((group) => [
      ...[group.group, name(group.group), group.greens, group.greenShare ?? undefined],
      ...[group.green.meanS ?? undefined, group.green.minS ?? undefined, group.green.maxS ?? undefined],
      ...[group.yellow.minS ?? undefined, group.redClearance.minS ?? undefined],
      ...[group.pedestrianClearance.minS ?? undefined, group.arrivals ?? undefined, group.arrivalsOnGreen ?? undefined],
    ])
    const head = [
      ...['group', 'name', 'greens', 'greenShare', 'greenMeanS', 'greenMinS', 'greenMaxS', 'yellowMinS'],
      ...['redClearanceMinS', 'pedestrianClearanceMinS', 'arrivals', 'arrivalsOnGreen'],
    ]
    download(`${table.id}-${measures.to.slice(0, 10)}.csv`, 'text/csv;charset=utf-8', csv([head, ...rows]))
  }
  return (
    <section className="panel" aria-labelledby="measures">
      <h2 id="measures" className="panel-title">
        {t('junction.measures')}{' '}
        <span className="soft">{t('junction.coverage', { share: formats.percent(measures.coverage) })}</span>
        <button type="button" className="plain-button" onClick={save} data-testid="measures-csv">
          {t('lots.export')}
        </button>
      </h2>
      <div className="table-room">
        <table className="junction-table" data-testid="measures">
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col">
                  {t(`junction.${head}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {measures.groups.map((group) => (
              <tr key={group.group}>
                <th scope="row">{name(group.group)}</th>
                <td className="figures">{formats.integer(group.greens)}</td>
                <td className="figures">{group.greenShare === null ? '–' : formats.percent(group.greenShare)}</td>
                <td className="figures">{range(group.green)}</td>
                <td className="figures">{tenth(group.yellow.minS)}</td>
                <td className="figures">{tenth(group.redClearance.minS)}</td>
                <td className="figures">{tenth(group.pedestrianClearance.minS)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
