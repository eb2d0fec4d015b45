import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { importCity, type MapOptions } from '../../src/network/import-city.ts'
import type { CityOptions, ImportedCity } from '../../src/network/imported-city.ts'

/** A folder of its own for the files of a test, removed afterwards. */
export function mapFolder() {
  const dir = mkdtempSync(join(tmpdir(), 'clearway-map-'))
  afterAll(() => rmSync(dir, { recursive: true }))
  const write = (name: string, content: string | Uint8Array): string => {
    const file = join(dir, name)
    writeFileSync(file, content)
    return file
  }
  return {
    write,
    /** Writes a file and imports it. */
    load: (name: string, content: string | Uint8Array, options: Partial<CityOptions> & MapOptions = {}) =>
      importCity(write(name, content), options) as Promise<ImportedCity>,
  }
}

/** The arc from the node nearest to one place to the node nearest to another, in degrees. */
export function arcBetween({ network }: ImportedCity, from: [number, number], to: [number, number]): number {
  const nearest = ([lon, lat]: [number, number]) => {
    const away = Array.from(network.nodeLon, (x, n) => Math.hypot(x - lon, network.nodeLat[n]! - lat))
    return away.indexOf(Math.min(...away))
  }
  const [a, b] = [nearest(from), nearest(to)]
  const arc = network.tail.findIndex((tail, i) => tail === a && network.head[i] === b)
  if (arc < 0) throw new Error(`no arc from ${from} to ${to}`)
  return arc
}
