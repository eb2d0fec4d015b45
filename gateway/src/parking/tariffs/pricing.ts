import { InputError, type LocalText, type QuoteLine, type TariffDocument, toTimestamp } from '@clearway/contracts'

const minuteMs = 60_000
const dayMin = 1440
/** Nobody parks for longer; a quote beyond it is a mistyped date and would be thousands of lines. */
const longestQuoteMin = 3 * 366 * dayMin

/** One step of a price. Minutes count from entry. */
export type PriceLine = Omit<QuoteLine, 'text'>

export interface Price {
  amountFen: number
  /** In order of time; their amounts add up to `amountFen`. A cap is a line with a negative amount. */
  lines: PriceLine[]
}

/**
 * The price of one stay, line by line. Time is counted in completed minutes, so a started minute is the driver's. Each
 * 24 h from entry is priced and capped on its own.
 *
 * @throws InputError naming `leftAt` when it is before `enteredAt` or more than three years after it
 */
export function priceStay(document: TariffDocument, stay: { enteredAtMs: number; leftAtMs: number }): Price {
  const minutes = wholeMinutes(stay)
  const lines: PriceLine[] = []
  for (let from = 0; from === 0 || from < minutes; from += dayMin) {
    lines.push(...priceDay(document, from, Math.min(minutes, from + dayMin)))
  }
  return { amountFen: lines.reduce((sum, line) => sum + line.amountFen, 0), lines }
}

function wholeMinutes({ enteredAtMs, leftAtMs }: { enteredAtMs: number; leftAtMs: number }): number {
  const minutes = Math.floor((leftAtMs - enteredAtMs) / minuteMs)
  if (leftAtMs >= enteredAtMs && minutes <= longestQuoteMin) return minutes
  const fault = leftAtMs < enteredAtMs ? 'is before' : 'is more than three years after'
  const message = `${toTimestamp(leftAtMs)} ${fault} enteredAt ${toTimestamp(enteredAtMs)}`
  throw new InputError('stay-span', `leftAt ${message}`, [{ field: 'leftAt', message }])
}

/** Lines of the minutes `[from, until)` since entry, which lie within one 24 h. */
function priceDay(document: TariffDocument, from: number, until: number): PriceLine[] {
  const { free, first, further, capPer24hFen: cap, after24h } = document
  const fresh = from === 0 || after24h === 'restart'
  const lines: PriceLine[] = []
  let charged = from
  if (fresh) {
    const stayed = until - from
    const within = free.kind === 'threshold' && free.inclusive ? stayed <= free.withinMin : stayed < free.withinMin
    const nothingLeft = stayed === 0 || (free.kind === 'allowance' && stayed <= free.withinMin)
    if (within || nothingLeft) return [freeLine(from, until)]
    if (free.kind === 'allowance' && free.withinMin > 0) {
      charged += free.withinMin
      lines.push(freeLine(from, charged))
    }
    const end = Math.min(until, charged + first.untilMin)
    lines.push({
      rule: 'first',
      fromMin: charged,
      untilMin: end,
      quantity: 1,
      amountFen: first.amountFen,
    })
    charged += first.untilMin
  }
  if (until > charged) {
    const blocks = Math.ceil((until - charged) / further.everyMin)
    lines.push({
      rule: 'further',
      fromMin: charged,
      untilMin: until,
      quantity: blocks,
      amountFen: blocks * further.amountFen,
    })
  }
  const sum = lines.reduce((total, line) => total + line.amountFen, 0)
  if (cap !== null && sum > cap) {
    lines.push({
      rule: 'cap',
      fromMin: from,
      untilMin: until,
      quantity: 1,
      amountFen: cap - sum,
    })
  }
  return lines
}

const freeLine = (fromMin: number, untilMin: number): PriceLine => ({
  rule: 'free',
  fromMin,
  untilMin,
  quantity: 1,
  amountFen: 0,
})

/** The lines as people read them. */
export function quoteLines(document: TariffDocument, lines: readonly PriceLine[]): QuoteLine[] {
  const yuan = (fen: number) => `¥${fen / 100}`
  const texts: Record<PriceLine['rule'], LocalText> = {
    free: { zh: '免费时段', en: 'free time' },
    first: {
      zh: `首 ${document.first.untilMin} 分钟 ${yuan(document.first.amountFen)}`,
      en: `first ${document.first.untilMin} min ${yuan(document.first.amountFen)}`,
    },
    further: {
      zh: `其后每 ${document.further.everyMin} 分钟 ${yuan(document.further.amountFen)}`,
      en: `each further ${document.further.everyMin} min begun ${yuan(document.further.amountFen)}`,
    },
    cap: {
      zh: `24 小时封顶 ${yuan(document.capPer24hFen ?? 0)}`,
      en: `at most ${yuan(document.capPer24hFen ?? 0)} in 24 h`,
    },
  }
  return lines.map((line) => ({ ...line, text: texts[line.rule] }))
}
