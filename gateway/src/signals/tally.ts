import type { DurationSummary } from '@clearway/contracts'

/** Durations that ended in one bucket. */
export class Durations {
  #count = 0
  #sumMs = 0
  #minMs = Number.POSITIVE_INFINITY
  #maxMs = 0

  add(ms: number): void {
    this.#count++
    this.#sumMs += ms
    this.#minMs = Math.min(this.#minMs, ms)
    this.#maxMs = Math.max(this.#maxMs, ms)
  }

  summary(): DurationSummary {
    if (this.#count === 0) return { count: 0, meanS: null, minS: null, maxS: null }
    return {
      count: this.#count,
      meanS: this.#sumMs / this.#count / 1000,
      minS: this.#minMs / 1000,
      maxS: this.#maxMs / 1000,
    }
  }
}

/** Half-open stretches of time between edges that follow each other. */
export class Buckets<T> {
  readonly edges: readonly number[]
  readonly all: readonly T[]

  /** @param edges at least two, ascending, ms */
  constructor(edges: readonly number[], make: () => T) {
    this.edges = edges
    this.all = edges.slice(1).map(make)
  }

  /** The bucket that an instant falls into, undefined outside of all. */
  at(ms: number): T | undefined {
    return this.all[this.#indexOf(ms)]
  }

  /** Cuts `[fromMs, toMs)` at the edges. */
  cut(fromMs: number, toMs: number, each: (bucket: T, fromMs: number, toMs: number) => void): void {
    let low = Math.max(fromMs, this.edges[0] as number)
    for (let index = this.#indexOf(low); low < toMs && index < this.all.length; index++) {
      const high = Math.min(toMs, this.edges[index + 1] as number)
      each(this.all[index] as T, low, high)
      low = high
    }
  }

  /** Largest index whose edge is not after `ms`; −1 before the first. */
  #indexOf(ms: number): number {
    let low = 0
    let high = this.edges.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.edges[middle] as number) <= ms) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}
