import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  downstreamHeadStart,
  type JunctionAhead,
  longestHoldS,
  planGreenChannel,
  queueClearance,
  storage,
} from '../../src/green-channel/green-channel.ts'
import { crossroads, showing } from './crossroads.ts'

const nowMs = 1_700_000_000_000
/** Entry time of the crossroads at the longest, and margin with the usual delay to the controller. */
const [entryS, marginS] = [13, 3.4]

/** A junction so far away, without its place where links are of no concern. */
const ahead = (junction: string, arrivalS: number, queue: number, offsetM?: number): JunctionAhead => ({
  ...{ junction, approach: 'n', exit: 's', queue, arrivalFlow: 0, headStartS: 0 },
  ...{ earliestMs: nowMs + arrivalS * 900, expectedMs: nowMs + arrivalS * 1000, latestMs: nowMs + arrivalS * 1300 },
  ...(offsetM !== undefined && { offsetM }),
})
const requests = (junctions: JunctionAhead[], dead: readonly string[] = []) =>
  planGreenChannel({
    nowMs,
    ahead: junctions,
    table: (id) => crossroads(id),
    live: (id) =>
      dead.includes(id)
        ? undefined
        : { mode: 'coordinated', stale: false, groups: showing(crossroads(id), 'v-e', 'v-w'), sinceMs: {} },
  }).map(({ requestMs }) => (requestMs - nowMs) / 1000)

describe('the storage of a link', () => {
  it('is what its length takes at a vehicle each 1000/140 m, less who stands there, on every lane', () => {
    expect(storage(100, 0, 1)).toBeCloseTo(14, 9)
    expect(storage(100, 4, 2)).toBeCloseTo(20, 9)
    expect(storage(50, 9, 2)).toBe(0)
  })

  it('needs no head start while the queue before has room, else what that queue takes and its own head start', () => {
    const before = { offsetM: 0, vehicles: 10, clearS: 21, headStartS: 8 }
    expect(downstreamHeadStart(before, 10)).toBeUndefined()
    expect(downstreamHeadStart(before, 9.9)).toBe(29)
    expect(downstreamHeadStart(undefined, 0)).toBeUndefined()
  })
})

describe('a junction behind a short link', () => {
  it('is asked so early that its queue is gone when the queue before it comes', () => {
    const [near, far] = [ahead('j-1', 150, 6, 1000), ahead('j-2', 155, 2, 1040)]
    const [first, second] = requests([near, far])
    const gone = second! + entryS + queueClearance(2)
    const comes = first! + entryS + 5 * 0.9
    expect(gone).toBeCloseTo(comes, 6)
  })

  it('is asked first where its own queue is longer than the link', () => {
    const [first, second] = requests([ahead('j-1', 150, 6, 1000), ahead('j-2', 155, 6, 1040)])
    expect(second).toBeLessThan(first!)
  })

  it('hands on what it needs to the next one behind a short link', () => {
    const chain = [ahead('j-1', 150, 6, 1000), ahead('j-2', 155, 6, 1040), ahead('j-3', 160, 6, 1080)]
    const plain = requests(chain.map(({ offsetM, ...rest }) => rest))
    const earlier = requests(chain).map((s, i) => plain[i]! - s)
    expect(earlier[0]).toBe(0)
    expect(earlier[1]).toBeCloseTo(queueClearance(6), 6)
    expect(earlier[2]).toBeGreaterThan(earlier[1]!)
  })

  it('is asked as ever where the junction before does not answer, or the link has room', () => {
    const near = ahead('j-1', 150, 6, 1000)
    const [, plain] = requests([near, ahead('j-2', 155, 2)])
    expect(requests([near, ahead('j-2', 155, 2, 1040)], ['j-1'])[1]).toBe(plain)
    // Eight vehicles of room for six.
    expect(requests([near, ahead('j-2', 155, 2, 1072)])[1]).toBe(plain)
  })

  const chains = fc.array(
    fc.record({ gapS: fc.integer({ min: 1, max: 60 }), queue: fc.nat(25), linkM: fc.integer({ min: 10, max: 600 }) }),
    { minLength: 1, maxLength: 8 },
  )
  type Link = { gapS: number; queue: number; linkM: number }
  const laidOut = (links: readonly Link[], place: boolean): JunctionAhead[] => {
    let [atS, offsetM] = [0, 0]
    return links.map(({ gapS, queue, linkM }, i) => {
      atS += gapS
      offsetM += linkM
      return ahead(`j-${i}`, atS, queue, place ? offsetM : undefined)
    })
  }

  it('is never asked later than without the rule, and the same where there is ample room', () => {
    fc.assert(
      fc.property(chains, (links) => {
        const plain = requests(laidOut(links, false))
        for (const [i, s] of requests(laidOut(links, true)).entries()) expect(s).toBeLessThanOrEqual(plain[i]!)
        const roomy = links.map((link) => ({ ...link, linkM: 1000 }))
        expect(requests(laidOut(roomy, true))).toEqual(plain)
      }),
    )
  })

  it('is not held for longer than a vehicle is waited for that comes as expected', () => {
    fc.assert(
      fc.property(chains, (links) => {
        const junctions = laidOut(links, true)
        const plain = requests(laidOut(links, false))
        for (const [i, s] of requests(junctions).entries()) {
          const heldS = (junctions[i]!.expectedMs - nowMs) / 1000 - s - entryS
          if (s < plain[i]! - 1e-6) expect(heldS).toBeLessThanOrEqual(longestHoldS - 10 + 1e-6)
        }
      }),
    )
  })

  it('leaves margin and promise as they are', () => {
    const junctions = [ahead('j-1', 150, 6, 1000), ahead('j-2', 155, 6, 1040)]
    expect(requests(junctions)[0]).toBeCloseTo(135 - entryS - queueClearance(6) - marginS, 6)
  })
})
