import type { LocalText } from '@clearway/contracts'
import type { LotLedger } from '../lot-ledger.ts'
import { DwellTimes } from '../matching/dwell-times.ts'
import { type Inside, type LotKnowledge, matchExit, type Sight } from '../matching/match-exit.ts'
import { PlatePopulation } from '../matching/plate-population.ts'
import type { StayRecord } from '../stays/stays.ts'
import { evidenceInWords } from './evidence-words.ts'
import type { LearnedErrors } from './learned-errors.ts'

/** What a person may want to do with a stay in review, and why. */
export interface Proposal {
  /** `pair`: belongs to that stay. `again`: a second read of the vehicle that left with that stay. */
  kind: 'pair' | 'again'
  stay: string
  plate: string
  /** 0–1, all other explanations weighed. */
  probability: number
  /** Likely enough to be shown as the answer; what is below is only listed. */
  recommended: boolean
  reasons: LocalText[]
}

/** Vehicles weighed at most, the newest: a lot holds fewer. */
const insideAtMost = 2000
/** Closed stays from which a lot's dwell times are taken. */
const staysLearned = 2000
const knowledgeForMs = 600_000
/** A second read of a passage comes within this span. */
const againMs = 10_000
/** What history says without an image is taken as read this well. */
const historyConfidence = 0.98
const leastShown = 0.01

/**
 * What a stay in review may be. A proposal is a view of the stays as they are now, never a state: a late event, a
 * correction or a better knowledge of the cameras changes it, and nothing is billed by it.
 */
export class Proposals {
  readonly #ledger: LotLedger
  readonly #learned: LearnedErrors
  readonly #knowledge = new Map<string, { madeMs: number; knowledge: LotKnowledge }>()

  constructor(ledger: LotLedger, learned: LearnedErrors) {
    this.#ledger = ledger
    this.#learned = learned
  }

  /** @returns likeliest first; empty where nothing can be said */
  of(stay: StayRecord, nowMs: number): Proposal[] {
    if (stay.plate === null || stay.leftMs === null || stay.enteredMs !== null) return []
    const exit = this.#sight(stay, 'out', stay.leftMs)
    const inside = this.#inside(stay.lot, stay.leftMs)
    const justLeft = this.#justLeft(stay, exit)
    const { outcome, candidates } = matchExit(exit, inside, justLeft, this.#knowledgeOf(stay.lot, nowMs))
    const byStay = new Map([...inside, ...justLeft].map((one) => [one.stay, one.entry]))
    return candidates
      .filter(({ probability }) => probability >= leastShown)
      .map((candidate, i) => ({
        kind: candidate.kind === 'again' ? 'again' : 'pair',
        stay: candidate.stay,
        plate: (byStay.get(candidate.stay) as Sight).plate,
        probability: candidate.probability,
        recommended: i === 0 && outcome !== 'review',
        reasons: evidenceInWords(candidate, byStay.get(candidate.stay) as Sight, exit),
      }))
  }

  /** Forgets what is known of the lots, so that what was just learned counts. */
  refresh(): void {
    this.#knowledge.clear()
  }

  #inside(lot: string, atMs: number): Inside[] {
    const { stayLimitMs } = this.#ledger.lots.get(lot)
    return this.#ledger.stays
      .inside(lot, atMs, atMs - stayLimitMs, insideAtMost)
      .map((stay) => ({ stay: stay.id, entry: this.#sight(stay, 'in', stay.enteredMs as number) }))
  }

  #justLeft(stay: StayRecord, exit: Sight): Inside[] {
    const { sightings, stays } = this.#ledger
    return sightings
      .exits(stay.lot, exit.atMs - againMs, exit.atMs + 1)
      .filter(({ plate }) => plate !== null && plate !== stay.plate)
      .flatMap((seen) => {
        const left = stays.chain(stay.lot, seen.plate as string, seen.atMs).find(({ leftMs }) => leftMs === seen.atMs)
        return left ? [{ stay: left.id, entry: { ...seen, plate: seen.plate as string } }] : []
      })
  }

  #sight({ lot, plate, colour, vehicleClass }: StayRecord, direction: 'in' | 'out', atMs: number): Sight {
    const seen = this.#ledger.sightings.find({ lot, plate, direction, atMs })
    const known = { plate: plate as string, atMs }
    if (seen) return { ...seen, ...known }
    return { ...known, colour, vehicleClass, confidence: historyConfidence }
  }

  #knowledgeOf(lot: string, nowMs: number): LotKnowledge {
    const kept = this.#knowledge.get(lot)
    if (kept && nowMs - kept.madeMs < knowledgeForMs) return kept.knowledge
    const dwell = new DwellTimes()
    const population = new PlatePopulation()
    for (const { dwellMs, plate } of this.#ledger.stays.dwells(lot, nowMs, staysLearned)) {
      dwell.see(dwellMs)
      if (plate !== null) population.see(plate)
    }
    const knowledge = { dwell, population, errors: this.#learned.read() }
    this.#knowledge.set(lot, { madeMs: nowMs, knowledge })
    return knowledge
  }
}
