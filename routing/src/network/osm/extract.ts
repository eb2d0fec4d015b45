/** OpenStreetMap objects as the importer needs them, whatever file they came from. */
export type Tags = Readonly<Record<string, string>>

export const noTags: Tags = {}

export interface OsmNode {
  lon: number
  lat: number
  tags: Tags
}

export interface OsmWay {
  id: number
  /** Ids of its nodes, in order. */
  nodes: readonly number[]
  tags: Tags
}

export interface OsmMember {
  type: 'node' | 'way' | 'relation'
  ref: number
  role: string
}

export interface OsmRelation {
  id: number
  members: readonly OsmMember[]
  tags: Tags
}

export interface OsmExtract {
  nodes: ReadonlyMap<number, OsmNode>
  ways: readonly OsmWay[]
  relations: readonly OsmRelation[]
}
