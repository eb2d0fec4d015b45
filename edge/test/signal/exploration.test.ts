import { describe, expect, it } from 'vitest'
import { exploreApart } from './explore.ts'

// `npm run safety -- --explore` tries more; one thing that happens, whenever it happens, takes a second.

describe('every run of a small junction', () => {
  it('in which one thing happens is safe and ends in the plan', async () => {
    const explored = await exploreApart({ line: 'controller', happenings: 1, states: 100_000 })
    expect(explored.wrong).toBeUndefined()
    expect(explored).toMatchObject({ complete: true })
    expect(explored.states).toBeGreaterThan(500)
  })

  it('in which one vehicle asks and cancels is safe and ends in the plan', async () => {
    const actions = ['request B', 'cancel B'] as const
    const explored = await exploreApart({ line: 'centre', happenings: 2, actions, states: 100_000 })
    expect(explored).toMatchObject({ complete: true, wrong: undefined })
    // The pre-emption and the way back were seen, not only the plan.
    expect(explored.longestToLocal).toBeGreaterThan(5)
    expect(explored.longestToPlan).toBeGreaterThan(20)
  })

  it('is not finished when there are more states than it may keep', async () => {
    expect(await exploreApart({ line: 'centre', happenings: 2, states: 200 })).toMatchObject({ complete: false })
  })
})

describe('the exploration finds', () => {
  it('an all-red that is missing, with the shortest way there', async () => {
    const explored = await exploreApart({ line: 'centre', happenings: 1, states: 100_000, planted: 'no all-red' })
    expect(explored.wrong).toMatch(/^red: v-[ne] green 0 of 1 s after v-[ne] stopped, after/)
  })

  it('a junction that does not come back when its line is cut', async () => {
    const actions = ['request A', 'cut'] as const
    const bound = { line: 'controller', happenings: 2, actions, states: 100_000 } as const
    const explored = await exploreApart({ ...bound, planted: 'no deadman' })
    expect(explored.wrong).toMatch(/^local control takes \d+ of \d+ s, after .*request A.*cut/)
  })
})
