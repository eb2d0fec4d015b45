const minuteMs = 60_000

/** Lower edges in minutes: 5 min wide up to 2 h, 15 min to 8 h, 1 h to a day, 6 h to a week; the last is open. */
const edgesMin = [
  ...Array.from({ length: 24 }, (_, i) => i * 5),
  ...Array.from({ length: 24 }, (_, i) => 120 + i * 15),
  ...Array.from({ length: 16 }, (_, i) => 480 + i * 60),
  ...Array.from({ length: 24 }, (_, i) => 1440 + i * 360),
  7 * 1440,
]

export const dwellBins = edgesMin.length

/** The bin of a dwell time ≥ 0, ms. */
export function dwellBinOf(dwellMs: number): number {
  const minutes = dwellMs / minuteMs
  if (minutes < 120) return Math.floor(minutes / 5)
  if (minutes < 480) return 24 + Math.floor((minutes - 120) / 15)
  if (minutes < 1440) return 48 + Math.floor((minutes - 480) / 60)
  return Math.min(dwellBins - 1, 64 + Math.floor((minutes - 1440) / 360))
}

/** Half-open, ms; the last bin has no end. */
const dwellBinRange = (bin: number): { fromMs: number; toMs: number } => ({
  fromMs: (edgesMin[bin] as number) * minuteMs,
  toMs: (edgesMin[bin + 1] ?? Number.POSITIVE_INFINITY) * minuteMs,
})

/**
 * The lower median of binned dwell times, ms: right to its bin, within which dwell times are taken to lie evenly.
 *
 * @param bins counts; `offset` is where the first bin stands
 * @returns null when nothing was counted
 */
export function medianDwellMs(bins: Uint32Array, offset = 0): number | null {
  let total = 0
  for (let bin = 0; bin < dwellBins; bin++) total += bins[offset + bin]!
  if (total === 0) return null
  // Rank from 1 of the middle one, or of the first of two.
  const rank = Math.ceil(total / 2)
  let before = 0
  for (let bin = 0; ; bin++) {
    const count = bins[offset + bin]!
    if (before + count >= rank) {
      const { fromMs, toMs } = dwellBinRange(bin)
      if (!Number.isFinite(toMs)) return fromMs
      return fromMs + ((rank - before - 0.5) / count) * (toMs - fromMs)
    }
    before += count
  }
}
