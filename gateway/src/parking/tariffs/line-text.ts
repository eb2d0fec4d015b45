import type { DayKind, LocalText, QuoteLine, TariffDocument } from '@clearway/contracts'
import { type PriceLine, plainSource } from './price-line.ts'

interface Blocks {
  everyMin: number
  amountFen: number
  untilMin: number
}
type Window = NonNullable<TariffDocument['windows']>[number]

const yuan = (fen: number) => `¥${fen / 100}`

const dayNames: Record<DayKind, { zh: string; en: string }> = {
  workday: { zh: '工作日', en: 'workdays' },
  weekend: { zh: '周末', en: 'weekends' },
  'public-holiday': { zh: '节假日', en: 'public holidays' },
  'swapped-workday': { zh: '调休上班日', en: 'swapped workdays' },
}

/** The lines as people read them. @param lines made by the document */
export function quoteLines(document: TariffDocument, lines: readonly PriceLine[]): QuoteLine[] {
  return lines.map((line) => ({ ...line, text: textOf(document, line) }))
}

function textOf(document: TariffDocument, { rule, source = plainSource[rule] }: PriceLine): LocalText {
  const path = source.split('.')
  const at = (steps: readonly string[]): unknown =>
    steps.reduce<unknown>((here, step) => (here as Record<string, unknown> | undefined)?.[step], document)
  const fen = () => Number(at(path))
  const blocks = () => at(path) as Blocks
  const windowAt = path.indexOf('windows')
  const where = windowAt < 0 ? { zh: '', en: '' } : windowName(at(path.slice(0, windowAt + 2)) as Window)
  const text = (zh: string, en: string): LocalText => ({ zh: where.zh + zh, en: where.en + en })
  switch (rule) {
    case 'free':
      return text('免费时段', 'free time')
    case 'first': {
      const { untilMin, amountFen } = blocks()
      return text(`首 ${untilMin} 分钟 ${yuan(amountFen)}`, `first ${untilMin} min ${yuan(amountFen)}`)
    }
    case 'step': {
      const { untilMin, everyMin, amountFen } = blocks()
      return text(
        `${untilMin} 分钟以内每 ${everyMin} 分钟 ${yuan(amountFen)}`,
        `up to ${untilMin} min, each ${everyMin} min begun ${yuan(amountFen)}`,
      )
    }
    case 'further': {
      const { everyMin, amountFen } = blocks()
      return text(`其后每 ${everyMin} 分钟 ${yuan(amountFen)}`, `each further ${everyMin} min begun ${yuan(amountFen)}`)
    }
    case 'window': {
      const { everyMin, amountFen } = blocks()
      return text(`每 ${everyMin} 分钟 ${yuan(amountFen)}`, `each ${everyMin} min begun ${yuan(amountFen)}`)
    }
    case 'cap':
      return text(`24 小时封顶 ${yuan(fen())}`, `at most ${yuan(fen())} in 24 h`)
    case 'cap-window':
      return text(`时段封顶 ${yuan(fen())}`, `at most ${yuan(fen())} in this window`)
    case 'cap-day':
      return text(`每日封顶 ${yuan(fen())}`, `at most ${yuan(fen())} on one day`)
    case 'cap-entries':
      return text(`24 小时内多次进出合计封顶 ${yuan(fen())}`, `at most ${yuan(fen())} for all entries in 24 h`)
    case 'pass':
      return text('月卡有效', 'covered by a pass')
    case 'grace': {
      const minutes = document.afterPayment?.graceMin ?? 0
      return text(`缴费后 ${minutes} 分钟内离场`, `${minutes} min to leave after paying`)
    }
    case 'discount': {
      const { zh, en } = (at([...path, 'name']) ?? {}) as LocalText
      return { zh: zh ?? en ?? '优惠', en: en ?? zh ?? 'discount' }
    }
    case 'surcharge':
      return { zh: '超出预约时间占用车位', en: 'in a reserved bay after its time' }
    case 'rounding': {
      const { toFen } = document.rounding ?? { toFen: 1 }
      return text(`取整到 ${yuan(toFen)}`, `rounded to ${yuan(toFen)}`)
    }
  }
}

/** `白天 · ` where the window has a name, else its days and times. */
function windowName({ name, days, from = '00:00', until = '24:00' }: Window): { zh: string; en: string } {
  const times = `${from}–${until}`
  const zh = name?.zh ?? name?.en ?? [...(days ?? []).map((kind) => dayNames[kind].zh), times].join(' ')
  const en = name?.en ?? name?.zh ?? [(days ?? []).map((kind) => dayNames[kind].en).join(', '), times].join(' ').trim()
  return { zh: `${zh} · `, en: `${en} · ` }
}
