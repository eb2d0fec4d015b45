import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { GeoJSONVT } from '@maplibre/geojson-vt'
import { fromGeojsonVt } from '@maplibre/vt-pbf'

const decompressed = promisify(gunzip)

/** Deepest zoom with tiles of their own; a map shows these magnified beyond it. */
export const deepestZoom = 16
/** Encoded tiles kept: several screens at several zooms. */
const mostKept = 512

/** Vector tiles of the base map, one layer `streets` with `class` and `name`, cut when they are first asked for. */
export class StreetTiles {
  readonly #streets: Buffer
  #index: Promise<GeoJSONVT> | undefined
  /** In the order of their last use. */
  readonly #kept = new Map<string, Buffer>()

  /** @param streets GeoJSON, gzip */
  constructor(streets: Buffer) {
    this.#streets = streets
  }

  /** @returns an empty tile where the city has no streets */
  async tile(z: number, x: number, y: number): Promise<Buffer> {
    const key = `${z}/${x}/${y}`
    const tile = this.#kept.get(key) ?? (await this.#cut(z, x, y))
    this.#kept.delete(key)
    this.#kept.set(key, tile)
    if (this.#kept.size > mostKept) this.#kept.delete(this.#kept.keys().next().value as string)
    return tile
  }

  async #cut(z: number, x: number, y: number): Promise<Buffer> {
    this.#index ??= this.#cutter()
    const found = (await this.#index).getTile(z, x, y)
    return found ? Buffer.from(fromGeojsonVt({ streets: found }, { version: 2 })) : Buffer.alloc(0)
  }

  async #cutter(): Promise<GeoJSONVT> {
    const streets = JSON.parse((await decompressed(this.#streets)).toString('utf8'))
    return new GeoJSONVT(streets, { maxZoom: deepestZoom, indexMaxZoom: 10 })
  }
}
