import { brokenMap, type MapSource } from '../map-file.ts'
import { eachTag, type XmlTag } from '../xml.ts'

/** What a SUMO network file says, as far as routes and signals need it. @see https://sumo.dlr.de/docs/Networks/SUMO_Road_Networks.html */
export interface SumoNet {
  location: { offsetX: number; offsetY: number; projection: string }
  junctions: Map<string, { x: number; y: number }>
  edges: Map<string, SumoEdge>
  connections: SumoConnection[]
  /** Of the lanes within junctions, m/s. */
  innerSpeeds: Map<string, number>
  programs: Map<string, SumoProgram>
  roundabouts: Set<string>
  /** Signals that also release people on foot. */
  walkedSignals: Set<string>
}

export interface SumoEdge {
  from: string
  to: string
  type: string
  name: string
  /** Given where it is not that of the shape; undefined otherwise. */
  lengthM: number | undefined
  shape: Point[]
  lanes: SumoLane[]
}

export interface SumoLane {
  speedMps: number
  lengthM: number
  widthM: number
  /** Vehicle classes. */
  allow: string
  disallow: string
}

export interface SumoConnection {
  from: string
  to: string
  fromLane: number
  toLane: number
  /** The signal that releases it, and its place in the signal's states. */
  tl: string | undefined
  linkIndex: number
  /** The lane within the junction, where there is one. */
  via: string | undefined
}

export interface SumoProgram {
  offsetS: number
  phases: { durationS: number; state: string }[]
}

type Point = [x: number, y: number]

const FASTEST_MPS = 200
const LONGEST_M = 1e6
const WIDEST_M = 100
/** Of a lane that says nothing else. */
const LANE_WIDTH_M = 3.2

/**
 * @throws WorldError `file-unreadable`
 * @throws InputError `map-broken`, naming file, line and reason
 */
export async function readNet(source: MapSource, name: string): Promise<SumoNet> {
  const net: SumoNet = {
    location: { offsetX: 0, offsetY: 0, projection: '!' },
    junctions: new Map(),
    edges: new Map(),
    connections: [],
    innerSpeeds: new Map(),
    programs: new Map(),
    roundabouts: new Set(),
    walkedSignals: new Set(),
  }
  let root: string | undefined
  /** What stands open: an edge whose lanes follow, or a program whose phases follow. */
  let edge: SumoEdge | undefined
  let program: SumoProgram | undefined
  const open: Record<string, (tag: XmlTag) => void> = {
    location: (tag) => {
      net.location = locationOf(tag)
    },
    junction: (tag) => {
      if (tag.attributes.type === 'internal') return
      net.junctions.set(tag.text('id'), { x: tag.number('x'), y: tag.number('y') })
    },
    edge: (tag) => {
      edge = edgeOf(tag)
      if (edge) net.edges.set(tag.text('id'), edge)
    },
    lane: (tag) => {
      if (edge) edge.lanes.push(laneOf(tag))
      else net.innerSpeeds.set(tag.text('id'), tag.number('speed', 0, FASTEST_MPS))
    },
    connection: (tag) => {
      const connection = connectionOf(tag)
      if (!connection.from.startsWith(':') && !connection.to.startsWith(':')) net.connections.push(connection)
      else if (connection.tl !== undefined) net.walkedSignals.add(connection.tl)
    },
    tlLogic: (tag) => {
      program = programOf(tag)
      // Of several programs the first runs at the start.
      if (!net.programs.has(tag.text('id'))) net.programs.set(tag.text('id'), program)
    },
    phase: (tag) => program?.phases.push(phaseOf(tag)),
    roundabout: (tag) => {
      for (const id of tag.text('edges').split(/\s+/)) net.roundabouts.add(id)
    },
  }
  await eachTag(
    source,
    name,
    (tag) => {
      if (root === undefined) {
        root = tag.name
        if (root !== 'net') throw tag.wrong('is the root; that of a SUMO network is <net>')
      } else open[tag.name]?.(tag)
    },
    (tagName) => {
      if (tagName === 'edge') edge = undefined
      if (tagName === 'tlLogic') program = undefined
    },
  )
  for (const [id, { from, to, lanes }] of net.edges) {
    const missing = [from, to].find((junction) => !net.junctions.has(junction))
    if (missing !== undefined) throw brokenMap(name, `its junction "${missing}" is not in the file`, `edge "${id}"`)
    if (lanes.length === 0) throw brokenMap(name, 'it has no lanes', `edge "${id}"`)
  }
  return net
}

