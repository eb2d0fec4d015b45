import type { JunctionTable } from '@clearway/contracts'
import { useLanguage } from '../language/use-language.ts'

/** What the controller is loaded with: cycle, stages, and the all-red of every conflicting pair. */
export function TimingFacts({ table }: { table: JunctionTable }) {
  const { t } = useLanguage()
  const redS = new Map(table.intergreens.map(({ ends, begins, redS }) => [`${ends} ${begins}`, redS]))
  const ids = table.groups.map(({ id }) => id)
  return (
    <section className="panel" aria-labelledby="timing">
      <h2 id="timing" className="panel-title">
        {t('junction.timing')}
      </h2>
      <p className="figures">
        {t('junction.cycle', { cycle: table.cycleS, offset: table.offsetS })} ·{' '}
        {t(`junction.operation.${table.operation ?? 'fixed-time'}`)}
      </p>
      <ol className="stages">
        {table.stages.map(({ id, groups, greenS }) => (
          <li key={id} className="figures">
            {id}: {groups.join(' + ')} · {greenS} s
          </li>
        ))}
      </ol>
      <div className="table-room">
        <table className="junction-table matrix">
          <caption>{t('junction.intergreens')}</caption>
          <thead>
            <tr>
              <td />
              {ids.map((id) => (
                <th key={id} scope="col">
                  {id}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ids.map((ends) => (
              <tr key={ends}>
                <th scope="row">{ends}</th>
                {ids.map((begins) => (
                  <td key={begins} className="figures">
                    {redS.get(`${ends} ${begins}`) ?? ''}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
