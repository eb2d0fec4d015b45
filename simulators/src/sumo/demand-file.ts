import { createReadStream } from 'node:fs'
import { pipeline, type Readable } from 'node:stream'
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
 * Whether a SUMO route file has vehicles that SUMO routes itself, by `<trip>` or `<flow>`.
 *
 * @throws WorldError `file-unreadable`
 */
export async function leavesRoutesOpen(file: string): Promise<boolean> {
  for await (const [tag] of tagsOf(file)) if (tag === 'trip' || tag === 'flow') return true
  return false
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
  let text = ''
  try {
    for await (const chunk of contentOf(file)) {
      text += chunk
      const whole = text.lastIndexOf('>') + 1
      for (const [, tag, inside] of text.slice(0, whole).matchAll(/<(vType|vehicle|route|trip|flow)\s([^>]*)>/g)) {
        const pairs = Array.from(inside!.matchAll(/(\w+)="([^"]*)"/g), ([, key, value]) => [key, value])
        yield [tag!, Object.fromEntries(pairs)]
      }
      text = text.slice(whole)
    }
  } catch (cause) {
    throw new WorldError('file-unreadable', `cannot read the demand ${file}: ${(cause as Error).message}`, cause)
  }
}

function contentOf(file: string): Readable {
  const raw = createReadStream(file)
  if (!file.endsWith('.gz')) return raw.setEncoding('utf8')
  // Unlike a pipe this hands an error of the file on.
  return pipeline(raw, createGunzip(), () => undefined).setEncoding('utf8')
}
