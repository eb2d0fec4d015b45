import type { Random } from '@clearway/contracts'
import { generatePlate, type SeenVehicle } from '@clearway/simulators'

/** Share of visits by vehicles of a fleet, whose plates differ from each other by one character. */
const fleetShare = 0.1
const fleetSize = 10
/** So many vehicles of one fleet are inside at once, about: its near-twins meet. */
const fleetInside = 3

/** Share of large vehicles on yellow plates, and of large new-energy ones on yellow-green. */
const yellowShare = 0.04
const yellowGreenShare = 0.01

const digits = '0123456789'

/** The vehicles that visit one lot: most of them once, some of a fleet again and again. */
export class Vehicles {
  readonly #random: Random
  readonly #fleets: readonly (readonly SeenVehicle[])[]

  /** @param open how many stays are open at once, about */
  constructor(random: Random, open: number) {
    this.#random = random
    const fleets = Math.max(1, Math.round((open * fleetShare) / fleetInside))
    this.#fleets = Array.from({ length: fleets }, () => fleet(random))
  }

  /** @param inside whether this plate cannot come in because it is there */
  next(inside: (plate: string) => boolean): SeenVehicle {
    if (this.#random.next() < fleetShare) {
      const outside = this.#random.pick(this.#fleets).filter(({ plate }) => !inside(plate))
      if (outside.length > 0) return this.#random.pick(outside)
    }
    for (;;) {
      const vehicle = anyVehicle(this.#random)
      if (!inside(vehicle.plate)) return vehicle
    }
  }
}

function anyVehicle(random: Random): SeenVehicle {
  const draw = random.next()
  const { plate, plateColour } = generatePlate(random)
  if (draw >= yellowShare + yellowGreenShare) return { plate, plateColour, vehicleClass: 'small' }
  const region = plate.slice(0, 2)
  const serial = Array.from({ length: 5 }, () => random.pick([...digits])).join('')
  return draw < yellowShare
    ? { plate: region + serial, plateColour: 'yellow', vehicleClass: 'large' }
    : { plate: `${region}${serial}${random.pick([...'DF'])}`, plateColour: 'yellow-green', vehicleClass: 'large' }
}

/** Vehicles that were registered together: one digit of the serial counts up. */
function fleet(random: Random): SeenVehicle[] {
  const first = anyVehicle(random)
  const places = [...first.plate].flatMap((character, i) => (digits.includes(character) ? [i] : []))
  const place = places.length === 0 ? first.plate.length - 1 : random.pick(places)
  return Array.from({ length: fleetSize }, (_, i) => ({
    ...first,
    plate: first.plate.slice(0, place) + digits[i] + first.plate.slice(place + 1),
  }))
}
