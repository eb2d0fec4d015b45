import type { LotMetrics } from '@clearway/contracts'

export interface PeriodSummary {
  vacancyRate: number | null
  turnoverRate: number
  meanDwellS: number | null
  peakOccupied: number
  revenueFen: number
}

/** One figure per column of a row of buckets, each bucket weighted by its length and by how much of it is known. */
export function summaryOf(metrics: readonly LotMetrics[]): PeriodSummary {
  let knownMs = 0
  let vacantMs = 0
  let spanMs = 0
  let turnoverMs = 0
  let dwellS = 0
  let dwellBuckets = 0
  let peakOccupied = 0
  let revenueFen = 0
  for (const one of metrics) {
    const lengthMs = Date.parse(one.to) - Date.parse(one.from)
    spanMs += lengthMs
    turnoverMs += one.turnoverRate * lengthMs
    if (one.vacancyRate !== null) {
      const known = lengthMs * one.coverage
      knownMs += known
      vacantMs += one.vacancyRate * known
    }
    if (one.meanDwellS !== null) {
      dwellS += one.meanDwellS
      dwellBuckets++
    }
    peakOccupied = Math.max(peakOccupied, one.peakOccupied)
    revenueFen += one.revenueFen
  }
  return {
    vacancyRate: knownMs === 0 ? null : vacantMs / knownMs,
    turnoverRate: spanMs === 0 ? 0 : turnoverMs / spanMs,
    meanDwellS: dwellBuckets === 0 ? null : dwellS / dwellBuckets,
    peakOccupied,
    revenueFen,
  }
}
