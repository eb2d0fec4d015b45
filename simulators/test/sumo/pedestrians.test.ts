import { cycleOf, type JunctionTable } from '@clearway/contracts'
import { checkTimingTable, isGreen, SimulatedController } from '@clearway/edge'
import { entryTime } from '@clearway/routing'
import { describe, expect, it } from 'vitest'
import { nobodyWalks, withPedestrians } from '../../src/sumo/pedestrians.ts'
import { crossroadsWithLefts, lanesOf } from './crossroads-with-lefts.ts'

const model = { walkS: 7, speedMps: 1.2 }
const walking = (table: JunctionTable) => withPedestrians(table, model, lanesOf(table))
const walksOf = ({ stages }: JunctionTable) => stages.map(({ groups }) => groups.filter((id) => id.startsWith('walk-')))

/** What the vehicles see, a line a second, from when the plan runs on its clock. */
function shown(table: JunctionTable, seconds: number): string[] {
  const controller = new SimulatedController(table)
  const lines: string[] = []
  for (let s = 0; s < seconds; s++) {
    controller.step(s * 1000)
    const { groups } = controller.display
    const vehicles = Object.entries(groups).filter(([id]) => !id.startsWith('walk-'))
    // Turns across people on foot are permissive while these walk.
    if (s >= 4 * table.cycleS) lines.push(vehicles.map(([id, state]) => `${id} ${state.split('-')[1]}`).join(', '))
  }
  expect(controller.trip).toBeUndefined()
  return lines
}

describe('people on foot beside the traffic of a program', () => {
  it('walk over the arms that no traffic of the stage drives over, and clear the whole road', () => {
    const { table, report } = walking(crossroadsWithLefts(36, 12))
    expect(walksOf(table)).toEqual([['walk-e', 'walk-w'], [], ['walk-n', 'walk-s'], []])
    expect(table.groups.find(({ id }) => id === 'walk-e')).toMatchObject({
      ...{ kind: 'pedestrian', approach: 'e', minGreenS: 7 },
      // Six lanes of 4 m at 1.2 m/s.
      clearanceS: 20,
    })
    expect(table.preempt.minWalkS).toBe(7)
    expect(report).toEqual({ junctions: 1, crossings: 4, arms: 4, tooShort: 0 })
    expect(checkTimingTable(table)).toEqual([])
  })

  it('leave the vehicles every second of their plan', () => {
    const alone = crossroadsWithLefts(36, 12)
    const { table } = walking(alone)
    expect(cycleOf(table)).toBe(alone.cycleS)
    const seconds = 6 * alone.cycleS
    expect(shown(table, seconds)).toEqual(shown(alone, seconds))
  })

  it('do not walk where walk and clearance do not fit into a stage', () => {
    // 22 s and 5 s of change: one second short of 7 and 20, with the 1 s that the clearance exceeds nothing.
    const { table, report } = walking(crossroadsWithLefts(21, 30))
    expect(walksOf(table)).toEqual([[], [], [], []])
    expect(report).toMatchObject({ crossings: 0, tooShort: 4 })
    expect(walking(crossroadsWithLefts(22, 30)).report).toMatchObject({ crossings: 4, tooShort: 0 })
  })

  it('are let finish by a pre-emption, as long as the planner expects', () => {
    const { table } = walking(crossroadsWithLefts(36, 12))
    const west = { approach: 'w', exit: 'to-e' }
    const entries = [0, 3, 6, 7, 15, 21, 30, 40].map((afterS) => {
      const controller = new SimulatedController(table)
      let s = 0
      const step = () => controller.step(s++ * 1000)
      const walks = () => isGreen(controller.display.groups['walk-e'])
      while (s < 4 * table.cycleS || walks()) step()
      while (!walks()) step()
      const sinceMs: Record<string, number> = {}
      let before: Record<string, string> = {}
      const look = () => {
        for (const [id, state] of Object.entries(controller.display.groups))
          if (before[id] !== state) sinceMs[id] = s * 1000
        before = { ...controller.display.groups }
      }
      look()
      for (let k = 0; k < afterS; k++) {
        step()
        look()
      }
      const { groups, greenFlash } = controller.display
      const expectedS = entryTime(table, west, { groups, greenFlash, sinceMs }, s * 1000)
      const askedS = s
      while (!isGreen(controller.display.groups['s-w']) && s < askedS + 60) {
        controller.demand([{ ...west, urgency: 4 }])
        step()
      }
      expect(controller.trip).toBeUndefined()
      return { expectedS, tookS: s - askedS }
    })
    for (const { expectedS, tookS } of entries) expect(Math.abs(tookS - expectedS)).toBeLessThanOrEqual(1)
    // The rest of the walk and 20 s of clearance; after it is over, the yellow and red of the vehicles.
    expect(entries.slice(0, 5).map(({ expectedS }) => expectedS)).toEqual([27, 24, 21, 20, 20])
  })

  it('stay as they are where a table has them', () => {
    const { table } = walking(crossroadsWithLefts(36, 12))
    expect(walking(table)).toEqual({ table, report: nobodyWalks })
  })
})
