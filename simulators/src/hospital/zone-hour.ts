const dayMs = 86_400_000

/** The date of an instant in a zone, YYYY-MM-DD. */
const dateIn = (ms: number, zone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(ms)

/** The instant of a full hour of a date in a zone. */
export function zoneHourMs(date: string, hour: number, zone: string): number {
  const asUtcMs = Date.parse(`${date}T${String(hour).padStart(2, '0')}:00:00Z`)
  const wall = (ms: number) => {
    const text = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(
      ms,
    )
    return Date.parse(`${text.replace(' ', 'T')}Z`)
  }
  // The offset at the guess is the offset at the answer, but for the hours around a change of time.
  const guessMs = asUtcMs - (wall(asUtcMs) - asUtcMs)
  return guessMs - (wall(guessMs) - asUtcMs)
}

/** Dates from the one of an instant on. */
export const datesFrom = (ms: number, days: number, zone: string): string[] =>
  Array.from({ length: days }, (_, i) => dateIn(ms + i * dayMs, zone))
