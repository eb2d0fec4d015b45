import { type Appearance, classEvidence, colourEvidence } from './appearance.ts'
import type { DwellTimes } from './dwell-times.ts'
import { type PlateReading, plateEvidence } from './plate-evidence.ts'
import type { PlatePopulation } from './plate-population.ts'
import type { ReadingErrors } from './reading-errors.ts'

/** A vehicle as one camera saw it. */
export interface Sight extends PlateReading, Appearance {
  atMs: number
}

/** A vehicle that may be the one that leaves: inside, or seen leaving a moment ago. */
export interface Inside {
  stay: string
  entry: Sight
}

/** What is known of one lot's vehicles and cameras. */
export interface LotKnowledge {
  errors: ReadingErrors
  dwell: DwellTimes
  population: PlatePopulation
}

/** Which evidence counts, and how much risk is taken. */
export interface MatchSettings {
  dwell: boolean
  appearance: boolean
  /** An exact match stands by itself only if it is wrong with at most this probability. */
  exactRisk: number
  /** A match is proposed only if it is wrong with at most this probability; what is not exact is less trusted. */
  proposalRisk: { exact: number; fuzzy: number }
}

export const usualMatching: MatchSettings = {
  dwell: true,
  appearance: true,
  exactRisk: 0.05,
  proposalRisk: { exact: 0.2, fuzzy: 0.08 },
}

/** Share of exits whose entry no camera saw, and of passages that are read twice. */
const unseenEntries = 0.003
const readTwice = 0.01

/** What speaks for one candidate, each as ln of how much likelier it makes it than any other vehicle. */
export interface Candidate {
  stay: string
  /** Probability that the exit is this vehicle's, all others and none of them weighed. */
  probability: number
  /** The two readings are the same. */
  exact: boolean
  /** `again`: this vehicle has just left, and was read twice. */
  kind: 'leaves' | 'again'
  evidence: { plate: number; colour: number; vehicleClass: number; dwell: number }
}

export interface Match {
  /** `exact`: the same plate, and little against it. `proposed`: for a person to confirm. `review`: no proposal. */
  outcome: 'exact' | 'proposed' | 'review'
  /** Likeliest first, at most `candidatesKept`. */
  candidates: Candidate[]
  /** Probability that it is none of them: its entry was not seen. */
  unseen: number
}

const candidatesKept = 5

/**
 * Whose exit it is. Exactly one of these is true: it is one of the vehicles inside, it is one that has just left and was
 * read twice, or its entry was not seen. Each is weighed by Bayes' rule: prior (who leaves now, by dwell time) times
 * likelihood (plate, colour, class). Pure.
 *
 * @param inside entered before the exit
 * @param justLeft seen leaving within the last seconds, as they were read then
 * @see docs/stay-matching.md
 */
export function matchExit(
  exit: Sight,
  inside: readonly Inside[],
  justLeft: readonly Inside[],
  { errors, dwell, population }: LotKnowledge,
  settings: MatchSettings = usualMatching,
): Match {
  const anyPlate = population.likelihood(exit.plate)
  const evidenceOf = ({ entry }: Inside) => ({
    plate: plateEvidence(entry, exit, errors, anyPlate),
    colour: settings.appearance ? colourEvidence(entry.colour, exit.colour) : 0,
    vehicleClass: settings.appearance ? classEvidence(entry.vehicleClass, exit.vehicleClass) : 0,
    dwell: 0,
  })
  const hazards = inside.map(({ entry }) => (settings.dwell ? dwell.hazard(exit.atMs - entry.atMs) : 1))
  const meanHazard = hazards.reduce((sum, hazard) => sum + hazard, 0) / Math.max(1, hazards.length)
  const weighed = [
    ...inside.map((who, i) => ({
      who,
      kind: 'leaves' as const,
      evidence: { ...evidenceOf(who), dwell: Math.log((hazards[i] as number) / meanHazard) },
      prior: (1 - unseenEntries - readTwice) / inside.length,
    })),
    ...justLeft.map((who) => ({
      who,
      kind: 'again' as const,
      evidence: evidenceOf(who),
      prior: readTwice / justLeft.length,
    })),
  ].map((one) => {
    const { plate, colour, vehicleClass, dwell: leaving } = one.evidence
    return { ...one, weight: one.prior * Math.exp(plate + colour + vehicleClass + leaving) }
  })
  const total = weighed.reduce((sum, { weight }) => sum + weight, unseenEntries)
  const candidates = weighed
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, candidatesKept)
    .map(({ who, kind, evidence, weight }): Candidate => {
      return { stay: who.stay, probability: weight / total, exact: who.entry.plate === exit.plate, kind, evidence }
    })
  return { outcome: outcomeOf(candidates[0], settings), candidates, unseen: unseenEntries / total }
}

function outcomeOf(best: Candidate | undefined, { exactRisk, proposalRisk }: MatchSettings): Match['outcome'] {
  if (!best) return 'review'
  const risk = 1 - best.probability
  if (best.exact && risk <= exactRisk) return 'exact'
  return risk <= (best.exact ? proposalRisk.exact : proposalRisk.fuzzy) ? 'proposed' : 'review'
}
