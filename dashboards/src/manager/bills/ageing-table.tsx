import type { Ageing } from '@clearway/contracts'
import { useLanguage } from '../../language/use-language.ts'

/** What is owed, by how long. */
export function AgeingTable({ ageing }: { ageing: Ageing }) {
  const { t, formats } = useLanguage()
  const totalFen = ageing.buckets.reduce((sum, { owedFen }) => sum + owedFen, 0)
  return (
    <table className="ageing figures" aria-label={t('bills.ageing')} data-testid="ageing">
      <thead>
        <tr>
          <th scope="col">{t('bills.age')}</th>
          <th scope="col">{t('bills.count')}</th>
          <th scope="col">{t('bills.owed')}</th>
        </tr>
      </thead>
      <tbody>
        {ageing.buckets.map(({ fromDays, toDays, bills, owedFen }) => (
          <tr key={fromDays}>
            <td>{t('bills.days', { span: toDays === null ? `> ${fromDays - 1}` : `${fromDays}–${toDays}` })}</td>
            <td>{formats.integer(bills)}</td>
            <td>{formats.money(owedFen)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <td>{t('bills.total')}</td>
          <td>{formats.integer(ageing.buckets.reduce((sum, { bills }) => sum + bills, 0))}</td>
          <td>{formats.money(totalFen)}</td>
        </tr>
      </tfoot>
    </table>
  )
}
