import { ConflictError } from '@clearway/contracts'

/** What whoever needs a route engine says without one. */
export function noNetwork(): never {
  const message = 'no road network has been imported; run: clearway import network FILE.osm.pbf'
  throw new ConflictError('no-road-network', message)
}
