import type { Roadnet, readNet } from '@clearway/routing'
import { xml } from './plain-network.ts'

type SumoNet = Awaited<ReturnType<typeof readNet>>
type Intersection = Roadnet['intersections'][number]
type RoadLink = Intersection['roadLinks'][number]

/** Times of a fixed plan, whole seconds. */
export interface StagePlanTimes {
  greenS: number
  yellowS: number
  allRedS: number
}

/** Arrivals whose bearings differ by this or more face each other. */
const FACING_DEG = 150

/**
 * A fixed-time program for every signal: the arrivals that face each other straight on, then their left turns, north and
 * south before east and west, each stage as long as every other. Right turns always go and give way. CityFlow has no
 * program; its light phases are stages to choose from.
 *
 * @param net made by netconvert of the same road network
 * @param bearingOf a road where it arrives, degrees clockwise from north
 */
export function stagePlan(
  roadnet: Roadnet,
  net: SumoNet,
  times: StagePlanTimes,
  bearingOf: (road: string) => number,
): string {
  const programs = roadnet.intersections.flatMap((intersection) => {
    const connections = net.connections.filter(({ tl, linkIndex }) => tl === intersection.id && linkIndex >= 0)
    if (connections.length === 0) return []
    const typeOf = new Map(intersection.roadLinks.map((link) => [`${link.startRoad}>${link.endRoad}`, link]))
    const links: (RoadLink | undefined)[] = []
    for (const { from, to, linkIndex } of connections) links[linkIndex] = typeOf.get(`${from}>${to}`)
    return programOf(intersection.id, links, stagesOf(intersection, bearingOf), times)
  })
  return xml('additional', programs)
}

interface Stage {
  name: string
  roads: readonly string[]
  type: 'go_straight' | 'turn_left'
}

function stagesOf({ roadLinks }: Intersection, bearingOf: (road: string) => number): Stage[] {
  const starts = [...new Set(roadLinks.map(({ startRoad }) => startRoad))]
  const bearings = new Map(starts.map((id) => [id, bearingOf(id)]))
  /** How far from the north–south axis. */
  const offAxis = (id: string) => Math.abs(Math.sin((bearings.get(id)! * Math.PI) / 180))
  const left = new Set(starts.toSorted((a, b) => offAxis(a) - offAxis(b)))
  const stages: Stage[] = []
  for (const road of left) {
    left.delete(road)
    const facing = [...left].find((other) => between(bearings.get(road)!, bearings.get(other)!) >= FACING_DEG)
    if (facing !== undefined) left.delete(facing)
    const pair = facing === undefined ? [road] : [road, facing]
    const axis = offAxis(road) < Math.SQRT1_2 ? 'NS' : 'EW'
    stages.push(
      { name: `${axis}-s`, roads: pair, type: 'go_straight' },
      { name: `${axis}-l`, roads: pair, type: 'turn_left' },
    )
  }
  return stages.filter(({ roads, type }) =>
    roadLinks.some((link) => roads.includes(link.startRoad) && (link.type ?? 'go_straight') === type),
  )
}

/** Bearings of roads by their points. */
export function bearingOfPoints({ roads }: Roadnet): (road: string) => number {
  const byId = new Map(roads.map((road) => [road.id, road]))
  return (road) => arrivalBearing(byId.get(road)!.points)
}

/** Degrees clockwise from north at the end of a road. */
function arrivalBearing(points: Roadnet['roads'][number]['points']): number {
  const [a, b] = points.slice(-2) as [{ x: number; y: number }, { x: number; y: number }]
  return (Math.atan2(b.x - a.x, b.y - a.y) * 180) / Math.PI
}

const between = (a: number, b: number): number => Math.abs(((a - b + 540) % 360) - 180)

function programOf(
  id: string,
  links: readonly (RoadLink | undefined)[],
  stages: readonly Stage[],
  { greenS, yellowS, allRedS }: StagePlanTimes,
): string {
  const state = (shown: (link: RoadLink) => string): string =>
    Array.from(links, (link) => (link === undefined ? 'r' : link.type === 'turn_right' ? 'g' : shown(link))).join('')
  const phase = (durationS: number, letters: string, name: string) =>
    durationS > 0 ? `<phase duration="${durationS}" state="${letters}" name="${name}"/>` : ''
  const phases = stages.flatMap(({ name, roads, type }) => {
    const served = (letter: string) => (link: RoadLink) =>
      roads.includes(link.startRoad) && (link.type ?? 'go_straight') === type ? letter : 'r'
    return [
      phase(greenS, state(served('G')), name),
      phase(yellowS, state(served('y')), 'yellow'),
      phase(
        allRedS,
        state(() => 'r'),
        'allred',
      ),
    ]
  })
  return `<tlLogic id="${id}" type="static" programID="fixed${greenS}" offset="0">${phases.join('')}</tlLogic>`
}
