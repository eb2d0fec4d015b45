import { distanceM } from '../geodesy.ts'
import { drop, type ImportReport } from '../import-report.ts'
import { carAccess, isForEmergency } from './access.ts'
import { noTags, type OsmNode, type Tags } from './extract.ts'

/** Who gets past a barrier on a road. */
type Passage = 'everyone' | 'emergency' | 'nobody'

/** They stand in the way of everything as wide as a car. */
const fixed: ReadonlySet<string> = new Set([
  'bollard',
  'block',
  'jersey_barrier',
  'log',
  'debris',
  'planter',
  'cycle_barrier',
  'motorcycle_barrier',
  'kissing_gate',
  'stile',
  'turnstile',
])
const removable: ReadonlySet<string> = new Set(['removable', 'foldable', 'rising', 'flexible'])
/** They can be opened; whether they are is said by their access. */
const gates: ReadonlySet<string> = new Set(['gate', 'lift_gate', 'swing_gate', 'sliding_gate', 'hampshire_gate'])
/** They let nobody pass who is not told otherwise, but give way to those who may remove them, or who are wide enough. */
const shut: ReadonlySet<string> = new Set(['chain', 'rope', 'bus_trap'])

/** A gate that is not said to be closed is open: most are. */
export function passageOf(tags: Tags): Passage {
  const barrier = tags.barrier ?? ''
  const access = carAccess(tags)
  if (access === 'open') return 'everyone'
  if (fixed.has(barrier)) return removable.has(tags.bollard ?? '') || isForEmergency(tags) ? 'emergency' : 'nobody'
  const isClosed = shut.has(barrier) || (gates.has(barrier) && (access === 'closed' || tags.locked === 'yes'))
  if (!isClosed) return 'everyone'
  return tags.emergency === 'no' ? 'nobody' : 'emergency'
}

/** Metres between the two sides of a barrier. */
const THICK_M = 1

/** Maps and network files have degrees of 1e-7. */
const asInMaps = (degrees: number): number => Math.round(degrees * 1e7) / 1e7

/** Nodes beyond barriers, and who gets there. */
export class Barriers {
  readonly #nodes: ReadonlyMap<number, OsmNode>
  /** How many ends of road meet at a node; two where a road goes on. */
  readonly #ends = new Map<number, number>()
  readonly #beyond = new Map<number, OsmNode>()
  readonly #ended = new Set<number>()

  constructor(nodes: ReadonlyMap<number, OsmNode>, runs: readonly (readonly number[])[], report: ImportReport) {
    this.#nodes = nodes
    for (const run of runs) {
      run.forEach((id, i) => {
        if (this.#passage(id) === 'everyone') return
        const isEnd = i === 0 || i === run.length - 1
        this.#ends.set(id, (this.#ends.get(id) ?? 0) + (isEnd ? 1 : 2))
      })
    }
    const unclear = [...this.#ends.values()].filter((ends) => ends > 2).length
    drop(report, 'barriers: where several roads meet', unclear)
    drop(report, 'barriers: for bicycles and people on foot only', this.#count('nobody'))
    drop(report, 'barriers: for emergency vehicles only', this.#count('emergency'))
  }

  node(id: number): OsmNode {
    return this.#beyond.get(id) ?? this.#nodes.get(id)!
  }

  /**
   * Cuts a run at the barriers on it: the part after a barrier begins at a node of its own, a step beyond it. `ways` are the
   * steps across barriers that emergency vehicles may take.
   */
  cut(run: readonly number[]): { parts: number[][]; ways: [from: number, to: number][] } {
    const parts: number[][] = []
    const ways: [number, number][] = []
    let part: number[] = []
    run.forEach((id, i) => {
      part.push(id)
      if (this.#ends.get(id) !== 2) return
      const isEnd = i === 0 || i === run.length - 1
      // Of two ways that meet at a barrier the second one is moved off it.
      if (isEnd && !this.#ended.has(id)) {
        this.#ended.add(id)
        return
      }
      const beyond = this.#step(id, run[i + 1] ?? run[i - 1]!)
      if (this.#passage(id) === 'emergency') ways.push(i === run.length - 1 && i > 0 ? [beyond, id] : [id, beyond])
      if (isEnd) part[part.length - 1] = beyond
      else {
        parts.push(part)
        part = [beyond]
      }
    })
    parts.push(part)
    return { parts, ways }
  }

  #passage(id: number): Passage {
    const { tags } = this.#nodes.get(id)!
    return tags === noTags ? 'everyone' : passageOf(tags)
  }

  #count(passage: Passage): number {
    return [...this.#ends].filter(([id, ends]) => ends === 2 && this.#passage(id) === passage).length
  }

  /** A new node a step from a barrier towards the next. Its id is none of a map. */
  #step(id: number, toward: number): number {
    const [a, b] = [this.node(id), this.node(toward)]
    const lengthM = distanceM(a.lon, a.lat, b.lon, b.lat)
    const share = lengthM > 2 * THICK_M ? THICK_M / lengthM : 0.5
    const made = Number.MIN_SAFE_INTEGER + this.#beyond.size
    const between = (from: number, to: number) => asInMaps(from + (to - from) * share)
    this.#beyond.set(made, { lon: between(a.lon, b.lon), lat: between(a.lat, b.lat), tags: noTags })
    return made
  }
}
