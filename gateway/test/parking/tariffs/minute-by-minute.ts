import { type DayKind, dayKinds, type TariffDocument } from '@clearway/contracts'
import { chinaCalendar } from '../../../src/parking/tariffs/calendar/calendar.ts'
import { minuteMs } from '../small-lot.ts'

type Windows = NonNullable<TariffDocument['windows']>
interface Tier {
  untilMin: number
  everyMin: number
  amountFen: number
}

const shanghaiMin = 480
const minuteOf = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))

function windowAt(windows: Windows, local: number): number {
  const kind: DayKind = chinaCalendar.kindOf(Math.floor(local / 1440))
  const minute = local % 1440
  return windows.findIndex(({ days = dayKinds, from = '00:00', until = '24:00' }) => {
    const [a, b] = [minuteOf(from), minuteOf(until)]
    return days.includes(kind) && (a < b ? minute >= a && minute < b : minute >= a || minute < b)
  })
}

/** The block that begins at a minute of charged time, or none. */
function blockAt(
  { first, steps = [], further }: Pick<TariffDocument, 'first' | 'steps' | 'further'>,
  minute: number,
): { amountFen: number; everyMin: number } | undefined {
  let from = 0
  const tiers: Tier[] = [
    ...(first ? [{ ...first, everyMin: first.untilMin }] : []),
    ...steps,
    ...(further ? [{ ...further, untilMin: Number.POSITIVE_INFINITY }] : []),
  ]
  for (const tier of tiers) {
    if (minute < tier.untilMin) return (minute - from) % tier.everyMin === 0 ? tier : undefined
    from = tier.untilMin
  }
  return undefined
}

/**
 * The price of a stay in Shanghai found by walking through it minute by minute: slow and plain, to hold the engine
 * against. Knows documents without vehicles, passes, discounts and rounding.
 *
 * @param enteredAtMs at a whole minute
 */
export function walkedPrice(document: TariffDocument, enteredAtMs: number, minutes: number, earlierFen = 0): number {
  const { windows, blocks, capPer24hFen: cap24h, capPerDayFen, capAcrossEntriesFen } = document
  const { withinMin = 0, kind = 'threshold', inclusive = true } = document.free ?? {}
  const after = document.after24h ?? (windows && cap24h == null ? 'ignore' : 'continue')
  const spent = new Map<string, number>([['entries', earlierFen]])
  let total = 0
  let span = 0
  let visits = 0
  let visit = -1
  let visitStart = 0
  let nextBlock = 0
  let chargedFrom = 0
  let firstEnds = 0
  const paid = new Map<number, number>()
  for (let minute = 0; minute < minutes; minute++) {
    const inSpan = after === 'ignore' ? minute : minute % 1440
    if (inSpan === 0) {
      span++
      const length = Math.min(minutes - minute, after === 'ignore' ? Number.POSITIVE_INFINITY : 1440)
      const fresh = span === 1 || after.startsWith('restart')
      const free = span === 1 || after === 'restart'
      chargedFrom = minute
      if (fresh && free) {
        const within = kind === 'threshold' && inclusive ? length <= withinMin : length < withinMin
        if (within) chargedFrom = minute + length
        else if (kind === 'allowance') chargedFrom += withinMin
      }
      const untilMin = document.first?.untilMin ?? 0
      firstEnds = fresh ? chargedFrom + untilMin : chargedFrom - (windows ? 0 : untilMin + 1e9)
      nextBlock = Math.max(chargedFrom, windows ? firstEnds : 0)
      paid.clear()
    }
    const local = Math.floor(enteredAtMs / minuteMs) + shanghaiMin + minute
    const window = windows ? windowAt(windows, local) : -1
    if (window !== visit) {
      visit = window
      visits++
    }
    if (minute < chargedFrom) continue
    let block: { amountFen: number; everyMin: number } | undefined
    let bucket = ''
    if (!windows) {
      const fresh = span === 1 || after.startsWith('restart')
      block = blockAt(fresh ? document : { further: document.further }, minute - chargedFrom)
    } else if (minute < firstEnds) {
      if (minute === chargedFrom) block = { amountFen: document.first!.amountFen, everyMin: 0 }
    } else {
      const before = minute === 0 || minute === Math.max(chargedFrom, firstEnds) || inSpan === 0
      const anew = before || windowAt(windows, local - 1) !== window
      if (anew) visitStart = minute
      const rate = windows[window]!
      bucket = `window ${visits}`
      if (blocks?.clock === 'entry') {
        if (minute === nextBlock) {
          block = rate.further
          nextBlock += rate.further.everyMin
        }
      } else if (blocks?.rounding === 'once') {
        const left = paid.get(window) ?? 0
        if (left === 0) block = rate.further
        paid.set(window, left === 0 ? rate.further.everyMin - 1 : left - 1)
      } else block = blockAt(rate, minute - visitStart)
    }
    if (!block) continue
    const caps: [string, number | null | undefined][] = [
      [bucket, windows?.[window]?.capFen],
      [`day ${Math.floor(local / 1440)}`, capPerDayFen],
      [`span ${span}`, cap24h],
      ...(minute < 1440 ? [['entries', capAcrossEntriesFen] as [string, number | undefined]] : []),
    ]
    let net = block.amountFen
    for (const [key, cap] of caps) if (key && cap != null) net = Math.min(net, Math.max(0, cap - (spent.get(key) ?? 0)))
    for (const [key] of caps) spent.set(key, (spent.get(key) ?? 0) + net)
    total += net
  }
  return total
}
