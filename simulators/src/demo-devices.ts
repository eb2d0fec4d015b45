import type { CarPark, City, NewDevice } from '@clearway/contracts'
import { stationedUnits } from './fleet/stations.ts'

/** A lot with fewer bays is a yard. */
const fewestSensed = 10

/** The lot whose bays have sensors, each its own: the smallest that is no yard. */
export function sensedLot({ carParks }: City): CarPark | undefined {
  const candidates = carParks.filter(({ capacity }) => capacity >= fewestSensed)
  return candidates.toSorted((a, b) => a.capacity - b.capacity || (a.id < b.id ? -1 : 1))[0]
}

function bayDevices(city: City): NewDevice[] {
  const lot = sensedLot(city)
  if (!lot) return []
  const { id, position } = lot
  return Array.from(
    { length: lot.capacity },
    (_, i): NewDevice => ({ id: `${id}-bay-${i + 1}`, kind: 'bay', district: city.district, lot: id, position }),
  )
}

/** Every device of a simulated city: what must be provisioned before `runCitySimulator` can sign in. */
export function demoDevices(city: City): NewDevice[] {
  const { district, junctions, carParks, signs } = city
  return [
    ...junctions.map(
      ({ id, name, position }): NewDevice => ({ id, kind: 'signal', district, name, junction: id, position }),
    ),
    ...stationedUnits(city).map(
      ({ id, role, name, home }): NewDevice => ({ id, kind: 'vehicle', district, name, role, position: home }),
    ),
    ...carParks.flatMap(({ id, name, position }) =>
      (['in', 'out'] as const).map(
        (way): NewDevice => ({ id: `${id}-${way}`, kind: 'gate', district, name, lot: id, position }),
      ),
    ),
    ...bayDevices(city),
    ...junctions.flatMap(({ id: junction, approaches }) =>
      approaches.map(
        ({ id, name, position }): NewDevice => ({
          id: `${junction}-${id}`,
          kind: 'detector',
          district,
          name,
          junction,
          position,
        }),
      ),
    ),
    ...signs.map(
      ({ id, name, lot, position }): NewDevice => ({ id, kind: 'sign', district, name, position, ...(lot && { lot }) }),
    ),
  ]
}
