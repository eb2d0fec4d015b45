import type { City, NewDevice } from '@clearway/contracts'
import { stationedUnits } from './fleet/stations.ts'

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
