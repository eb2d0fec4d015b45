import type { PlateColour, VehicleClass } from '@clearway/contracts'

/** What a camera says of a vehicle beside its plate. */
export interface Appearance {
  colour: PlateColour
  vehicleClass: VehicleClass
}

/** How often the vehicles of a city are of a colour and class: two cameras agree by chance that often. */
const colourShare: Record<Exclude<PlateColour, 'unknown'>, number> = {
  blue: 0.7,
  green: 0.2,
  yellow: 0.05,
  'yellow-green': 0.02,
  white: 0.02,
  black: 0.01,
}
const classShare: Record<VehicleClass, number> = { small: 0.93, large: 0.05, motorcycle: 0.01, emergency: 0.01 }

/** Two readings of one vehicle differ this often. */
const colourDiffers = 0.05
const classDiffers = 0.03

/** ln of P(exit's colour | same vehicle) over P(exit's colour | any vehicle); 0 where a camera did not tell. */
export function colourEvidence(entry: PlateColour, exit: PlateColour): number {
  if (entry === 'unknown' || exit === 'unknown') return 0
  return evidence(entry === exit, colourShare[exit], colourDiffers)
}

/** The same of the vehicle class. */
export const classEvidence = (entry: VehicleClass, exit: VehicleClass): number =>
  evidence(entry === exit, classShare[exit], classDiffers)

/** A wrong reading is any of the others, as often as they occur. */
const evidence = (same: boolean, share: number, differs: number): number =>
  Math.log(same ? (1 - differs + differs * share) / share : differs)
