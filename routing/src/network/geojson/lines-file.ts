import { drop, type ImportReport, note } from '../import-report.ts'
import { brokenMap } from '../map-file.ts'
import { noTags, type OsmExtract, type OsmNode, type OsmWay, type Tags } from '../osm/extract.ts'

/** Vertices nearer to each other than this part of a degree, about a centimetre, are one. */
const STEPS_PER_DEGREE = 1e7

interface Geometry {
  type: string
  coordinates: unknown
}

interface Feature {
  geometry: Geometry | null
  properties: Record<string, unknown> | null
}

/**
 * Reads GeoJSON lines as roads: properties are OpenStreetMap tags (`highway`, `oneway`, `maxspeed`, `lanes`, `name` …),
 * `speedKmh` stands for `maxspeed`. A line without `highway` is an unclassified road. Lines meet where they share a
 * vertex; points with tags (`highway=traffic_signals`) tag the vertex they lie on. Other shapes are reported.
 *
 * @throws InputError `map-broken`, naming the feature and the reason
 */
export function extractOfLines(content: unknown, file: string, report: ImportReport): OsmExtract {
  const vertices = new Vertices()
  const ways: OsmWay[] = []
  featuresOf(content, file).forEach(({ geometry, properties }, i) => {
    const place = `feature ${i + 1}`
    const tags = tagsOf(properties)
    if (geometry === null) drop(report, 'features: no geometry')
    else if (geometry.type === 'Point') vertices.at(position(geometry.coordinates, file, place), tags)
    else if (geometry.type === 'LineString' || geometry.type === 'MultiLineString') {
      const lines = geometry.type === 'LineString' ? [geometry.coordinates] : listOf(geometry.coordinates, file, place)
      if (tags.highway === undefined) {
        drop(report, 'lines: no highway, taken as unclassified')
        tags.highway = 'unclassified'
      }
      for (const line of lines) {
        const points = listOf(line, file, place)
        if (points.length < 2) throw brokenMap(file, 'a line needs two positions', place)
        const nodes = points.map((point) => vertices.at(position(point, file, place), noTags))
        ways.push({ id: ways.length + 1, nodes, tags })
      }
    } else {
      drop(report, `features: ${geometry.type}`)
      note(report, `${place}: ${geometry.type} is no road`)
    }
  })
  return { nodes: vertices.nodes, ways, relations: [] }
}

/** Nodes by where they lie. */
class Vertices {
  readonly nodes = new Map<number, OsmNode>()
  readonly #ids = new Map<string, number>()

  at([lon, lat]: [number, number], tags: Tags): number {
    const key = `${Math.round(lon * STEPS_PER_DEGREE)} ${Math.round(lat * STEPS_PER_DEGREE)}`
    const id = this.#ids.get(key) ?? this.nodes.size + 1
    const known = this.nodes.get(id)
    this.#ids.set(key, id)
    if (!known || tags !== noTags) this.nodes.set(id, { lon, lat, ...known, tags: { ...known?.tags, ...tags } })
    return id
  }
}

function featuresOf(content: unknown, file: string): Feature[] {
  const root = content as { type?: unknown; features?: unknown; crs?: { properties?: { name?: unknown } } } | null
  const crs = root?.crs?.properties?.name
  if (crs !== undefined && !/CRS84|4326/.test(String(crs))) {
    throw brokenMap(file, `coordinates in "${crs}"; convert the file to degrees of WGS 84 first`)
  }
  if (root?.type === 'Feature') return [root as unknown as Feature]
  if (root?.type === 'LineString' || root?.type === 'MultiLineString') {
    return [{ geometry: root as unknown as Geometry, properties: null }]
  }
  if (root?.type !== 'FeatureCollection' || !Array.isArray(root.features)) {
    throw brokenMap(file, 'no GeoJSON FeatureCollection with features')
  }
  root.features.forEach((feature: unknown, i) => {
    const { type, geometry } = (feature ?? {}) as { type?: unknown; geometry?: { type?: unknown } | null }
    const isShaped = geometry === null || typeof geometry?.type === 'string'
    if (type !== 'Feature' || !isShaped) throw brokenMap(file, 'it is no GeoJSON feature', `feature ${i + 1}`)
  })
  return root.features as Feature[]
}

/** Properties as tags; what is null or a structure is left out. */
function tagsOf(properties: Record<string, unknown> | null): Record<string, string> {
  const tags: Record<string, string> = {}
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (['string', 'number', 'boolean'].includes(typeof value)) tags[key] = String(value)
  }
  if (tags.speedKmh !== undefined) tags.maxspeed = tags.speedKmh
  return tags
}

function listOf(value: unknown, file: string, place: string): unknown[] {
  if (Array.isArray(value)) return value
  throw brokenMap(file, `its coordinates are ${JSON.stringify(value)?.slice(0, 40)}, expected a list`, place)
}

function position(value: unknown, file: string, place: string): [number, number] {
  const [lon, lat] = Array.isArray(value) ? value : []
  const isNumber = typeof lon === 'number' && typeof lat === 'number'
  if (isNumber && Math.abs(lon) <= 180 && Math.abs(lat) <= 90) return [lon, lat]
  throw brokenMap(file, `${JSON.stringify(value)?.slice(0, 60)} is no position [longitude, latitude] in degrees`, place)
}
