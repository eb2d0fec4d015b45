import { classEvidence, colourEvidence } from '../matching/appearance.ts'
import type { Looks } from './sightings.ts'

const dayMs = 86_400_000
/** ln of odds. Equal plates are strong evidence: about one exit in a thousand is another's misread as this plate. */
const equalPlates = Math.log(1000)
/** With each day that a vehicle stays, a missed exit and a misread entry become likelier; odds fall by this factor. */
const perDay = Math.log(3)
/** Below odds of ten to one a person looks. */
const leastOdds = Math.log(10)

/**
 * Whether an entry and an exit of one plate may still be two vehicles: a plate that was misread as this one. Fixed costs,
 * nothing learned and no other stay in it, so that it says the same whenever it is asked.
 *
 * @returns the reason in words, or null when the pair may stand
 */
export function pairDoubt(entry: Looks, exit: Looks, dwellMs: number): string | null {
  const colour = colourEvidence(entry.colour, exit.colour)
  const vehicleClass = classEvidence(entry.vehicleClass, exit.vehicleClass)
  // Only what speaks against the pair counts: looks that agree are what most pairs of vehicles have.
  const against = Math.min(0, colour) + Math.min(0, vehicleClass)
  const odds = equalPlates + against - perDay * (dwellMs / dayMs)
  if (against === 0 || odds >= leastOdds) return null
  const parts = [
    ...(colour < 0 ? [`its plate was ${entry.colour} at the entry and ${exit.colour} at the exit`] : []),
    ...(vehicleClass < 0 ? [`its class ${entry.vehicleClass} at the entry and ${exit.vehicleClass} at the exit`] : []),
    ...(dwellMs > dayMs ? [`it stood for ${Math.floor(dwellMs / dayMs)} days`] : []),
  ]
  return `equal plates, but perhaps not one vehicle: ${parts.join(', ')}`
}
