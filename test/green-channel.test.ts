import type { DispatchJunctionState } from '@clearway/contracts'
import { isGreen } from '@clearway/edge'
import { afterEach, describe, expect, it } from 'vitest'
import { Corridor, wang } from './corridor.ts'

describe('a green channel over real controllers', () => {
  let corridor: Corridor
  afterEach(() => corridor.stop())

  it('takes an ambulance through four junctions without a stop, every green confirmed, and gives them back to their plans', async () => {
    corridor = await new Corridor(4).open()
    const { id } = corridor.send()
    const histories = new Map<string, DispatchJunctionState[]>()
    await corridor.run(300, () => {
      for (const [index, { junction, state }] of corridor.dispatch.dispatcher.get(id).junctions.entries()) {
        const history = histories.get(junction) ?? []
        if (history.at(-1) !== state) history.push(state)
        histories.set(junction, history)
        // A green that is told is a green that is shown.
        if (state === 'green') expect(isGreen(corridor.controllers[index]?.display.groups['v-w'])).toBe(true)
      }
    })
    expect(corridor.stoppedS).toBe(0)
    for (const history of histories.values()) {
      expect(history.slice(-4)).toEqual(['green', 'passed', 'released', 'recovered'])
    }
    const dispatch = corridor.dispatch.dispatcher.get(id)
    expect(dispatch.state).toBe('completed')
    expect(dispatch.junctions.every(({ greenAt, passedAt }) => (greenAt ?? '~') < (passedAt ?? ''))).toBe(true)
    expect(corridor.modes()).toEqual(corridor.tables.map(() => 'coordinated'))
  })

  it('is not held up elsewhere by a junction that has lost its line, which goes back to its plan by itself', async () => {
    corridor = await new Corridor(3).open()
    const { id } = corridor.send()
    await corridor.run(20)
    expect(corridor.modes()[0]).toBe('preempted')
    corridor.uplinks[0]?.cut()
    await corridor.run(1)
    expect(corridor.dispatch.dispatcher.get(id).junctions[0]).toMatchObject({ state: 'failed', greenPromised: false })
    // Lease and minimum dwell, then the stages again and at last the plan, though nobody told it anything.
    await corridor.run(30)
    expect(corridor.modes()[0]).toBe('recovering')
    await corridor.run(300)
    expect(corridor.modes()[0]).toBe('coordinated')
    expect(corridor.dispatch.dispatcher.get(id).state).toBe('completed')
    expect(
      corridor.dispatch.dispatcher
        .get(id)
        .junctions.slice(1)
        .map(({ state }) => state),
    ).toEqual([...['recovered', 'recovered']])
  })

  it.each([0.5, 9, 16, 27, 28, 50])('cancelled after %s s leaves every controller to its plan', async (seconds) => {
    corridor = await new Corridor(3).open()
    const { id } = corridor.send()
    await corridor.run(seconds)
    corridor.dispatch.dispatcher.cancel(id, wang)
    corridor.driving = false
    expect(corridor.signals.requests.renewing()).toEqual([])
    await corridor.run(240)
    expect(corridor.modes()).toEqual(corridor.tables.map(() => 'coordinated'))
    const states = corridor.dispatch.dispatcher.get(id).junctions.map(({ state }) => state)
    expect(states.every((state) => state === 'planned' || state === 'recovered')).toBe(true)
  })
})
