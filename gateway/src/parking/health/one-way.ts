/** How a lot's passages follow each other by direction. */
export interface DirectionRuns {
  direction: 'in' | 'out'
  /** Passages in this direction since the last one in the other. */
  run: number
  /** When this run began. */
  sinceMs: number
  /** Longest run that has ended. */
  longest: number
}

/** Shorter runs are never called one-way: a school lets out, a cinema fills. */
const leastRun = 12
/** A run must be so much longer than any that the lot has had. */
const beyondLongest = 1.5

export function passed(before: DirectionRuns | undefined, direction: 'in' | 'out', atMs: number): DirectionRuns {
  if (before?.direction === direction) return { ...before, run: before.run + 1 }
  return { direction, run: 1, sinceMs: atMs, longest: Math.max(before?.longest ?? 0, before?.run ?? 0) }
}

/** Whether more vehicles have passed in one direction alone than ever in this lot: the other gate does not see. */
export const isOneWay = ({ run, longest }: DirectionRuns): boolean => run > Math.max(leastRun, beyondLongest * longest)
