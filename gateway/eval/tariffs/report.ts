import { type AprilFigures, publishedFigures } from './check-values.ts'
import { type Mismatch, mismatchKinds, type Replay } from './replay.ts'

/** Least shares of the recorded lots, January to May 2019: all stays, and those beyond the free time. */
const marks: Readonly<Record<string, { exactShare: number; exactShareBeyondFree: number }>> = {
  P5: { exactShare: 0.995, exactShareBeyondFree: 0.995 },
  P1: { exactShare: 0.992, exactShareBeyondFree: 0.99 },
  P3: { exactShare: 0.983, exactShareBeyondFree: 0.97 },
  P6: { exactShare: 0.9999, exactShareBeyondFree: 0.994 },
  P7: { exactShare: 0.9999, exactShareBeyondFree: 0.994 },
}

/** A figure of April 2019 beside the published one. */
export interface Check {
  lot: string
  figure: keyof AprilFigures
  expected: number
  got: number
  ok: boolean
}

export function checksOf(figures: ReadonlyMap<string, AprilFigures>): Check[] {
  return Object.entries(publishedFigures).flatMap(([lot, published]) =>
    (Object.keys(published) as (keyof AprilFigures)[]).map((figure) => {
      const got = figures.get(lot)?.[figure] ?? Number.NaN
      return { lot, figure, expected: published[figure], got, ok: got === published[figure] }
    }),
  )
}

/** What falls short of the marks, in words; the shares are compared as the marks are given, in tenths of a per cent. */
export function shortfalls({ lots }: Replay): string[] {
  const reached = (share: number, mark: number, digits: number) => Number((100 * share).toFixed(digits)) >= 100 * mark
  return lots.flatMap(({ lot, exactShare, exactShareBeyondFree }) => {
    const mark = marks[lot]
    if (!mark) return []
    const digits = mark.exactShare > 0.999 ? 2 : 1
    return [
      ...(reached(exactShare, mark.exactShare, digits)
        ? []
        : [`${lot}: exactShare ${exactShare} is below ${mark.exactShare}`]),
      ...(reached(exactShareBeyondFree, mark.exactShareBeyondFree, 1)
        ? []
        : [`${lot}: exactShareBeyondFree ${exactShareBeyondFree} is below ${mark.exactShareBeyondFree}`]),
    ]
  })
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`

export function reportText({ lots, left }: Replay, checks: readonly Check[]): string {
  const lines = [
    '| lot | tariff | stays | exact | beyond the free time | exact | within 1 min | mismatches |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |',
    ...lots.map(({ lot, tariff, stays, exactShare, beyondFree, exactShareBeyondFree, within1MinShare, mismatches }) => {
      const kinds = mismatchKinds.filter((kind) => mismatches[kind] > 0).map((kind) => `${kind} ${mismatches[kind]}`)
      const shares = [percent(exactShare), beyondFree, percent(exactShareBeyondFree), percent(within1MinShare)]
      return `| ${[lot, tariff, stays, ...shares, kinds.join(', ')].join(' | ')} |`
    }),
    ...left.map(({ lot, stays, reason }) => `not priced: ${stays} stays of ${lot}, ${reason}`),
  ]
  if (checks.length > 0) {
    lines.push('', 'April 2019:', '| lot | figure | published | here | |', '| --- | --- | ---: | ---: | --- |')
    for (const { lot, figure, expected, got, ok } of checks) {
      lines.push(`| ${lot} | ${figure} | ${expected} | ${got} | ${ok ? 'equal' : 'DIFFERS'} |`)
    }
  }
  return lines.join('\n')
}

/** Every mismatch as CSV; times in UTC, amounts in fen. */
export function mismatchCsv(mismatches: readonly Mismatch[]): string {
  const rows = mismatches.map(({ stay, tariff, minutes, pricedFen, kind }) => {
    const times = [stay.arrivalMs, stay.departureMs].map((ms) => new Date(ms).toISOString())
    return [stay.line, stay.lot, tariff, ...times, minutes, stay.chargedFen, pricedFen, kind].join(',')
  })
  return `${['line,lot,tariff,arrival,departure,minutes,charged_fen,priced_fen,kind', ...rows].join('\n')}\n`
}