/**
 * The programs of an additional file, as they replace those of a net. Of several for one signal the last runs.
 *
 * @throws WorldError `file-unreadable`
 * @throws InputError `map-broken`, naming file, line and reason; also when there is no program in it
 */
export async function readPrograms(source: MapSource, name: string): Promise<Map<string, SumoProgram>> {
  const programs = new Map<string, SumoProgram>()
  let program: SumoProgram | undefined
  await eachTag(
    source,
    name,
    (tag) => {
      if (tag.name === 'phase') program?.phases.push(phaseOf(tag))
      if (tag.name !== 'tlLogic') return
      program = programOf(tag)
      programs.set(tag.text('id'), program)
    },
    (tagName) => {
      if (tagName === 'tlLogic') program = undefined
    },
  )
  if (programs.size === 0) throw brokenMap(name, 'there is no <tlLogic> in it; give a file of signal programs')
  return programs
}

const programOf = (tag: XmlTag): SumoProgram => ({ offsetS: Number(tag.attributes.offset ?? 0), phases: [] })

const phaseOf = (tag: XmlTag): SumoProgram['phases'][number] => ({
  durationS: tag.number('duration', 0, 1e5),
  state: tag.text('state'),
})

function locationOf(tag: XmlTag): SumoNet['location'] {
  const [offsetX, offsetY] = point(tag, 'netOffset', tag.text('netOffset'))
  return { offsetX, offsetY, projection: tag.attributes.projParameter ?? '!' }
}

/** Inner parts of junctions, crossings and waiting areas are no roads. */
function edgeOf(tag: XmlTag): SumoEdge | undefined {
  if ((tag.attributes.function ?? 'normal') !== 'normal') return undefined
  const shape = (tag.attributes.shape ?? '').trim()
  return {
    from: tag.text('from'),
    to: tag.text('to'),
    type: tag.attributes.type ?? '',
    name: tag.attributes.name ?? '',
    lengthM: tag.attributes.length === undefined ? undefined : tag.number('length', 0, LONGEST_M),
    shape: shape === '' ? [] : shape.split(/\s+/).map((text) => point(tag, 'shape', text)),
    lanes: [],
  }
}

const laneOf = (tag: XmlTag): SumoLane => ({
  speedMps: tag.number('speed', 0, FASTEST_MPS),
  lengthM: tag.number('length', 0, LONGEST_M),
  widthM: tag.attributes.width === undefined ? LANE_WIDTH_M : tag.number('width', 0, WIDEST_M),
  allow: tag.attributes.allow ?? '',
  disallow: tag.attributes.disallow ?? '',
})

const connectionOf = (tag: XmlTag): SumoConnection => ({
  from: tag.text('from'),
  to: tag.text('to'),
  fromLane: tag.number('fromLane'),
  toLane: tag.number('toLane'),
  tl: tag.attributes.tl,
  linkIndex: tag.attributes.tl === undefined ? -1 : tag.number('linkIndex'),
  via: tag.attributes.via,
})

/** `x,y` or `x,y,z`. */
function point(tag: XmlTag, attribute: string, text: string): Point {
  const [x, y] = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  if (Number.isFinite(x) && Number.isFinite(y)) return [x!, y!]
  throw tag.wrong(`has ${attribute} with "${text}", expected x,y in metres`)
}
