import type { DispatchJunctionState } from '@clearway/contracts'
import { isGreen } from '@clearway/edge'
import { afterEach, describe, expect, it } from 'vitest'
import { Corridor, type Drive } from './corridor.ts'

const bus: Drive = {
  ...{ vehicle: 'bus-1', role: 'bus' },
  priority: { maxExtensionS: 15, earlyGreen: true, reserviceS: 30 },
}

describe('a bus over real controllers', () => {
  let corridor: Corridor
  afterEach(() => corridor.stop())

  it('gets its greens earlier or longer, confirmed, and no controller leaves its plan', async () => {
    corridor = await new Corridor(4, bus).open()
    const { id } = corridor.send()
    const { dispatcher } = corridor.dispatch
    expect(dispatcher.get(id)).toMatchObject({ importance: '3/1' })
    expect(dispatcher.get(id).junctions.every(({ greenPromised }) => !greenPromised)).toBe(true)
    const states = new Set<DispatchJunctionState>()
    const modes = new Set<string>()
    await corridor.run(300, () => {
      for (const mode of corridor.modes()) modes.add(mode)
      for (const [index, { state }] of dispatcher.get(id).junctions.entries()) {
        states.add(state)
        // A green that is told is a green that is shown.
        if (state === 'green') expect(isGreen(corridor.controllers[index]?.display.groups['v-w'])).toBe(true)
      }
    })
    expect(modes).not.toContain('preempted')
    expect(states).toContain('green')
    expect(dispatcher.get(id).state).toBe('completed')
    expect(dispatcher.get(id).junctions.map(({ state }) => state)).toEqual(Array(4).fill('recovered'))
    expect(corridor.modes()).toEqual(Array(4).fill('coordinated'))
  })

  it('stands less than without', async () => {
    corridor = await new Corridor(4, bus).open()
    corridor.send()
    await corridor.run(300)
    const withPriorityS = corridor.stoppedS
    await corridor.stop()
    corridor = await new Corridor(4, { ...bus, priority: undefined }).open()
    corridor.send()
    await corridor.run(300)
    expect(corridor.stoppedS).toBeGreaterThan(withPriorityS)
  })

  it('is refused by name at junctions that have no priority, and goes on in their plan', async () => {
    corridor = await new Corridor(1, { vehicle: 'bus-1', role: 'bus' }).open()
    const { id } = corridor.send()
    const reasons = new Set<string>()
    await corridor.run(60, () => {
      for (const { reason } of corridor.dispatch.dispatcher.get(id).junctions) if (reason) reasons.add(reason)
    })
    expect([...reasons]).toContainEqual(expect.stringMatching(/^role bus: .*no transit priority/))
    expect(corridor.modes()).toEqual(['coordinated'])
  })
})
