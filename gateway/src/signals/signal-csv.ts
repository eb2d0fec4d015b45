import type { SignalMeasures } from '@clearway/contracts'

type Cell = string | number | null
type Row = Readonly<Record<string, Cell>>

export const eventColumns = ['at', 'code', 'parameter', 'name', 'subject'] as const

const durations = ['green', 'split', 'greenFlash', 'yellow', 'redClearance', 'pedestrianClearance'] as const

export const measureColumns = [
  ...(['from', 'to', 'coverage', 'group', 'kind', 'knownS', 'greens', 'greenShare'] as const),
  ...durations.flatMap((name) => [`${name}MeanS`, `${name}MinS`, `${name}MaxS`]),
  ...(['gapOut', 'maxOut', 'forceOff', 'preemption', 'unknown', 'actuations', 'pedestrianDelayMeanS'] as const),
  ...(['arrivals', 'arrivalsOnGreen', 'arrivalsOnGreenShare', 'splitFailures'] as const),
]

/** One row for each bucket and signal group. */
export function measureRows(items: readonly SignalMeasures[]): Row[] {
  return items.flatMap(({ from, to, coverage, groups }) =>
    groups.map((measures): Row => {
      const { ends, pedestrianDelay, ...rest } = measures
      const spans = durations.flatMap((name) => {
        const { meanS, minS, maxS } = measures[name]
        return [[`${name}MeanS`, meanS] as const, [`${name}MinS`, minS] as const, [`${name}MaxS`, maxS] as const]
      })
      const plain = Object.entries(rest).filter((entry): entry is [string, Cell] => !(entry[1] instanceof Object))
      return Object.fromEntries([
        ...[['from', from] as const, ['to', to] as const, ['coverage', coverage] as const],
        ...[...plain, ...spans, ...Object.entries(ends), ['pedestrianDelayMeanS', pedestrianDelay.meanS] as const],
      ])
    }),
  )
}

/** RFC 4180; the byte-order mark lets spreadsheets read UTF-8. Unknown values are empty. */
export function csv(columns: readonly string[], rows: readonly Row[], header?: 'without header'): string {
  const lines = rows.map((row) => columns.map((column) => quoted(row[column] ?? '')).join(','))
  const all = header ? lines : [`\uFEFF${columns.join(',')}`, ...lines]
  return `${all.join('\r\n')}\r\n`
}

const quoted = (cell: string | number): string =>
  /[",\r\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell)
