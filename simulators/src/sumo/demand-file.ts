import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { WorldError } from '@clearway/contracts'
import type { DemandTrip } from './missions.ts'

type Attributes = Readonly<Record<string, string>>

/**
 * The trips of a SUMO route file that give their edges: a `<vehicle>` with a `<route edges>` in it.
 *
 * @throws WorldError `file-unreadable`
 */
export async function readDemand(file: string): Promise<DemandTrip[]> {
  const trips: DemandTrip[] = []
  const named = new Map<string, string[]>()
  const types = new Map<string, Attributes>()
  let vehicle: Omit<DemandTrip, 'route'> | undefined
  for await (const [tag, attributes] of tagsOf(file)) {
    const { id = '', edges } = attributes
    const route = edges?.trim().split(/\s+/)
    if (tag === 'vType') types.set(id, attributes)
    else if (tag === 'vehicle') {
      const maxSpeed = types.get(attributes.type ?? '')?.maxSpeed
      vehicle = { id, departS: Number(attributes.depart), ...(maxSpeed && { topSpeedMps: Number(maxSpeed) }) }
      const known = named.get(attributes.route ?? '')
      if (known) trips.push({ ...vehicle, route: known })
    } else if (route && id) named.set(id, route)
    else if (route && vehicle) trips.push({ ...vehicle, route })
  }
  return trips.filter((trip) => Number.isFinite(trip.departS))
}

/**
 * The vehicle types of a SUMO route file by id.
 *
 * @throws WorldError `file-unreadable`
 */
export async function readVehicleTypes(file: string): Promise<Map<string, Attributes>> {
  const types = new Map<string, Attributes>()
  for await (const [tag, attributes] of tagsOf(file)) if (tag === 'vType') types.set(attributes.id ?? '', attributes)
  return types
}

async function* tagsOf(file: string): AsyncGenerator<[tag: string, attributes: Attributes]> {
  try {
    const raw = createReadStream(file)
    const lines = createInterface({ input: file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw })
    raw.on('error', (error) => lines.emit('error', error))
    for await (const line of lines) {
      for (const [, tag, text] of line.matchAll(/<(vType|vehicle|route)\s([^>]*)>/g)) {
        const pairs = Array.from(text!.matchAll(/(\w+)="([^"]*)"/g), ([, key, value]) => [key, value])
        yield [tag!, Object.fromEntries(pairs)]
      }
    }
  } catch (cause) {
    throw new WorldError('file-unreadable', `cannot read the demand ${file}: ${(cause as Error).message}`, cause)
  }
}
