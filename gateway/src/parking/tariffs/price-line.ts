import type { QuoteLine, QuoteRule } from '@clearway/contracts'

/** One step of a price. Minutes count from entry. Its text follows from the tariff document. */
export type PriceLine = Omit<QuoteLine, 'text' | 'source'> & {
  /** Where the rule stands in the document. */
  source: string
}

export interface Price {
  amountFen: number
  /** In order of time; their amounts add up to `amountFen`. Caps and discounts are lines with negative amounts. */
  lines: PriceLine[]
}

/** Where a rule stands in the plainest document; lines that say nothing else come from there. */
export const plainSource: Readonly<Record<QuoteRule, string>> = {
  free: 'free',
  first: 'first',
  step: 'steps.0',
  further: 'further',
  window: 'windows.0.further',
  cap: 'capPer24hFen',
  'cap-window': 'windows.0.capFen',
  'cap-day': 'capPerDayFen',
  'cap-entries': 'capAcrossEntriesFen',
  pass: 'passes',
  grace: 'afterPayment',
  discount: 'discounts.0',
  rounding: 'rounding',
  surcharge: 'reservation',
}
