const dayMs = 86_400_000

/** Ages of debts in whole days since the bill was issued, both ends included; null: without end. */
const ageBuckets = [
  { fromDays: 0, toDays: 2 },
  { fromDays: 3, toDays: 15 },
  { fromDays: 16, toDays: 30 },
  { fromDays: 31, toDays: 90 },
  { fromDays: 91, toDays: null },
] as const

export interface AgeBucket {
  fromDays: number
  toDays: number | null
  bills: number
  owedFen: number
}

/** What is owed by age. An age counts in completed days; a bill from the future has the age 0. */
export function ageingOf(debts: Iterable<{ issuedMs: number; owedFen: number }>, nowMs: number): AgeBucket[] {
  const buckets: AgeBucket[] = ageBuckets.map((bucket) => ({ ...bucket, bills: 0, owedFen: 0 }))
  for (const { issuedMs, owedFen } of debts) {
    if (owedFen === 0) continue
    const days = Math.max(0, Math.floor((nowMs - issuedMs) / dayMs))
    const bucket = buckets.findLast(({ fromDays }) => days >= fromDays) as AgeBucket
    bucket.bills++
    bucket.owedFen += owedFen
  }
  return buckets
}
