import type { DispatchJunctionState, PriorityRole } from '@clearway/contracts'
import { type Hold, planGreenChannel } from '@clearway/routing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holdsAgainst, type JunctionClaim } from '../../src/dispatch/junction-claims.ts'
import type { Lease, LeaseState, PriorityAsk } from '../../src/signals/lease.ts'
import { crossroads, groupStates } from '../signals/crossroads.ts'

const table = crossroads('j-1')
const [west, north] = [
  { approach: 'w', exit: 'e' },
  { approach: 'n', exit: 's' },
]
const giveBackMs = 2_000

const ask = (dispatch: string, change: Partial<PriorityAsk> = {}): PriorityAsk => ({
  ...{ dispatch, vehicle: `of-${dispatch}`, role: 'ambulance', importance: '1/4', junction: 'j-1', ...west },
  ...change,
})
const lease = (of: PriorityAsk, state: LeaseState, committed = false) =>
  ({ ask: of, state, renewing: true, window: { earliestMs: 0, latestMs: 0, committed } }) as unknown as Lease

/** Asks at 10 s, is there from 20 s on, is expected at 22 s with 3 s of delay. */
const claim = (of: PriorityAsk, state?: LeaseState): JunctionClaim => ({
  ask: of,
  lease: state && lease(of, state),
  planned: {
    ...{ junction: of.junction, approach: of.approach, greenPromised: false, expectedDelayS: 3 },
    ...{ requestMs: 10_000, earliestMs: 20_000, arrivalMs: 22_000, latestMs: 30_000 },
  },
})
const holds = (other: JunctionClaim, mine: PriorityAsk, earliestMs = 25_000, own?: Lease) =>
  holdsAgainst([other], { ask: mine, earliestMs, lease: own }, table, giveBackMs)

describe('a junction is kept for a mission', () => {
  it('from its request until it is expected to be through and has given it back', () => {
    expect(holds(claim(ask('d-1')), ask('d-2', north))).toEqual([{ by: 'd-1', fromMs: 10_000, untilMs: 27_000 }])
  })

  it('against ways that meet its own only', () => {
    expect(holds(claim(ask('d-1')), ask('d-2', west))).toEqual([])
    expect(holds(claim(ask('d-1', { junction: 'j-2' })), ask('d-2', north))).toEqual([])
    expect(holds(claim(ask('d-1')), ask('d-1', north))).toEqual([])
  })

  it.each<[string, Partial<PriorityAsk>, number, boolean]>([
    ['of higher class', { importance: '1/3' }, 0, true],
    ['of lower class, though it is there earlier', { importance: '1/5' }, 90_000, false],
    ['of the same class that is there earlier', {}, 20_001, true],
    ['of the same class that is there later', {}, 19_999, false],
    ['of the same class, there at once, by its id', {}, 20_000, true],
  ])('%s: %s', (_, other, earliestMs, first) => {
    expect(holds(claim(ask('d-1', other)), ask('d-2', north), earliestMs)).toHaveLength(first ? 1 : 0)
  })

  it('of the same class that has it already, and not from one that has it already', () => {
    const [other, mine] = [ask('d-2'), ask('d-1', north)]
    expect(holds(claim(other, 'entering'), mine, 0)).toHaveLength(1)
    expect(holds(claim(other), mine, 90_000, lease(mine, 'green'))).toEqual([])
  })

  it('of a higher class from one that has it already, unless that is within its stopping distance', () => {
    const [other, mine] = [ask('d-2', { importance: '1/1' }), ask('d-1', north)]
    expect(holds(claim(other), mine, 0, lease(mine, 'green'))).toHaveLength(1)
    expect(holds(claim(other), mine, 0, lease(mine, 'green', true))).toEqual([])
  })

  it('never for a bus against an emergency vehicle or the other way round, nor against another bus', () => {
    const [bus, ambulance] = [ask('d-1', { role: 'bus', importance: '3/1' }), ask('d-2', north)]
    expect(holds(claim(bus), ambulance)).toEqual([])
    expect(holds(claim(ask('d-3')), { ...bus, ...north })).toEqual([])
    expect(holds(claim(ask('d-3', { role: 'bus', importance: '3/1' })), { ...bus, ...north })).toEqual([])
  })
})

