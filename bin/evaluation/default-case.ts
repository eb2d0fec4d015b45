import { heidelberg, importCity } from '@clearway/routing'
import { makeCityCase, type SumoScenario } from '@clearway/simulators'
import { demoSeed, shippedMap } from '../demo-city.ts'

/** As many as its main roads carry with queues that still clear in a cycle: nobody stands for minutes, gridlock is rare. */
export const CITY_VEHICLES_PER_HOUR = 3000
const DEPARTING_S = 1800

/** The case of the repository: the city that ships, in SUMO. A few seconds. @throws WorldError `sumo-missing` */
export async function heidelbergCase(folder: string, vehiclesPerHour: number): Promise<SumoScenario> {
  const city = await importCity(shippedMap, heidelberg)
  return makeCityCase(city, { folder, seed: demoSeed, vehiclesPerHour, departingS: DEPARTING_S })
}
