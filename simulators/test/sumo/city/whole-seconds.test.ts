import type { JunctionTable } from '@clearway/contracts'
import { cycleOf } from '@clearway/contracts/stage-change'
import { SimulatedController } from '@clearway/edge'
import { syntheticTiming } from '@clearway/routing'
import { expect, it } from 'vitest'
import { inWholeSeconds } from '../../../src/sumo/city/whole-seconds.ts'

const approach = (id: string, bearingDeg: number) => ({
  ...{ id, name: { en: id }, position: { lon: 8.7, lat: 49.4 }, bearingDeg, lanes: 1, speedMps: 12.5, roadClass: 6 },
  exits: ['e1'],
})
/** Two streets and walkers over the first: everything at its minimum. */
const table = syntheticTiming(
  {
    ...{ id: 'j-1', name: { en: 'one' }, position: { lon: 8.7, lat: 49.4 } },
    approaches: [approach('a1', 0), approach('a2', 95)],
    exits: [{ id: 'e1', name: { en: 'out' }, position: { lon: 8.7, lat: 49.4 }, bearingDeg: 45 }],
    crossings: [{ approach: 'a1', exits: ['e1'], widthM: 21 }],
  },
  'district',
)
/** Whether a controller that is stepped once a second is in step with its plan after an hour. */
const comesIntoStep = (one: JunctionTable): boolean => {
  const controller = new SimulatedController(one)
  for (let s = 0; s < 3600; s++) controller.step(s * 1000)
  return controller.display.mode === 'coordinated'
}

it('makes every interval a whole second and no shorter, and the cycle their sum', () => {
  const whole = inWholeSeconds(table)
  const times = (one: JunctionTable) => [
    ...one.groups.flatMap(({ minGreenS, yellowS, clearanceS, greenFlashS }) => [
      minGreenS,
      yellowS,
      clearanceS,
      greenFlashS,
    ]),
    ...one.intergreens.map(({ redS }) => redS),
    ...one.stages.map(({ greenS }) => greenS),
  ]
  expect(times(table).every(Number.isInteger)).toBe(false)
  expect(times(whole).every(Number.isInteger)).toBe(true)
  for (const [i, s] of times(whole).entries()) expect(s - times(table)[i]!).toBeGreaterThanOrEqual(0)
  expect(whole.cycleS).toBe(cycleOf(whole))
})

it('lets a plan that has nothing to spare come into step in a simulation of whole seconds', () => {
  const tight = (one: JunctionTable): JunctionTable => {
    const stages = one.stages.map((stage) => ({
      ...stage,
      greenS: Math.max(...one.groups.filter(({ id }) => stage.groups.includes(id)).map(({ minGreenS }) => minGreenS)),
    }))
    const cycleS = Math.ceil(cycleOf({ ...one, stages }))
    stages[0]!.greenS += cycleS - cycleOf({ ...one, stages })
    return { ...one, stages, cycleS, offsetS: 0 }
  }
  expect(comesIntoStep(tight(table))).toBe(false)
  expect(comesIntoStep(inWholeSeconds(tight(table)))).toBe(true)
})
