import type { JunctionTable, PreemptionRecord } from '@clearway/contracts'
import { useLanguage } from '../language/use-language.ts'

/** A pre-emption whose call was recorded. */
export type CalledRecord = PreemptionRecord & { calledAt: string }

export interface PreemptionListProps {
  table: JunctionTable
  records: readonly CalledRecord[]
  chosen: number | 'live' | undefined
  onChoose: (calledMs: number | 'live') => void
}

const most = 30

/** The pre-emptions of the last day, the newest first; the chosen one is drawn. */
export function PreemptionList({ table, records, chosen, onChoose }: PreemptionListProps) {
  const { t, text, formats } = useLanguage()
  const street = (id: string) => {
    const approach = table.approaches.find((one) => one.id === id)
    return (approach && text(approach.name)) || id
  }
  const between = (from: string | null, to: string | null) =>
    from === null || to === null ? '–' : formats.span((Date.parse(to) - Date.parse(from)) / 1000)
  const newest = [...records].sort((a, b) => b.calledAt.localeCompare(a.calledAt)).slice(0, most)
  const shown = chosen ?? (newest[0] ? Date.parse(newest[0].calledAt) : 'live')
  return (
    <section className="panel" aria-labelledby="preemptions">
      <h2 id="preemptions" className="panel-title">
        {t('junction.preemptions')} <span className="soft figures">{records.length}</span>
      </h2>
      <table className="junction-table">
        <thead>
          <tr>
            <th scope="col">{t('junction.called')}</th>
            <th scope="col">{t('junction.approach')}</th>
            <th scope="col">{t('junction.toGreen')}</th>
            <th scope="col">{t('junction.parts.dwell')}</th>
            <th scope="col">{t('junction.parts.recovery')}</th>
          </tr>
        </thead>
        <tbody>
          <tr aria-current={shown === 'live'}>
            <td colSpan={5}>
              <button type="button" className="link-button" onClick={() => onChoose('live')}>
                {t('junction.lastMinutes')}
              </button>
            </td>
          </tr>
          {newest.map((one) => {
            const calledMs = Date.parse(one.calledAt)
            return (
              <tr
                key={`${one.calledAt},${one.approach}`}
                aria-current={shown === calledMs}
                data-testid="preemption"
                data-approach={one.approach}
                data-called={one.calledAt}
              >
                <td>
                  <button type="button" className="link-button figures" onClick={() => onChoose(calledMs)}>
                    {formats.clockSeconds(calledMs)}
                  </button>
                </td>
                <td>{street(one.approach)}</td>
                <td className="figures">{between(one.calledAt, one.greenAt)}</td>
                <td className="figures">{between(one.greenAt, one.exitAt)}</td>
                <td className="figures">{between(one.exitAt, one.recoveredAt)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {newest.length === 0 && <p className="soft">{t('junction.noPreemptions')}</p>}
    </section>
  )
}
