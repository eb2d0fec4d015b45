import { type DayKind, dayKinds, type TariffDocument } from '@clearway/contracts'
import { clockText, daySlices, minuteOfDay } from './day-slices.ts'
import { capFaults, type FaultSink, roundingFault, stepFaults } from './price-faults.ts'

type Windows = NonNullable<TariffDocument['windows']>

/** Faults of the windows of a document; on each kind of day they must cover every minute once. */
export function windowFaults(document: TariffDocument, windows: Windows, path: string, fault: FaultSink): void {
  for (const kind of dayKinds) coverFaults(windows, kind, path, fault)
  const { clock = 'window', rounding } = document.blocks ?? {}
  if (clock === 'entry' && rounding !== undefined) {
    fault(
      'blocks.rounding',
      `${rounding} has no meaning where blocks run on from entry; take it out or set clock: window`,
    )
  }
  for (const [i, window] of windows.entries()) {
    const at = `${path}.${i}`
    if (window.from !== undefined && window.from === window.until) {
      fault(`${at}.until`, `${window.until} is also from, so it never holds; leave both out for the whole day`)
    }
    if (window.from === '24:00') fault(`${at}.from`, '24:00 is the end of the day; give 00:00')
    stepFaults(window, `${at}.`, fault)
    const equal = clock === 'entry' ? 'clock: entry' : rounding === 'once' ? 'rounding: once' : undefined
    for (const field of ['first', 'steps'] as const) {
      if (equal && window[field])
        fault(`${at}.${field}`, `has no place with ${equal}; blocks of a window are equal there`)
    }
    if (window.capFen === undefined) continue
    const blocks = [
      ...(window.first ? [{ fen: window.first.amountFen, what: "the first block's" }] : []),
      ...(window.steps ?? []).map(({ amountFen }) => ({ fen: amountFen, what: "one step's block" })),
      { fen: window.further.amountFen, what: "one further block's" },
    ]
    capFaults(window.capFen, blocks, `${at}.capFen`, fault)
    roundingFault(document, window.capFen, `${at}.capFen`, fault)
  }
}

/** Gaps and overlaps on days of one kind. */
function coverFaults(windows: Windows, kind: DayKind, path: string, fault: FaultSink): void {
  let covered = 0
  let before = -1
  const gap = (untilMin: number) => {
    const span = `${clockText(covered)}–${clockText(untilMin)}`
    fault(path, `none holds on a ${kind} ${span}; add ${kind} to the days of a window or change from and until`)
  }
  for (const { fromMin, untilMin, window } of daySlices(windows, kind)) {
    if (fromMin > covered) gap(fromMin)
    if (fromMin < covered) {
      const span = `${clockText(fromMin)}–${clockText(Math.min(covered, untilMin))}`
      fault(`${path}.${window}`, `overlaps ${path}.${before} on a ${kind} ${span}; change from, until or days of one`)
    }
    if (untilMin > covered) {
      covered = untilMin
      before = window
    }
  }
  if (covered < minuteOfDay('24:00')) gap(minuteOfDay('24:00'))
}
