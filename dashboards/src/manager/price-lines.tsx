import type { QuoteLine } from '@clearway/contracts'
import { useLanguage } from '../language/use-language.ts'

/** How a price came about, line by line. */
export function PriceLines({ lines }: { lines: readonly QuoteLine[] }) {
  const { t, text, formats } = useLanguage()
  return (
    <table className="price-lines" aria-label={t('bill.itemised')}>
      <tbody>
        {lines.map((line) => (
          <tr key={`${line.rule}-${line.source ?? ''}-${line.fromMin}`} title={line.source}>
            <td>{text(line.text)}</td>
            <td>
              {line.fromMin}–{line.untilMin} min
            </td>
            <td>{formats.money(line.amountFen)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
