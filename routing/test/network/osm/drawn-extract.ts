import type { OsmExtract, OsmNode, OsmRelation, OsmWay, Tags } from '../../../src/network/osm/extract.ts'

/**
 * An extract drawn in words. Nodes: name → metres east and north of Heidelberg, and tags. Ways: `A B C` with tags.
 * Restrictions: `A B > B > B C` names the way from, the node via and the way to by their first and last nodes.
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
  const relations: OsmRelation[] = restrictions.map(([drawn, tags], i) => {
    const [from, via, to] = drawn.split(' > ') as [string, string, string]
    return {
      id: 900 + i,
      tags: { type: 'restriction', ...tags },
      members: [
        { type: 'way', ref: wayOf(from), role: 'from' },
        via.includes(' ') ? { type: 'way', ref: wayOf(via), role: 'via' } : { type: 'node', ref: id(via), role: 'via' },
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

const round = (degrees: number): number => Math.round(degrees * 1e7) / 1e7
