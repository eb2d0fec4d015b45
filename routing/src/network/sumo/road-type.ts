import { type RoadClass, roadClasses } from '../road-network.ts'
import { classOf } from '../speed-class.ts'

const classes: ReadonlySet<string> = new Set(roadClasses)

/** The class of an edge from its type (`highway.primary_link`), else from its lanes and speed. */
export function roadType(type: string, lanes: number, speedMps: number): { roadClass: RoadClass; link: boolean } {
  const [, name = '', link] = /(?:^|\|)highway\.([a-z_]+?)(_link)?(?:\.|\||$)/.exec(type) ?? []
  if (classes.has(name)) return { roadClass: name as RoadClass, link: link !== undefined }
  return { roadClass: classOf(lanes, speedMps), link: false }
}
