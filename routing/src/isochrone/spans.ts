/** A part of a line, metres; `from` ≤ `to`. */
export type Span = readonly [from: number, to: number]

/** The spans as few as possible, in order. */
export function joined(spans: readonly Span[]): Span[] {
  const result: [number, number][] = []
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else result.push([from, to])
  }
  return result
}

/** What of the spans lies in none of `taken`. Both must be joined. */
export function without(spans: readonly Span[], taken: readonly Span[]): Span[] {
  return spans.flatMap(([from, to]) => {
    const rest: Span[] = []
    let at = from
    for (const [start, end] of taken) {
      if (end <= at || start >= to) continue
      if (start > at) rest.push([at, start])
      at = end
    }
    if (at < to) rest.push([at, to])
    return rest
  })
}
