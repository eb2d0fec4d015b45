import type { Bill } from '@clearway/contracts'
import { useLanguage } from '../language/use-language.ts'

/** The amount of a bill, and on demand how it came about. */
export function BillLines({ bill }: { bill: Bill }) {
  const { t, text, formats } = useLanguage()
  return (
    <details className="bill">
      <summary>
        {formats.money(bill.amountFen)} <span className="soft">{t(`bill.${bill.state}`)}</span>
      </summary>
      <table aria-label={t('bill.itemised')}>
        <tbody>
          {bill.lines.map((line) => (
            <tr key={`${line.rule}-${line.fromMin}`}>
              <td>{text(line.text)}</td>
              <td>
                {line.fromMin}–{line.untilMin} min
              </td>
              <td>{formats.money(line.amountFen)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
