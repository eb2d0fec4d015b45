/** What an import kept, and everything it left out with the reason and the number. */
export interface ImportReport {
  kept: Record<string, number>
  /** Reason → number, for example `ways: access private` → 1323. */
  dropped: Record<string, number>
  /** Lines worth reading one by one, at most `MAX_NOTES`. */
  notes: string[]
}

/** Enough to look into, few enough to print. */
const MAX_NOTES = 200

export const newReport = (): ImportReport => ({ kept: {}, dropped: {}, notes: [] })

export function drop(report: ImportReport, reason: string, count = 1): void {
  if (count > 0) report.dropped[reason] = (report.dropped[reason] ?? 0) + count
}

export function note(report: ImportReport, line: string): void {
  if (report.notes.length < MAX_NOTES) report.notes.push(line)
}
