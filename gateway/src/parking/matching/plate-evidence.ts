import { isPlate } from '../stays/plate.ts'
import { plateLikelihood } from './plate-likelihood.ts'
import type { ReadingErrors } from './reading-errors.ts'

/** What a camera said of one vehicle's plate. */
export interface PlateReading {
  /** Normalised. */
  plate: string
  /** 0–1 */
  confidence: number
}

/** Two readings of one plate do not differ by more characters than this often enough to look closer. */
const farthest = 3
/** The evidence of what is not looked at: far below any that a proposal could come from. */
const hopeless = -50
/** The two rates together; higher ones would make a wrong character likelier than a right one. */
const highestRate = 0.4

/**
 * What two readings say for being of one vehicle: ln of P(exit's reading | entry's vehicle) / P(exit's reading | any
 * vehicle). Either reading may be wrong, so their error rates add up.
 *
 * @param anyPlate probability that any vehicle is read as the exit was, of `PlatePopulation`
 */
export function plateEvidence(
  entry: PlateReading,
  exit: PlateReading,
  errors: ReadingErrors,
  anyPlate: number,
): number {
  if (tooFar(entry.plate, exit.plate)) return hopeless
  const rate = Math.min(highestRate, rateOf(entry, errors) + rateOf(exit, errors))
  const likelihood = plateLikelihood(entry.plate, exit.plate, rate, errors)
  return Math.max(hopeless, Math.log(likelihood / anyPlate))
}

/** What most plates look like, told sooner than by all shapes. */
const usual = /^[^A-Z0-9][A-HJ-NP-Z][A-HJ-NP-Z0-9]{5}$/

/** Errors per character: of a reading that no plate has, at least one character is wrong. */
const rateOf = ({ plate, confidence }: PlateReading, errors: ReadingErrors): number =>
  Math.max(errors.rate(confidence), usual.test(plate) || isPlate(plate) ? 0 : 1 / plate.length)

/** Counts by character code, folded: a collision only lets one more plate through to the closer look. */
const counts = new Int8Array(256)

/** Whether more characters than `farthest` have no counterpart anywhere in the other: a bound of the edit distance. */
function tooFar(a: string, b: string): boolean {
  const add = (text: string, change: 1 | -1) => {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i) & 255
      counts[code] = (counts[code] as number) + change
    }
  }
  add(a, 1)
  add(b, -1)
  let more = 0
  let less = 0
  // Leaves the counts at 0 for the next pair.
  for (const text of [a, b]) {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i) & 255
      const count = counts[code] as number
      if (count > 0) more += count
      else less -= count
      counts[code] = 0
    }
  }
  return more > farthest || less > farthest
}
