import type { Bill } from '@clearway/contracts'
import { useLanguage } from '../language/use-language.ts'
import { PriceLines } from './price-lines.tsx'

/** The amount of a bill, and on demand how it came about. */
export function BillLines({ bill }: { bill: Bill }) {
  const { t, formats } = useLanguage()
  return (
    <details className="bill">
      <summary>
        {formats.money(bill.amountFen)} <span className="soft">{t(`bill.${bill.state}`)}</span>
      </summary>
      <PriceLines lines={bill.lines} />
    </details>
  )
}
