/** One vehicle passing a gate of a lot. */
export interface Passage {
  direction: 'in' | 'out'
  /** Device clock. */
  atMs: number
  /** The stay that already holds this passage. */
  stay?: string
}

/** What the passages of one plate in one lot say about one of its visits. */
export interface Pairing {
  entry: Passage | null
  exit: Passage | null
  state: 'open' | 'closed' | 'review'
  reason: string | null
}

/** Reads of one plate in one direction within this span are one passage: a camera reads a slow car twice. */
const duplicateMs = 10_000

/**
 * Turns the passages of one plate in one lot into visits, by device time: an entry and the exit right after it are one
 * stay. What has no counterpart goes to review and is never billed. The result does not depend on the order in which
 * the passages became known.
 *
 * @param passages in any order
 * @param stayLimitMs a longer stay is more likely a lost exit and a lost entry than a stay
 */
export function pairPassages(passages: readonly Passage[], stayLimitMs: number): Pairing[] {
  const pairings: Pairing[] = []
  let inside: Passage | null = null
  for (const passage of inOrder(passages)) {
    if (passage.direction === 'in') {
      if (inside) pairings.push(missingExit(inside))
      inside = passage
    } else if (inside) {
      const long = passage.atMs - inside.atMs > stayLimitMs
      pairings.push({
        entry: inside,
        exit: passage,
        state: long ? 'review' : 'closed',
        reason: long ? 'longer than the stay limit of the lot' : null,
      })
      inside = null
    } else {
      pairings.push({ entry: null, exit: passage, state: 'review', reason: 'exit without an entry' })
    }
  }
  if (inside) pairings.push({ entry: inside, exit: null, state: 'open', reason: null })
  return pairings
}

const missingExit = (entry: Passage): Pairing => ({
  entry,
  exit: null,
  state: 'review',
  reason: 'entered again without an exit',
})

/** By time and without duplicates; of passages at one instant the one that fits the vehicle's place comes first. */
function inOrder(passages: readonly Passage[]): Passage[] {
  const sorted = passages.toSorted((a, b) => a.atMs - b.atMs)
  const kept: Passage[] = []
  for (let i = 0; i < sorted.length; i++) {
    const last = kept.at(-1)
    const fitting = last?.direction === 'in' ? 'out' : 'in'
    const passage = sorted[i] as Passage
    for (let j = i; sorted[j]?.atMs === passage.atMs; j++) {
      if (sorted[j]?.direction !== fitting) continue
      sorted.splice(i, 0, ...sorted.splice(j, 1))
      break
    }
    const next = sorted[i] as Passage
    if (last && last.direction === next.direction && next.atMs - last.atMs <= duplicateMs) {
      // A stored passage stays the one that stands for both.
      if (next.stay !== undefined && last.stay === undefined) kept[kept.length - 1] = next
      continue
    }
    kept.push(next)
  }
  return kept
}
