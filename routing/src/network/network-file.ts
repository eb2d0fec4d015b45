import { contractionOrder } from './contraction-order.ts'
import type { RoadNetwork } from './road-network.ts'
import {
  type ArrayKind,
  arrayOf,
  arraySection,
  jsonOf,
  jsonSection,
  readSections,
  writeSections,
} from './section-file.ts'

/**
 * Section 0 is JSON (counts, names, turn bans, approaches, exits), the others are the arrays in the order of `sections`.
 */
const format = { magic: 'CLWYROAD', version: 3, what: 'road network' }

const sections = [
  ['nodeLon', 'degrees'],
  ['nodeLat', 'degrees'],
  ['firstOut', 'int32'],
  ['tail', 'int32'],
  ['head', 'int32'],
  ['lengthM', 'float32'],
  ['speedMps', 'float32'],
  ['lanes', 'uint8'],
  ['maxHeightM', 'float32'],
  ['maxWidthM', 'float32'],
  ['maxWeightT', 'float32'],
  ['maxAxleLoadT', 'float32'],
  ['roadClass', 'uint8'],
  ['flags', 'uint8'],
  ['street', 'int32'],
  ['reverse', 'int32'],
  ['shapeStart', 'int32'],
  ['shapeLon', 'degrees'],
  ['shapeLat', 'degrees'],
  ['approachOfArc', 'int32'],
  ['exitOfArc', 'int32'],
  ['order', 'int32'],
] as const satisfies readonly (readonly [keyof RoadNetwork, ArrayKind])[]

type Lists = Pick<RoadNetwork, 'nodeCount' | 'arcCount' | 'streetNames' | 'turnBans' | 'approaches' | 'exits'>

/** Coordinates are rounded to 1e-7 degrees (about a centimetre); everything else is kept exactly, the contraction order is added. */
export function writeNetwork(network: RoadNetwork): Uint8Array {
  const { nodeCount, arcCount, streetNames, turnBans, approaches, exits } = network
  const lists: Lists = { nodeCount, arcCount, streetNames, turnBans, approaches, exits }
  const arrays = sections.map(([name, kind]) =>
    arraySection(kind, name === 'order' ? contractionOrder(network) : network[name]),
  )
  return writeSections(format, [jsonSection(lists), ...arrays])
}

/**
 * @param file where the bytes are from, named in errors
 * @throws InputError `network-file` when the bytes are no network, cut off, damaged or of another version
 */
export function readNetwork(bytes: Uint8Array, file = 'the road network'): RoadNetwork {
  const [head, ...parts] = readSections(format, bytes, file) as [Uint8Array, ...Uint8Array[]]
  const lists = jsonOf(head) as Lists
  const arrays = Object.fromEntries(sections.map(([name, kind], i) => [name, arrayOf(kind, parts[i]!)]))
  return { ...lists, ...(arrays as unknown as Omit<RoadNetwork, keyof Lists>) }
}
