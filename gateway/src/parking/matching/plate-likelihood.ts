import { addedCharacter, type ReadingErrors } from './reading-errors.ts'

/** Characters lost in a row, or added, at most: more never happened to a plate that was read at all. */
const widest = 2

/**
 * How likely one plate is read as another: the sum over all ways in which characters are taken for each other, lost and
 * added.
 *
 * @param truth the plate, normalised
 * @param read what came of it, normalised
 * @param rate errors per character, 0–0.5
 * @returns a probability
 * @see the forward algorithm of pair hidden Markov models: Durbin, Eddy, Krogh, Mitchison, Biological Sequence Analysis,
 *   1998, section 4.2; docs/stay-matching.md
 */
export function plateLikelihood(truth: string, read: string, rate: number, errors: ReadingErrors): number {
  const [a, b] = [[...truth], [...read]]
  const { mix } = errors
  const taken = rate * mix.taken
  const province = Math.min(0.5, rate * mix.provinceFactor)
  const lost = rate * mix.lost + (a.length === 8 ? rate * (mix.shortening / 8) : 0)
  const added = rate * mix.added * addedCharacter

  const pair = (i: number, j: number): number => {
    const [x, y] = [a[i] as string, b[j] as string]
    const wrong = i === 0 && j === 0 ? province : taken
    return x === y ? 1 - wrong : wrong * errors.confusion(x, y)
  }
  let above = new Float64Array(b.length + 1)
  above[0] = 1
  for (let j = 1; j <= b.length; j++) above[j] = (above[j - 1] as number) * added
  for (let i = 1; i <= a.length; i++) {
    const row = new Float64Array(b.length + 1)
    row[0] = (above[0] as number) * lost
    for (let j = Math.max(1, i - widest); j <= Math.min(b.length, i + widest); j++) {
      row[j] =
        (above[j - 1] as number) * pair(i - 1, j - 1) + (above[j] as number) * lost + (row[j - 1] as number) * added
    }
    above = row
  }
  return above[b.length] as number
}
