import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { heidelberg, type ImportedCity, importCity, saveCity } from '@clearway/routing'
import { SmallGateway } from '../http/small-gateway.ts'

const map = new URL('../../../simulators/cities/heidelberg/heidelberg.osm.pbf', import.meta.url).pathname

/** A gateway that does not listen, with the imported city that ships. */
export interface CityGateway {
  small: SmallGateway
  imported: ImportedCity
  close(): Promise<void>
}

/** @param change what of the city is another than the map says */
export async function cityGateway(change: (imported: ImportedCity) => void = () => undefined): Promise<CityGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'clearway-routes-'))
  const imported = await importCity(map, heidelberg)
  change(imported)
  await saveCity(join(folder, 'city'), imported)
  const small = await SmallGateway.open({ CLEARWAY_DATA_DIR: folder })
  return {
    small,
    imported,
    async close() {
      await small.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
