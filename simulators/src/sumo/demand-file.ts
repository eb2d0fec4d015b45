import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { WorldError } from '@clearway/contracts'
import type { DemandTrip } from './missions.ts'

/**
 * The trips of a SUMO route file that give their edges: a `<vehicle>` with a `<route edges>` in it.
 *
 * @throws WorldError `file-unreadable`
 */
export async function readDemand(file: string): Promise<DemandTrip[]> {
  const trips: DemandTrip[] = []
  const named = new Map<string, string[]>()
  let vehicle: { id: string; departS: number } | undefined
  try {
    const raw = createReadStream(file)
    const lines = createInterface({ input: file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw })
    raw.on('error', (error) => lines.emit('error', error))
    for await (const line of lines) {
      for (const [, tag, text] of line.matchAll(/<(vehicle|route)\s([^>]*)>/g)) {
        const attributes = Object.fromEntries(
          [...text!.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
        )
        const edges = attributes.edges?.trim().split(/\s+/)
        if (tag === 'vehicle') {
          const route = named.get(attributes.route ?? '')
          vehicle = { id: attributes.id ?? '', departS: Number(attributes.depart) }
          if (route) trips.push({ ...vehicle, route })
        } else if (edges && attributes.id) named.set(attributes.id, edges)
        else if (edges && vehicle) trips.push({ ...vehicle, route: edges })
      }
    }
  } catch (cause) {
    throw new WorldError('file-unreadable', `cannot read the demand ${file}: ${(cause as Error).message}`, cause)
  }
  return trips.filter((trip) => Number.isFinite(trip.departS))
}
