import { provinceCharacters } from './look-alikes.ts'

/** Province and letter of all that could be, and how many plates the prior is worth. */
const regions = provinceCharacters.length * 24
const priorPlates = 30
/** A serial has a letter in about one place of five. */
const letterShare = 0.2
const letters = 24
/** New-energy plates have eight characters. */
const eightShare = 0.2

/** Which plates come to a lot at all: mostly those of the region. */
export class PlatePopulation {
  readonly #regions = new Map<string, number>()
  #plates = 0

  /** @param plate normalised */
  see(plate: string): void {
    const region = regionOf(plate)
    this.#regions.set(region, (this.#regions.get(region) ?? 0) + 1)
    this.#plates++
  }

  /** Probability that a vehicle of which nothing is known is read as this. */
  likelihood(plate: string): number {
    const characters = [...plate]
    let share = ((this.#regions.get(regionOf(plate)) ?? 0) + priorPlates / regions) / (this.#plates + priorPlates)
    share *= characters.length === 8 ? eightShare : 1 - eightShare
    for (const character of characters.slice(2)) {
      share *= character >= '0' && character <= '9' ? (1 - letterShare) / 10 : letterShare / letters
    }
    return share
  }
}

const regionOf = (plate: string): string => [...plate].slice(0, 2).join('')
