import {
  type ArrayKind,
  arrayOf,
  arraySection,
  jsonOf,
  jsonSection,
  readSections,
  writeSections,
} from '../network/section-file.ts'
import type { WalkingNetwork } from './walking-network.ts'

/** Section 0 is JSON (counts, entrances), the others are the arrays in the order of `sections`. */
const format = { magic: 'CLWYWALK', version: 1, what: 'walking network' }

const sections = [
  ['from', 'int32'],
  ['to', 'int32'],
  ['lengthCm', 'int32'],
  ['shapeStart', 'int32'],
  ['shapeLon', 'degrees'],
  ['shapeLat', 'degrees'],
] as const satisfies readonly (readonly [keyof WalkingNetwork, ArrayKind])[]

type Lists = Pick<WalkingNetwork, 'nodeCount' | 'edgeCount' | 'entrances'>

/** Coordinates are rounded to 1e-7 degrees (about a centimetre); everything else is kept exactly. */
export function writeWalking(network: WalkingNetwork): Uint8Array {
  const { nodeCount, edgeCount, entrances } = network
  const lists: Lists = { nodeCount, edgeCount, entrances }
  return writeSections(format, [
    jsonSection(lists),
    ...sections.map(([name, kind]) => arraySection(kind, network[name])),
  ])
}

/**
 * @param file where the bytes are from, named in errors
 * @throws InputError `network-file` when the bytes are no walking network, cut off, damaged or of another version
 */
export function readWalking(bytes: Uint8Array, file = 'the walking network'): WalkingNetwork {
  const [head, ...parts] = readSections(format, bytes, file) as [Uint8Array, ...Uint8Array[]]
  const lists = jsonOf(head) as Lists
  const arrays = Object.fromEntries(sections.map(([name, kind], i) => [name, arrayOf(kind, parts[i]!)]))
  return { ...lists, ...(arrays as unknown as Omit<WalkingNetwork, keyof Lists>) }
}
