import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { roadnetOf } from '@clearway/routing'
import { demandFile, tripsOfFlow } from './cityflow/flow-file.ts'
import { plainNetwork, xml } from './cityflow/plain-network.ts'
import type { DoorToDoor } from './embedded-run.ts'
import { runSumoTool } from './sumo-program.ts'
import type { SumoScenario } from './sumo-scenario.ts'

/** Vehicles that stand before the line when its long green begins, and those of them between whom is measured. */
const QUEUE = 70
const [FROM, TO] = [5, 50]
const RED_S = 400
const GREEN_S = 400
const lane = { maxSpeed: 11.111, width: 4 }
const vehicle = { length: 5, width: 2, usualPosAcc: 2, usualNegAcc: 4.5, minGap: 2.5, maxSpeed: 11.111 }

/**
 * Writes a scenario of SUMO into a folder: a lane of 1 km with a queue of 70 vehicles before a red that becomes a long
 * green, and 50 m behind the line the end of the map. A side street, without which there would be no junction, is empty.
 *
 * @throws WorldError `sumo-missing` or `netconvert-failed`
 */
export async function saturatedLane(folder: string): Promise<SumoScenario> {
  const points = { west: [0, 0], middle: [1000, 0], east: [1050, 0], north: [1000, 300], south: [1000, -300] } as const
  const at = (name: keyof typeof points) => ({ x: points[name][0], y: points[name][1] })
  const road = (id: string, from: keyof typeof points, to: keyof typeof points) => ({
    ...{ id, points: [at(from), at(to)], lanes: [lane], startIntersection: from, endIntersection: to },
  })
  const link = (startRoad: string, endRoad: string) => ({
    ...{ type: 'go_straight', startRoad, endRoad, laneLinks: [{ startLaneIndex: 0, endLaneIndex: 0 }] },
  })
  const roadnet = roadnetOf(
    {
      intersections: (Object.keys(points) as (keyof typeof points)[]).map((id) => ({
        ...{ id, point: at(id), virtual: id !== 'middle' },
        roadLinks: id === 'middle' ? [link('queue', 'away'), link('side', 'down')] : [],
      })),
      roads: [
        ...[road('queue', 'west', 'middle'), road('away', 'middle', 'east')],
        ...[road('side', 'north', 'middle'), road('down', 'middle', 'south')],
      ],
    },
    'saturated lane',
  )
  const flow = Array.from({ length: QUEUE }, () => ({
    ...{ vehicle, route: ['queue', 'away'], interval: 1, startTime: 0, endTime: 0 },
  }))
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const plain = plainNetwork(roadnet)
  const netFile = join(folder, 'lane.net.xml')
  await runSumoTool('netconvert', [
    ...['--node-files', write('lane.nod.xml', plain.nodes), '--edge-files', write('lane.edg.xml', plain.edges)],
    ...['--connection-files', write('lane.con.xml', plain.connections)],
    ...['--no-turnarounds', '--output-file', netFile],
  ])
  // Both links alike: nobody comes by the side street, and so the order of the links does not matter.
  const phases = [`<phase duration="${RED_S}" state="rr"/>`, `<phase duration="${GREEN_S}" state="GG"/>`]
  return {
    netFile,
    demandFile: write('lane.rou.xml', demandFile(tripsOfFlow(flow, 'saturated lane', roadnet))),
    signalsFile: write(
      'lane.add.xml',
      xml('additional', [
        `<tlLogic id="middle" type="static" programID="long" offset="0">${phases.join('')}</tlLogic>`,
      ]),
    ),
    teleportS: -1,
  }
}

/** When a run of the saturated lane is over, s. */
export const SATURATED_END_S = RED_S + GREEN_S

/** Vehicles an hour between the fifth and the fiftieth of a run of the saturated lane; NaN when fewer arrived. */
export function dischargeVehH(trips: readonly DoorToDoor[]): number {
  const arrivals = trips.map(({ departS, tookS }) => departS + tookS).sort((a, b) => a - b)
  return (3600 * (TO - FROM)) / (arrivals[TO - 1]! - arrivals[FROM - 1]!)
}
