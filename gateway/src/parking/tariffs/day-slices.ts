import type { DayKind } from '@clearway/contracts'

/** A window as far as it matters when it holds. */
export interface WindowTimes {
  days?: readonly DayKind[] | undefined
  from?: string | undefined
  until?: string | undefined
}

/** Minutes of the day `[fromMin, untilMin)` that belong to one window. */
export interface DaySlice {
  fromMin: number
  untilMin: number
  /** Its place in the list of windows. */
  window: number
}

const dayMin = 1440

/** Minute of the day of `07:00`, 0–1440. */
export function minuteOfDay(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number) as [number, number]
  return hours * 60 + minutes
}

/** `07:00` of a minute of the day. */
export const clockText = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

/**
 * How the windows lie on a day of one kind, in order of time; those that overlap do so here too. A window that passes
 * midnight holds on the morning and on the evening of each of its days.
 */
export function daySlices(windows: readonly WindowTimes[], kind: DayKind): DaySlice[] {
  const slices: DaySlice[] = []
  for (const [window, { days, from = '00:00', until = '24:00' }] of windows.entries()) {
    if (days && !days.includes(kind)) continue
    const fromMin = minuteOfDay(from)
    const untilMin = minuteOfDay(until)
    if (fromMin < untilMin) slices.push({ fromMin, untilMin, window })
    else slices.push({ fromMin: 0, untilMin, window }, { fromMin, untilMin: dayMin, window })
  }
  return slices
    .filter(({ fromMin, untilMin }) => fromMin < untilMin)
    .sort((a, b) => a.fromMin - b.fromMin || a.window - b.window)
}
