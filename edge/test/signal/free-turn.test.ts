import { cycleOf, type JunctionTable } from '@clearway/contracts'
import { expect, it } from 'vitest'
import { isGreen } from '../../src/signal/display.ts'
import { SimulatedController } from '../../src/signal/simulated-controller.ts'
import { checkTimingTable } from '../../src/signal/timing-table.ts'
import { crossing } from '../fixtures.ts'

/** The crossing without walkers. */
function withoutWalkers(): JunctionTable {
  const table = crossing()
  const groups = table.groups.filter(({ kind }) => kind === 'vehicle')
  const isKept = (id: string) => groups.some((group) => group.id === id)
  const intergreens = table.intergreens.filter(({ ends, begins }) => isKept(ends) && isKept(begins))
  const stages = table.stages.map((stage) => ({ ...stage, groups: stage.groups.filter(isKept) }))
  return { ...table, groups, intergreens, stages }
}

/** With a right turn from the north that meets nobody: green in every stage. */
function withFreeTurn(): JunctionTable {
  const table = withoutWalkers()
  const north = table.approaches.find(({ id }) => id === 'n')!
  const group = table.groups.find(({ id }) => id === north.group)!
  const free = { ...table, groups: [...table.groups, { ...group, id: 'v-n-right' }] }
  const stages = table.stages.map((stage) => ({ ...stage, groups: [...stage.groups, 'v-n-right'] }))
  const connections = [{ exit: north.exits[0]!, group: 'v-n-right' }]
  const approaches = table.approaches.map((one) => (one === north ? { ...one, connections } : one))
  const changed = { ...free, stages, approaches }
  return { ...changed, cycleS: cycleOf(changed) }
}

it('may go beside people who walk over its arm: it gives way, and no other group of the arm does', () => {
  const table = withFreeTurn()
  const walker = crossing().groups.find(({ id }) => id === 'p-n')!
  const walked = {
    ...table,
    groups: [...table.groups, walker],
    intergreens: [
      ...table.intergreens,
      { ends: 'v-n', begins: 'p-n', redS: 2 },
      { ends: 'p-n', begins: 'v-n', redS: 0 },
    ],
  }
  const missing = () => checkTimingTable(walked).filter(({ message }) => message.includes('both use arm "n"'))
  expect(missing()).toEqual([])
  walked.intergreens = table.intergreens
  expect(missing().map(({ message }) => message)).toEqual([expect.stringContaining('"v-n" → "p-n" is missing')])
  walked.stages = table.stages.map((stage, i) => (i > 0 ? stage : { ...stage, groups: ['v-n', 'v-s'] }))
  expect(missing().map(({ message }) => message)).toContainEqual(expect.stringContaining('"v-n-right" → "p-n"'))
})

it('a movement that conflicts with nothing stays green through a pre-emption of another approach', () => {
  const controller = new SimulatedController(withFreeTurn())
  let nowMs = 0
  const until = (ready: () => boolean, each = () => {}) => {
    for (const endMs = nowMs + 300_000; !ready() && nowMs < endMs; nowMs += 1000) {
      controller.step(nowMs)
      each()
    }
    expect(ready()).toBe(true)
  }
  until(() => controller.display.mode === 'coordinated')
  const shown = new Set<string>()
  const call = () => {
    controller.demand([{ approach: 'e', urgency: 1 }])
    shown.add(controller.display.groups['v-n-right']!)
  }
  until(() => controller.report()?.preempt.state === 'dwell' && isGreen(controller.display.groups['v-e']), call)
  expect(controller.display.groups['v-n']).toBe('stop-And-Remain')
  until(
    () => controller.display.mode === 'coordinated',
    () => controller.demand([]),
  )
  expect([...shown].every((state) => isGreen(state as never))).toBe(true)
  expect(controller.trip).toBeUndefined()
})