const states: (DispatchJunctionState | undefined)[] = [undefined, 'requested', 'accepted', 'entering', 'green']
const anyMission = fc.record({
  importance: fc.constantFrom<string>('1/1', '1/2', '1/3', '1/4'),
  role: fc.constantFrom<PriorityRole>('ambulance', 'fire', 'police'),
  way: fc.constantFrom(west, north),
  inS: fc.integer({ min: 1, max: 240 }),
  state: fc.constantFrom(...states),
})

type AnyMission = typeof anyMission extends fc.Arbitrary<infer M> ? M : never
const nowMs = 1_700_000_000_000

/** A mission that comes by j-1, planned with what is kept for others. */
function planned(
  { importance, role, way, inS, state }: AnyMission,
  id: string,
  kept: (a: PriorityAsk, earliestMs: number, l?: Lease) => Hold[],
) {
  const of = ask(id, { importance, role, ...way })
  const own = state && lease(of, state as LeaseState)
  const atMs = nowMs + inS * 1000
  const [plan] = planGreenChannel({
    nowMs,
    ahead: [
      {
        ...{ junction: 'j-1', ...way, queue: 0, arrivalFlow: 0 },
        ...{ earliestMs: atMs, expectedMs: atMs + inS * 100, latestMs: atMs + inS * 300 },
      },
    ],
    table: () => table,
    live: () => ({ mode: 'coordinated', stale: false, groups: groupStates('v-n'), sinceMs: {} }),
    holds: (_, earliestMs) => kept(of, earliestMs, own),
  })
  return { ask: of, lease: own, planned: plan! }
}
const alone = (mission: AnyMission, id: string) => planned(mission, id, () => [])
const behind = (mission: AnyMission, id: string, claims: JunctionClaim[]) =>
  planned(mission, id, (of, earliestMs, own) =>
    holdsAgainst(claims, { ask: of, earliestMs, lease: own }, table, giveBackMs),
  )

describe('missions of different rank', () => {
  const higher = anyMission.map((mission) => ({ ...mission, importance: '1/2' }))
  const lower = anyMission.map((mission) => ({ ...mission, importance: '1/3' }))

  it('plan the higher one as if there were no lower one', () => {
    fc.assert(
      fc.property(higher, fc.array(lower, { maxLength: 5 }), (first, others) => {
        const claims = others.map((other, i) => alone(other, `d-${i + 2}`))
        expect(behind(first, 'd-1', claims)).toEqual(alone(first, 'd-1'))
      }),
    )
  })

  it('are planned the same in whatever order they are looked at', () => {
    const input = fc
      .array(anyMission, { minLength: 1, maxLength: 6 })
      .map((all) => all.map((mission, i) => alone(mission, `d-${i + 2}`)))
      .chain((claims) => fc.tuple(fc.constant(claims), fc.shuffledSubarray(claims, { minLength: claims.length })))
    fc.assert(
      fc.property(anyMission, input, (mission, [claims, shuffled]) => {
        expect(behind(mission, 'd-1', shuffled)).toEqual(behind(mission, 'd-1', claims))
      }),
    )
  })

  it('are never both promised a green while the other one holds the junction', () => {
    fc.assert(
      fc.property(higher, lower, (first, second) => {
        const one = behind(first, 'd-1', [alone(second, 'd-2')])
        const two = behind(second, 'd-2', [one])
        const meet = first.way !== second.way
        if (!meet || !one.planned.greenPromised || !two.planned.greenPromised) return
        const clearS = 5 + 3 + 2
        const before = two.planned.arrivalMs < one.planned.requestMs
        const after = two.planned.arrivalMs >= one.planned.arrivalMs + giveBackMs + clearS * 1000
        expect(before || after).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})
