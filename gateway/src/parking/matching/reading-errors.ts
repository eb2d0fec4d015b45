import { align } from './align.ts'
import { alphabetOf, priorWeight, serialCharacters } from './look-alikes.ts'

/** Upper bounds of the bands of confidence; above the last is the best band. */
const bandEnds = [0.7, 0.85, 0.95] as const

/** Errors per character in each band before anything is learned, and how many characters that is worth. */
const priorRates = [0.06, 0.03, 0.01, 0.005] as const
const priorCharacters = 1000

/** Of all errors: characters taken for another, lost or added; worth so many errors. */
const priorKinds = { taken: 0.8, lost: 0.1, added: 0.1 }
const priorErrors = 20

/** How much worse the province is read, and the share of plates of eight that lose one, both in error rates. */
const priorProvinceFactor = 2
const priorShortening = 3
const priorWorth = 10

export interface ConfirmedRead {
  /** As read, normalised. */
  read: string
  /** What a person saw on the image, or what two cameras agree on; normalised. */
  truth: string
  /** 0–1, the camera's own. */
  confidence: number
}

/** Counts of what cameras have done to plates that are known: all that is learned, and all that has to be kept. */
export interface ErrorCounts {
  /** By band of confidence, of characters behind the province. */
  characters: number[]
  errors: number[]
  taken: number
  lost: number
  added: number
  provinces: number
  provinceErrors: number
  /** Plates of eight, and how many lost one character. */
  eights: number
  shortened: number
  /** By true and read character, `8B`; kept for both directions. */
  confusions: Record<string, number>
}

/** Of all errors, the share of each kind; and what is worse than the average, in error rates of a character. */
export interface ErrorMix {
  taken: number
  lost: number
  added: number
  /** Error rate of provinces. */
  provinceFactor: number
  /** Share of plates of eight that come out with seven. */
  shortening: number
}

export const noCounts = (): ErrorCounts => ({
  characters: bandEnds.map(() => 0).concat(0),
  errors: bandEnds.map(() => 0).concat(0),
  taken: 0,
  lost: 0,
  added: 0,
  provinces: 0,
  provinceErrors: 0,
  eights: 0,
  shortened: 0,
  confusions: {},
})

/**
 * How cameras misread plates: documented priors, sharpened by what people have confirmed. Every rate is a posterior mean
 * (Beta or Dirichlet with the prior as pseudo-counts), so no confusion is ever impossible and few counts change little.
 */
export class ReadingErrors {
  readonly counts: ErrorCounts
  /** Sum of weights by character; dropped when a count changes it. */
  readonly #totals = new Map<string, number>()
  /** By both character codes; dropped with the sums. */
  readonly #confusions = new Map<number, number>()
  #mix: ErrorMix | undefined

  constructor(counts: ErrorCounts = noCounts()) {
    this.counts = counts
  }

  /** Takes in one read whose truth is known; most are right, and those count too. */
  learn({ read, truth, confidence }: ConfirmedRead): void {
    const { counts } = this
    this.#mix = undefined
    const band = bandOf(confidence)
    const { pairs, lost, added } = align(truth, read)
    const long = [...truth].length === 8
    if (long) {
      counts.eights++
      if (lost === 1 && added === 0) counts.shortened++
    }
    let errors = 0
    for (const { place, truth: a, read: b } of pairs) {
      if (place === 0) {
        counts.provinces++
        if (a !== b) counts.provinceErrors++
      } else if (a !== b) errors++
      if (a !== b) this.#confuse(a, b)
    }
    counts.taken += errors
    // A shortened plate of eight has a rate of its own.
    counts.lost += long && lost === 1 ? 0 : lost
    counts.added += added
    counts.errors[band] = (counts.errors[band] as number) + errors + added + (long && lost === 1 ? 0 : lost)
    counts.characters[band] = (counts.characters[band] as number) + [...truth].length - 1
  }

  /** Errors per character of a read of this confidence. */
  rate(confidence: number): number {
    const band = bandOf(confidence)
    const { characters, errors } = this.counts
    const prior = priorRates[band] as number
    return ((errors[band] as number) + prior * priorCharacters) / ((characters[band] as number) + priorCharacters)
  }

  /** What errors are made of; the same until something is learned. */
  get mix(): ErrorMix {
    this.#mix ??= {
      taken: this.#share('taken'),
      lost: this.#share('lost'),
      added: this.#share('added'),
      provinceFactor: this.#factor(this.counts.provinceErrors, this.counts.provinces, priorProvinceFactor),
      shortening: this.#factor(this.counts.shortened, this.counts.eights, priorShortening),
    }
    return this.#mix
  }

  /** Probability that `a`, when taken for another character, is taken for `b`. */
  confusion(a: string, b: string): number {
    const key = a.charCodeAt(0) * 65_536 + b.charCodeAt(0)
    const known = this.#confusions.get(key)
    if (known !== undefined) return known
    const share = this.#weight(a, b) / this.#total(a)
    this.#confusions.set(key, share)
    return share
  }

  #share(kind: 'taken' | 'lost' | 'added'): number {
    const { taken, lost, added } = this.counts
    return (this.counts[kind] + priorKinds[kind] * priorErrors) / (taken + lost + added + priorErrors)
  }

  /** Observed rate over the mean rate, with the prior as `priorWorth` errors. */
  #factor(events: number, trials: number, prior: number): number {
    const mean = this.#meanRate()
    return (events + priorWorth) / (trials * mean + priorWorth / prior)
  }

  #meanRate(): number {
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
    const { errors, characters } = this.counts
    const prior = priorRates[2]
    return (sum(errors) + prior * priorCharacters) / (sum(characters) + priorCharacters)
  }

  #confuse(a: string, b: string): void {
    for (const key of [a + b, b + a]) this.counts.confusions[key] = (this.counts.confusions[key] ?? 0) + 1
    this.#totals.clear()
    this.#confusions.clear()
  }

  #weight(a: string, b: string): number {
    return priorWeight(a, b) + (this.counts.confusions[a + b] ?? 0)
  }

  #total(a: string): number {
    const known = this.#totals.get(a)
    if (known !== undefined) return known
    let total = 0
    for (const b of alphabetOf(a)) if (b !== a) total += this.#weight(a, b)
    this.#totals.set(a, total)
    return total
  }
}

function bandOf(confidence: number): number {
  const band = bandEnds.findIndex((end) => confidence < end)
  return band === -1 ? bandEnds.length : band
}

/** What an added character is: any of the serial. */
export const addedCharacter = 1 / serialCharacters.length
