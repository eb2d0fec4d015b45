import { brokenMap, contentOf } from './map-file.ts'

/** What kinds of map can be read. */
export type MapFormat = 'osm-pbf' | 'osm-xml' | 'sumo' | 'cityflow' | 'citybrain' | 'geojson' | 'dimacs'

/** So much of a file shows what it is; a comment may come first. */
const LOOK_BYTES = 65_536

const endings: readonly (readonly [RegExp, MapFormat])[] = [
  [/\.pbf$/, 'osm-pbf'],
  [/\.osm$/, 'osm-xml'],
  [/\.net\.xml$/, 'sumo'],
  [/\.geojson$/, 'geojson'],
  [/roadnet.*\.json$/, 'cityflow'],
  [/\.gr$/, 'dimacs'],
]

const roots: Readonly<Record<string, MapFormat>> = { osm: 'osm-xml', net: 'sumo' }

const known =
  'OpenStreetMap .osm.pbf or .osm, SUMO .net.xml, CityFlow roadnet .json, City Brain roadnet .txt, GeoJSON lines or DIMACS .gr'

/**
 * The format of a map by what is in it, and by the ending of its name where that does not tell.
 *
 * @throws WorldError `file-unreadable`
 * @throws InputError `map-broken` when the file is empty or of no known format
 */
export async function mapFormat(file: string): Promise<MapFormat> {
  const start = await startOf(file)
  if (start.length === 0) throw brokenMap(file, 'the file is empty; fetch it again')
  const name = file.toLowerCase().replace(/\.gz$/, '')
  const found = formatOf(start) ?? endings.find(([ending]) => ending.test(name))?.[1]
  if (found) return found
  throw brokenMap(file, `this is no map that can be read; give ${known}, each gzip or not`)
}

async function startOf(file: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of contentOf(file)) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= LOOK_BYTES) break
  }
  return Buffer.concat(chunks).subarray(0, LOOK_BYTES)
}

function formatOf(start: Buffer): MapFormat | undefined {
  if (start.subarray(4, 32).includes('OSMHeader')) return 'osm-pbf'
  const text = start
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
  if (text.startsWith('<')) {
    const root = /<([\w:.-]+)/.exec(text.replace(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<![A-Z][^>]*>/g, ''))?.[1]
    return root === undefined ? undefined : roots[root]
  }
  if (/^\{\s*"(?:intersections|roads)"/.test(text)) return 'cityflow'
  if (/^\{/.test(text) && /"type"\s*:\s*"(?:FeatureCollection|Feature|LineString|MultiLineString)"/.test(text)) {
    return 'geojson'
  }
  if (/^(?:c\b.*\s*)*p\s+sp\s/.test(text) || /^c\s/.test(text)) return 'dimacs'
  return /^\d+\s*\n\s*-?\d+\.\d+\s+-?\d+\.\d+\s+\d+\s+[01]\s*\n/.test(text) ? 'citybrain' : undefined
}
