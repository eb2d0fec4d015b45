import type { Position } from '@clearway/contracts'
import { InputError } from '@clearway/contracts/errors'
import proj4 from 'proj4'
import { planeAround } from '../geodesy.ts'
import { type ImportReport, note } from '../import-report.ts'
import type { SumoNet } from './net-file.ts'

/** Position of a point of a net, in its metres. */
export type Unproject = (x: number, y: number) => Position

/**
 * From the metres of a net back to degrees: by its projection, or on a plane around `origin` where it has none, which the
 * report then says.
 *
 * @throws InputError `projection` when the projection is unknown, or leads to no place on earth
 */
export function unprojecting({ location }: SumoNet, origin: Position, report: ImportReport): Unproject {
  const { offsetX, offsetY, projection } = location
  if (projection === '!') {
    const plane = planeAround(origin)
    note(report, `no projection: metres are laid on a plane around ${origin.lon},${origin.lat}`)
    return (x, y) => ({ lon: plane.lon(x - offsetX), lat: plane.lat(y - offsetY) })
  }
  const refused = (reason: string) => {
    const message = `the net's projection "${projection}" cannot be used: ${reason}`
    return new InputError('projection', message, [{ field: 'location.projParameter', message }])
  }
  let converter: proj4.Converter
  try {
    converter = proj4(projection)
  } catch (cause) {
    throw refused(cause instanceof Error ? cause.message : String(cause))
  }
  return (x, y) => {
    const [lon, lat] = converter.inverse([x - offsetX, y - offsetY])
    if (!(Math.abs(lon) <= 180 && Math.abs(lat) <= 90)) throw refused(`${x},${y} leads to ${lon},${lat}`)
    return { lon, lat }
  }
}
