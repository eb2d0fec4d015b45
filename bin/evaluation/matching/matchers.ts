import {
  DwellTimes,
  type Inside,
  type MatchSettings,
  matchExit,
  PlatePopulation,
  ReadingErrors,
  type Sight,
  usualMatching,
} from '@clearway/gateway'
import { distance } from './edit-distance.ts'

/** What a matcher says of one exit. */
interface Verdict {
  outcome: 'exact' | 'proposed' | 'review'
  stay?: string
  /** It has just left and was read twice. */
  again?: boolean
}

/** One way to match, with what it has learned of one lot. */
export interface Matcher {
  decide(exit: Sight, inside: readonly Inside[], justLeft: readonly Inside[]): Verdict
  /** The plate is known: a person has looked, or two readings agree. */
  confirm(truth: string, reads: readonly Sight[]): void
  /** A stay has closed. */
  close(dwellMs: number): void
}

export interface MatcherKind {
  name: string
  make(): Matcher
}

/** The matcher of the gateway. @param learns whether confirmed plates change its costs */
function weighted(settings: MatchSettings, learns: boolean): Matcher {
  const knowledge = { errors: new ReadingErrors(), dwell: new DwellTimes(), population: new PlatePopulation() }
  return {
    decide(exit, inside, justLeft) {
      const { outcome, candidates } = matchExit(exit, inside, justLeft, knowledge, settings)
      const [best] = candidates
      if (outcome === 'review' || !best) return { outcome: 'review' }
      return { outcome, stay: best.stay, again: best.kind === 'again' }
    },
    confirm(truth, reads) {
      knowledge.population.see(truth)
      if (!learns) return
      for (const { plate, confidence } of reads) knowledge.errors.learn({ read: plate, truth, confidence })
    },
    close: (dwellMs) => knowledge.dwell.see(dwellMs),
  }
}

const ignorant = { confirm() {}, close() {} }

/** A plate that stands open, or nothing. */
const exactOnly = (): Matcher => ({
  ...ignorant,
  decide(exit, inside) {
    const same = inside.find(({ entry }) => entry.plate === exit.plate)
    return same ? { outcome: 'exact', stay: same.stay } : { outcome: 'review' }
  },
})

/** At most so far off, and the runner-up farther by so much. */
const farthest = 1
const leastGap = 0.6

/** Weighted edit distance with a threshold and a gap, look-alikes at 0.4: what is usual. */
const editDistance = (): Matcher => ({
  ...ignorant,
  decide(exit, inside, justLeft) {
    const exact = exactOnly().decide(exit, inside, justLeft)
    if (exact.outcome === 'exact') return exact
    const near = inside
      .map(({ stay, entry }) => ({ stay, far: distance(entry.plate, exit.plate, entry.colour === exit.colour) }))
      .toSorted((a, b) => a.far - b.far)
    const [best, second] = near
    if (!best || best.far > farthest || (second && second.far - best.far < leastGap)) return { outcome: 'review' }
    return { outcome: 'proposed', stay: best.stay }
  },
})

/** The matcher as it is, and what it would be without each of its parts. */
export const matcherKinds: readonly MatcherKind[] = [
  { name: 'clearway', make: () => weighted(usualMatching, true) },
  { name: 'costs not learned', make: () => weighted(usualMatching, false) },
  { name: 'without dwell times', make: () => weighted({ ...usualMatching, dwell: false }, true) },
  { name: 'without colour and class', make: () => weighted({ ...usualMatching, appearance: false }, true) },
  { name: 'edit distance with gap', make: editDistance },
  { name: 'exact only', make: exactOnly },
]
