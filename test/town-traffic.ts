import { groupsOf, type JunctionTable } from '@clearway/contracts'
import { DetectorAgent, isGreen, type SimulatedController } from '@clearway/edge'
import { vehicleSpacingM } from '@clearway/routing'
import type { MemoryLinks } from '../bin/evaluation/device-links.ts'

/** Vehicles a second and approach: a third of what the shortest green lets through. */
const ARRIVE = 0.05
const LEAVE = 0.5
const PERIOD_S = 5

/** The same vehicles come to every stop line each second, wait for its green, and are seen by a detector. */
export class TownTraffic {
  readonly agents: DetectorAgent[] = []
  /** Vehicle seconds that were stood so far before each stop line, by detector. */
  readonly stoodVehS = new Map<string, number>()
  readonly #lines: (() => void)[] = []

  constructor(
    district: string,
    junctions: readonly JunctionTable[],
    controllers: ReadonlyMap<string, SimulatedController>,
    links: MemoryLinks,
  ) {
    for (const table of junctions) {
      for (const approach of table.approaches) {
        const device = `${table.id}-${approach.id}`
        const [group] = groupsOf(approach) as [string]
        let [queue, left] = [0, 0]
        this.#lines.push(() => {
          queue += ARRIVE
          const goes = isGreen(controllers.get(table.id)!.display.groups[group]) ? Math.min(queue, LEAVE) : 0
          queue -= goes
          left += goes
          this.stoodVehS.set(device, (this.stoodVehS.get(device) ?? 0) + queue)
        })
        const read = () => {
          const count = Math.floor(left)
          left -= count
          return { count, occupancy: 0.1, queueM: (queue / approach.lanes) * vehicleSpacingM }
        }
        this.agents.push(new DetectorAgent(links.uplink({ district, kind: 'detector', device }), { read }, PERIOD_S))
      }
    }
  }

  /** A second of all of them. */
  step(): void {
    for (const line of this.#lines) line()
  }
}
