/** Milliseconds of wall clock of single runs, the shortest first. */
export type Times = readonly number[]

/** What one run takes. */
export function timed<T>(run: () => T): { ms: number; result: T } {
  const from = performance.now()
  const result = run()
  return { ms: performance.now() - from, result }
}

/** Single runs in the order of the items, after one round to warm up. */
export function warm<T>(items: readonly T[], run: (item: T) => void): number[] {
  for (const item of items) run(item)
  return items.map((item) => timed(() => run(item)).ms)
}

export const sorted = (times: readonly number[]): Times => [...times].sort((a, b) => a - b)

/** The smallest time that at least `share` of all runs keep; 0 when there were none. */
export function quantile(times: Times, share: number): number {
  return times[Math.max(0, Math.ceil(share * times.length) - 1)] ?? 0
}

/** Milliseconds of processor time of this thread: it does not count what others do on a shared machine. */
export function cpuMs(run: () => void): number {
  const from = process.threadCpuUsage()
  run()
  const { user, system } = process.threadCpuUsage(from)
  return (user + system) / 1000
}
