import { writeFileSync } from 'node:fs'
import type { City } from '@clearway/contracts'
import type { SumoPlan } from '@clearway/routing'
import type { Mission } from './missions.ts'

/** The emergency vehicle of the reference runs, alone in its type; it obeys signals and is faster than the limit. */
export const AMBULANCE_SPEED_FACTOR = 1.35
const ambulanceType = (speedFactor: number, bluelight: boolean) =>
  `<vType id="clearway-ambulance" vClass="emergency" length="6" accel="2.6" sigma="0.3" tau="1" speedFactor="${speedFactor}"${
    bluelight ? '><param key="has.bluelight.device" value="true"/></vType>' : '/>'
  }`

/** Id of the vehicle in SUMO and of the device. */
export const ambulanceId = (mission: Mission): string => `amb-${mission.id}`

/** Writes the missions as a demand of SUMO, in the order of departure. */
export function writeAmbulances(file: string, missions: readonly Mission[], bluelight: boolean): void {
  const vehicles = missions
    .toSorted((a, b) => a.departS - b.departS)
    .map(
      (mission) =>
        `<vehicle id="${ambulanceId(mission)}" type="clearway-ambulance" depart="${mission.departS}" departLane="best" departSpeed="max"><route edges="${mission.route.join(' ')}"/></vehicle>`,
    )
  const lines = ['<routes>', ambulanceType(AMBULANCE_SPEED_FACTOR, bluelight), ...vehicles, '</routes>']
  writeFileSync(file, `${lines.join('\n')}\n`)
}

/** A lane that ends at a stop line, with its loop and its camera. */
interface ApproachLane {
  lane: string
  loop: string
  area: string
  /** Signal groups that release somebody who stands on it. */
  groups: readonly string[]
}

/** The detectors of one approach: a loop before the stop line of every lane, and a camera that sees the queue. */
export interface ApproachDetectors {
  junction: string
  approach: string
  lanes: readonly ApproachLane[]
}

/** Of each lane: the loop lies so far before its end, and the camera sees so far back. */
const LOOP_BEFORE_M = 1
const SIGHT_M = 300
/** A lane that its junction leaves less of has room for no detector. */
const SHORTEST_LANE_M = 1

/** Every lane that ends at a stop line of an approach, by approach. */
export function approachDetectors(city: City, plan: SumoPlan): ApproachDetectors[] {
  return city.junctions.flatMap(({ id: junction, approaches }) =>
    approaches.map(({ id: approach }) => {
      const links = plan.signals.get(junction)?.links.filter((link) => link.approach === approach) ?? []
      const watched = links.filter(({ fromEdge, fromLane }) => laneM(plan, fromEdge, fromLane) >= SHORTEST_LANE_M)
      const byLane = Map.groupBy(watched, ({ fromEdge, fromLane }) => `${fromEdge}_${fromLane}`)
      const lanes = [...byLane].sort(([a], [b]) => (a < b ? -1 : 1))
      const name = `${junction}-${approach}`
      return {
        ...{ junction, approach },
        lanes: lanes.map(([lane, from], i): ApproachLane => {
          const groups = [...new Set(from.flatMap(({ group }) => group ?? []))]
          return { lane, loop: `loop-${name}-${i}`, area: `area-${name}-${i}`, groups }
        }),
      }
    }),
  )
}

const laneM = ({ edges }: SumoPlan, edge: string, lane: number): number => edges.get(edge)!.lanes[lane]!.lengthM

/** Writes the detectors as an additional file of SUMO. They report by subscription only. */
export function writeDetectors(file: string, detectors: readonly ApproachDetectors[], plan: SumoPlan): void {
  const lines = detectors.flatMap(({ lanes }) =>
    lanes.flatMap(({ lane, loop, area }) => {
      const at = lane.lastIndexOf('_')
      const lengthM = laneM(plan, lane.slice(0, at), Number(lane.slice(at + 1)))
      const loopM = Math.max(0.1, lengthM - LOOP_BEFORE_M)
      return [
        `<inductionLoop id="${loop}" lane="${lane}" pos="${loopM.toFixed(2)}" period="86400" file="NUL"/>`,
        `<laneAreaDetector id="${area}" lane="${lane}" endPos="${(lengthM - 0.1).toFixed(2)}" length="${Math.min(SIGHT_M, lengthM - 0.2).toFixed(2)}" period="86400" file="NUL"/>`,
      ]
    }),
  )
  writeFileSync(file, `<additional>\n${lines.join('\n')}\n</additional>\n`)
}

/** Writes a program for every signal in which all links are green for good. */
export function writeAllGreen(file: string, plan: SumoPlan): void {
  const lines = [...plan.signals.values()].map(({ id, links, program }) => {
    const length = program?.phases[0]?.state.length ?? Math.max(...links.map(({ linkIndex }) => linkIndex)) + 1
    return `<tlLogic id="${id}" type="static" programID="all-green" offset="0"><phase duration="1000" state="${'G'.repeat(length)}"/></tlLogic>`
  })
  writeFileSync(file, `<additional>\n${lines.join('\n')}\n</additional>\n`)
}
