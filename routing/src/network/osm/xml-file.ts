import { brokenMap, type MapSource } from '../map-file.ts'
import { eachTag, type XmlTag } from '../xml.ts'
import { noTags, type OsmExtract, type OsmMember, type OsmNode, type OsmRelation, type OsmWay } from './extract.ts'

interface OpenObject {
  kind: string
  id: number
  lon: number
  lat: number
  nodes: number[]
  members: OsmMember[]
  tags: Record<string, string> | undefined
}

const memberTypes: ReadonlySet<string> = new Set(['node', 'way', 'relation'])

/**
 * Reads OpenStreetMap XML. Objects that an editor has marked as deleted are left out.
 *
 * @throws WorldError `file-unreadable`
 * @throws InputError `map-broken`, naming file, line and reason
 */
export async function readOsmXml(source: MapSource, name: string): Promise<OsmExtract> {
  const nodes = new Map<number, OsmNode>()
  const ways: OsmWay[] = []
  const relations: OsmRelation[] = []
  let root: string | undefined
  let object: OpenObject | undefined
  await eachTag(
    source,
    name,
    (tag) => {
      if (root === undefined) {
        root = tag.name
        if (root !== 'osm') throw tag.wrong('is the root; that of an OpenStreetMap file is <osm>')
      } else if (tag.name === 'node' || tag.name === 'way' || tag.name === 'relation') object = opened(tag)
      else if (object) addTo(object, tag)
    },
    (tagName) => {
      if (!object || object.kind !== tagName) return
      const { kind, id, lon, lat, tags = noTags } = object
      if (kind === 'node') nodes.set(id, { lon, lat, tags })
      else if (kind === 'way') ways.push({ id, nodes: object.nodes, tags })
      else relations.push({ id, members: object.members, tags })
      object = undefined
    },
  )
  if (nodes.size === 0) throw brokenMap(name, 'it has no nodes; fetch the map again')
  return { nodes, ways, relations }
}

function opened(tag: XmlTag): OpenObject | undefined {
  if (tag.attributes.visible === 'false' || tag.attributes.action === 'delete') return undefined
  const isNode = tag.name === 'node'
  return {
    kind: tag.name,
    id: tag.number('id'),
    lon: isNode ? tag.number('lon', -180, 180) : 0,
    lat: isNode ? tag.number('lat', -90, 90) : 0,
    nodes: [],
    members: [],
    tags: undefined,
  }
}

function addTo(object: OpenObject, tag: XmlTag): void {
  if (tag.name === 'tag') {
    object.tags ??= {}
    object.tags[tag.text('k')] = tag.text('v')
  } else if (tag.name === 'nd') object.nodes.push(tag.number('ref'))
  else if (tag.name === 'member') {
    const type = tag.text('type')
    if (!memberTypes.has(type)) throw tag.wrong(`has type "${type}", expected node, way or relation`)
    object.members.push({ type: type as OsmMember['type'], ref: tag.number('ref'), role: tag.attributes.role ?? '' })
  }
}
