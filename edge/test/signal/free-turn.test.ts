import { cycleOf, type JunctionTable } from '@clearway/contracts'
import { expect, it } from 'vitest'
import { isGreen } from '../../src/signal/display.ts'
import { SimulatedController } from '../../src/signal/simulated-controller.ts'
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
