import { newReport } from '../../../src/network/import-report.ts'
import { type CityOptions, cityOf, type ImportedCity } from '../../../src/network/imported-city.ts'
import type { OsmExtract, OsmMember, OsmNode, OsmRelation, OsmWay, Tags } from '../../../src/network/osm/extract.ts'
import { osmCity } from '../../../src/network/osm/osm-city.ts'
import type { RoadOptions } from '../../../src/network/osm/road-piece.ts'

/**
 * An extract drawn in words. Nodes: name → metres east and north of Heidelberg, and tags. Ways: `A B C` with tags.
 * Restrictions: `A B > B > B C` names the way from, the node via and the way to; via may be ways, `A B > B C + C D > D E`,
 * or `none`.
 */
export function extract(
  nodes: Record<string, [east: number, north: number, tags?: Tags]>,
  ways: readonly (readonly [drawn: string, tags: Tags])[],
  restrictions: readonly (readonly [drawn: string, tags: Tags])[] = [],
): OsmExtract & { id(node: string): number } {
  const ids = new Map(Object.keys(nodes).map((name, i) => [name, 100 + i]))
  const id = (name: string): number => ids.get(name) ?? 9999
  const built: OsmWay[] = ways.map(([drawn, tags], i) => ({ id: 500 + i, nodes: drawn.split(' ').map(id), tags }))
  const wayOf = (drawn: string): number => built[ways.findIndex(([way]) => way === drawn)]?.id ?? 9999
  const viaMembers = (via: string): OsmMember[] => {
    if (via === 'none') return []
    if (!via.includes(' ')) return [{ type: 'node', ref: id(via), role: 'via' }]
    return via.split(' + ').map((way) => ({ type: 'way', ref: wayOf(way), role: 'via' }))
  }
  const relations: OsmRelation[] = restrictions.map(([drawn, tags], i) => {
    const [from, via, to] = drawn.split(' > ') as [string, string, string]
    return {
      id: 900 + i,
      tags: { type: 'restriction', ...tags },
      members: [
        { type: 'way', ref: wayOf(from), role: 'from' },
        ...viaMembers(via),
        { type: 'way', ref: wayOf(to), role: 'to' },
      ],
    }
  })
  const placed = Object.entries(nodes).map(([name, [east, north, tags = {}]]): [number, OsmNode] => [
    id(name),
    // 1e-7 degrees, as in the files.
    { lon: round(8.7 + east / 72_363), lat: round(49.4 + north / 111_195), tags },
  ])
  return { nodes: new Map(placed), ways: built, relations, id }
}

/** The city of a drawn extract. */
export function importDrawn(extract: OsmExtract, options: CityOptions & RoadOptions): ImportedCity {
  const report = newReport()
  return cityOf(osmCity(extract, options.district, options, report), options, 'drawn', report)
}

const round = (degrees: number): number => Math.round(degrees * 1e7) / 1e7
