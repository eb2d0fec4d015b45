import { arcShape, type Coordinate } from './arc-shape.ts'
import { arcFlag, type RoadNetwork, roadClasses } from './road-network.ts'

/** GeoJSON for the base map: one feature per street name and road class. */
export interface StreetMap {
  type: 'FeatureCollection'
  features: {
    type: 'Feature'
    properties: { class: string; name: string }
    geometry: { type: 'MultiLineString'; coordinates: Coordinate[][] }
  }[]
}

/** Five decimals of a degree are about a metre. */
const DECIMALS = 5

/** The streets as lines, both directions of a road once, pieces that follow each other joined. */
export function streetMap(network: RoadNetwork): StreetMap {
  const byStreet = new Map<string, number[]>()
  for (let arc = 0; arc < network.arcCount; arc++) {
    const reverse = network.reverse[arc]!
    const isContraflow = (network.flags[arc]! & arcFlag.contraflow) !== 0
    const isSecondOfTwo = reverse >= 0 && reverse < arc && (network.flags[reverse]! & arcFlag.contraflow) === 0
    if (isContraflow || isSecondOfTwo) continue
    const key = `${network.street[arc]}/${network.roadClass[arc]}`
    const arcs = byStreet.get(key)
    if (arcs) arcs.push(arc)
    else byStreet.set(key, [arc])
  }
  const features = [...byStreet.values()].map((arcs) => ({
    type: 'Feature' as const,
    properties: {
      class: roadClasses[network.roadClass[arcs[0]!]!]!,
      name: network.streetNames[network.street[arcs[0]!]!]!,
    },
    geometry: { type: 'MultiLineString' as const, coordinates: lines(network, arcs) },
  }))
  return { type: 'FeatureCollection', features }
}

function lines(network: RoadNetwork, arcs: readonly number[]): Coordinate[][] {
  const from = new Map<number, number[]>()
  for (const arc of arcs) from.set(network.tail[arc]!, [...(from.get(network.tail[arc]!) ?? []), arc])
  const free = new Set(arcs)
  const joined: Coordinate[][] = []
  for (const first of arcs) {
    if (!free.delete(first)) continue
    const line = arcShape(network, first).map(rounded)
    let end = network.head[first]!
    for (let next = nextFree(from, free, end); next !== undefined; next = nextFree(from, free, end)) {
      free.delete(next)
      line.push(...arcShape(network, next).slice(1).map(rounded))
      end = network.head[next]!
    }
    joined.push(line)
  }
  return joined
}

const nextFree = (from: ReadonlyMap<number, number[]>, free: ReadonlySet<number>, node: number): number | undefined =>
  from.get(node)?.find((arc) => free.has(arc))

const rounded = ([lon, lat]: Coordinate): Coordinate => [Number(lon.toFixed(DECIMALS)), Number(lat.toFixed(DECIMALS))]
