import type { Language } from './language.ts'

/** Figures and times as people of the language write them; times are shown in the city's own zone. */
export interface Formats {
  /** Integer fen as yuan: `¥12.50`. */
  money(fen: number): string
  /** Fen as whole yuan, for totals: `¥1,250`. */
  wholeMoney(fen: number): string
  integer(value: number): string
  /** Stays per bay: one decimal, two below one. */
  turnover(value: number): string
  /** 0…1 as `42%`. */
  percent(share: number): string
  /** `14:05` */
  clock(atMs: number): string
  /** `14:05:09` */
  clockSeconds(atMs: number): string
  /** `11-23 14:05` */
  dateClock(atMs: number): string
  /** `48s`, `3m 20s`, `2h 5m` */
  span(seconds: number): string
  /** `850 m`, `3.2 km` */
  distance(metres: number): string
}

const locales: Record<Language, string> = { zh: 'zh-CN', en: 'en-GB' }

/** @param timeZone IANA zone of the city */
export function formatsFor(language: Language, timeZone: string): Formats {
  const locale = locales[language]
  const number = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options)
  const time = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone, hourCycle: 'h23', ...options })
  const yuan = { style: 'currency', currency: 'CNY', currencyDisplay: 'narrowSymbol' } as const
  const money = number(yuan)
  const wholeMoney = number({ ...yuan, maximumFractionDigits: 0 })
  const integer = number({ maximumFractionDigits: 0 })
  const tenths = number({ minimumFractionDigits: 1, maximumFractionDigits: 1 })
  const hundredths = number({ minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const percent = number({ style: 'percent', maximumFractionDigits: 0 })
  const clock = time({ hour: '2-digit', minute: '2-digit' })
  const clockSeconds = time({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const date = new Intl.DateTimeFormat('en-CA', { timeZone, month: '2-digit', day: '2-digit' })
  const join = language === 'zh' ? '' : ' '
  const unit = (value: number, name: string) =>
    number({
      style: 'unit',
      unit: name,
      unitDisplay: name === 'meter' ? 'short' : 'narrow',
      maximumFractionDigits: 0,
    }).format(value)
  const kilometres = number({ style: 'unit', unit: 'kilometer', unitDisplay: 'short', maximumFractionDigits: 1 })

  return {
    money: (fen) => money.format(fen / 100),
    wholeMoney: (fen) => wholeMoney.format(fen / 100),
    integer: (value) => integer.format(value),
    turnover: (value) => (value < 0.995 ? hundredths : tenths).format(value),
    percent: (share) => percent.format(share),
    clock: (atMs) => clock.format(atMs),
    clockSeconds: (atMs) => clockSeconds.format(atMs),
    dateClock: (atMs) => `${date.format(atMs)} ${clock.format(atMs)}`,
    span(seconds) {
      const whole = Math.round(Math.abs(seconds))
      if (whole < 60) return unit(whole, 'second')
      const minutes = Math.floor(whole / 60)
      if (whole < 600) {
        const rest = whole % 60
        return rest === 0 ? unit(minutes, 'minute') : unit(minutes, 'minute') + join + unit(rest, 'second')
      }
      if (minutes < 60) return unit(Math.round(whole / 60), 'minute')
      const hours = Math.floor(minutes / 60)
      return minutes % 60 === 0 ? unit(hours, 'hour') : unit(hours, 'hour') + join + unit(minutes % 60, 'minute')
    },
    distance: (metres) =>
      metres < 995 ? unit(Math.round(metres / 10) * 10, 'meter') : kilometres.format(metres / 1000),
  }
}
