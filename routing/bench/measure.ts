import { cpuMs, sorted, type Times, timed, warm } from '../eval/timing.ts'

/** Processor time is counted in steps of about 4 ms. */
const LEAST_CPU_MS = 300

/** Processor time of one run over all items, divided by their number; repeated until it can be told. */
export function cpuPerItem<T>(items: readonly T[], run: (item: T) => void): number {
  for (const item of items) run(item)
  let total = 0
  let rounds = 0
  while (total < LEAST_CPU_MS) {
    total += cpuMs(() => {
      for (const item of items) run(item)
    })
    rounds++
  }
  return total / rounds / items.length
}

/** The same of something that is long enough to be run once. */
export function cpuOnce<T>(run: () => T): { ms: number; result: T } {
  let result: T | undefined
  const ms = cpuMs(() => {
    result = run()
  })
  return { ms, result: result as T }
}

/** Wall clock of the quickest of some runs of each item, the shortest first, after one round to warm up. */
export function quickestOf<T>(rounds: number, items: readonly T[], run: (item: T) => void): Times {
  const quickest = warm(items, run)
  for (let round = 1; round < rounds; round++) {
    items.forEach((item, i) => {
      quickest[i] = Math.min(quickest[i]!, timed(() => run(item)).ms)
    })
  }
  return sorted(quickest)
}
