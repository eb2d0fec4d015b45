import { type Approach, type Exit, type JunctionTable, type SignalRequest, toTimestamp } from '@clearway/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JournalEntry } from '../../src/ingest/entry.ts'
import type { Lease, LeaseState, PriorityAsk } from '../../src/signals/lease.ts'
import { createSignals } from '../../src/signals/signals.ts'
import { AgentModel } from './agent-model.ts'
import { crossroads, groupStates } from './crossroads.ts'
import { Outside } from './outside.ts'

const ask = (change: Partial<PriorityAsk> = {}): PriorityAsk => ({
  ...{ dispatch: 'd-1', vehicle: 'amb-1', role: 'ambulance', importance: '1/4' },
  ...{ junction: 'j-1', approach: 'w', exit: 'e' },
  ...change,
})

/** One junction whose agent is spoken for by the test, message by message. */
async function setUp(table = crossroads('j-1')) {
  const outside = new Outside([table])
  outside.downlink.connect('j-1', () => undefined)
  const signals = createSignals(outside.core)
  await signals.start?.()
  const { clock, feed } = outside
  const window = () => ({ earliestMs: clock.now() + 20_000, latestMs: clock.now() + 30_000, committed: false })
  const request = (change: Partial<PriorityAsk> = {}) => signals.requests.request(ask(change), window())
  const states: LeaseState[] = []
  signals.requests.on((lease, { kind }) => {
    if (kind === 'state') states.push(lease.state)
  })
  const lastSequence = () => Number(outside.downlink.requests('j-1').at(-1)?.body.sequence)
  const answer = (lease: Lease, status: string, sequence = lastSequence(), atMs = clock.now()) =>
    feed.deliver('signal', 'j-1', 'response', atMs, clock.now(), { request: lease.request, sequence, status })
  const state = (mode: string, green: 'v-w' | 'v-n' | undefined, atMs = clock.now(), more = {}) =>
    feed.deliver('signal', 'j-1', 'state', atMs, clock.now(), { mode, groups: groupStates(green), ...more })
  /** Seconds of a mission that keeps wanting its lease. */
  const pass = async (seconds: number, lease?: Lease) => {
    for (let i = 0; i < seconds; i++) {
      if (lease) signals.requests.update(lease, window())
      await clock.advance(1)
    }
  }
  return { ...outside, clock, feed, downlink: outside.downlink, signals, request, states, answer, state, pass, window }
}

function leaseOf(outcome: { lease: Lease } | { waitsFor: Lease }): Lease {
  if ('lease' in outcome) return outcome.lease
  throw new Error(`waits for ${outcome.waitsFor.request}`)
}

describe('a request for priority', () => {
  it('goes out at once and is renewed each second with a higher sequence and a new lease', async () => {
    const { downlink, request, pass } = await setUp()
    const lease = leaseOf(request())
    await pass(3, lease)
    const sent = downlink.requests('j-1')
    expect(sent.map(({ body }) => body.type)).toEqual(['new', 'new', 'new', 'new'])
    expect(new Set(sent.map(({ body }) => body.request)).size).toBe(1)
    for (const [index, { atMs, body }] of sent.entries()) {
      expect(Date.parse(body.leaseUntil as string)).toBe(atMs + 5000)
      if (index > 0) expect(Number(body.sequence)).toBeGreaterThan(Number(sent[index - 1]?.body.sequence))
    }
  })

  it('lives through its life by the controller’s own words', async () => {
    const { request, answer, state, states, signals, pass, downlink } = await setUp()
    state('coordinated', 'v-n')
    const lease = leaseOf(request())
    expect(lease.state).toBe('requested')
    answer(lease, 'requested')
    answer(lease, 'processing')
    await pass(1, lease)
    expect(downlink.requests('j-1').at(-1)?.body.type).toBe('update')
    state('preempted', undefined)
    expect(lease.state).toBe('entering')
    answer(lease, 'granted')
    expect(lease.state).toBe('green')
    signals.requests.passed(lease)
    signals.requests.release(lease)
    expect(downlink.requests('j-1').at(-1)?.body.type).toBe('cancel')
    await pass(2)
    state('recovering', undefined)
    expect(lease.state).toBe('released')
    state('coordinated', 'v-n')
    expect(states).toEqual(['accepted', 'entering', 'green', 'passed', 'released', 'recovered'])
  })

  it('is green by what the controller shows even when the answer is lost', async () => {
    const { request, state } = await setUp()
    const lease = leaseOf(request())
    state('preempted', 'v-n')
    expect(lease.state).toBe('requested')
    state('preempted', 'v-w')
    expect(lease.state).toBe('green')
  })

  it('is not green because the plan happens to show green', async () => {
    const { request, state } = await setUp()
    const lease = leaseOf(request())
    state('coordinated', 'v-w')
    expect(lease.state).toBe('requested')
  })

  it('stops being green when the display says so', async () => {
    const { request, state, answer, pass } = await setUp()
    const lease = leaseOf(request())
    answer(lease, 'granted')
    await pass(1, lease)
    state('preempted', undefined)
    expect(lease).toMatchObject({ state: 'entering', greenAtMs: undefined })
    state('preempted', 'v-w')
    await pass(1, lease)
    state('coordinated', 'v-w')
    expect(lease).toMatchObject({ state: 'requested', reason: 'controller went to mode coordinated' })
  })

  it('fails after three seconds without an answer, is kept up, and revives with one', async () => {
    const { request, answer, pass, downlink } = await setUp()
    const lease = leaseOf(request())
    await pass(2, lease)
    expect(lease.state).toBe('requested')
    await pass(1, lease)
    expect(lease).toMatchObject({ state: 'failed', reason: 'no answer from the controller', renewing: true })
    await pass(2, lease)
    expect(downlink.requests('j-1')).toHaveLength(6)
    answer(lease, 'processing')
    expect(lease.state).toBe('entering')
  })

  it('does not stay green when nothing is heard any more', async () => {
    const { request, answer, pass } = await setUp()
    const lease = leaseOf(request())
    answer(lease, 'granted')
    await pass(7, lease)
    expect(lease.state).toBe('green')
    await pass(1, lease)
    expect(lease).toMatchObject({ state: 'failed', greenAtMs: undefined })
  })

  it('fails at once when the agent’s last will arrives', async () => {
    const { request, answer, state, feed, clock } = await setUp()
    const lease = leaseOf(request())
    state('preempted', 'v-w')
    answer(lease, 'granted')
    feed.deliver('signal', 'j-1', 'status', clock.now(), clock.now(), { state: 'offline', bootId: 'b', firmware: '1' })
    expect(lease).toMatchObject({ state: 'failed', reason: 'controller is offline' })
  })

  it.each([
    ['rejected', 'rejected'],
    ['reserviceLocked', 'rejected'],
    ['maxPresence', 'expired'],
  ])('ends on %s as %s and may be tried again', async (status, state) => {
    const { request, answer, pass, clock, downlink } = await setUp()
    const lease = leaseOf(request())
    answer(lease, status)
    expect(lease).toMatchObject({ state, renewing: false, retryAtMs: clock.now() + 5000 })
    const sent = downlink.requests('j-1').filter(({ body }) => body.type !== 'cancel').length
    await pass(3)
    expect(downlink.requests('j-1').filter(({ body }) => body.type !== 'cancel')).toHaveLength(sent)
  })

  it('is overridden when people take the controller', async () => {
    const { request, state } = await setUp()
    const lease = leaseOf(request())
    state('manual', 'v-w')
    expect(lease).toMatchObject({ state: 'overridden', reason: 'controller is in mode manual', renewing: false })
  })

  it('ends by itself when its mission no longer speaks of it', async () => {
    const { request, answer, pass, signals } = await setUp()
    const lease = leaseOf(request())
    answer(lease, 'granted')
    await pass(6)
    expect(lease).toMatchObject({ state: 'expired', renewing: false })
    expect(signals.requests.renewing()).toEqual([])
  })

  it('says that it could not be sent, and goes on trying', async () => {
    const { request, downlink, pass, answer } = await setUp()
    downlink.disconnect('j-1')
    const lease = leaseOf(request())
    await pass(1, lease)
    expect(lease).toMatchObject({ state: 'failed', reason: 'there is no device "j-1"', renewing: true })
    downlink.connect('j-1', () => undefined)
    await pass(1, lease)
    answer(lease, 'requested')
    expect(lease.state).toBe('accepted')
  })

  it('takes no answer from another junction’s agent, nor to a message it never sent', async () => {
    const { request, answer, feed, clock } = await setUp()
    const lease = leaseOf(request())
    answer(lease, 'granted', 999)
    feed.deliver('signal', 'j-2', 'response', clock.now(), clock.now(), {
      ...{ request: lease.request, sequence: 1, status: 'granted' },
    })
    expect(lease.state).toBe('requested')
  })
})

/** Two-way, so that there is an opposite approach `o` to `w`, and a left turn `w` to `s` across it. */
function twoWay(): JunctionTable {
  const table = crossroads('j-1')
  const [w, n] = table.approaches as [Approach, Approach]
  const [e, s] = table.exits as [Exit, Exit]
  return {
    ...table,
    approaches: [w, { ...n, exits: ['s', 'e'] }, { ...w, id: 'o', group: 'v-o', bearingDeg: 270, exits: ['w', 's'] }],
    exits: [e, s, { ...e, id: 'w', bearingDeg: 270 }],
    groups: [...table.groups, { ...table.groups[0]!, id: 'v-o', approach: 'o' }],
    intergreens: [
      ...table.intergreens,
      ...[
        { ends: 'v-o', begins: 'v-n', redS: 2 },
        { ends: 'v-n', begins: 'v-o', redS: 2 },
      ],
    ],
  }
}

describe('two requests at one junction', () => {
  const opposite = { dispatch: 'd-2', vehicle: 'amb-2', approach: 'o', exit: 'w' }
  const across = { dispatch: 'd-3', vehicle: 'amb-3', approach: 'n', exit: 's' }

  it('serves movements that do not conflict together', async () => {
    const { request } = await setUp()
    leaseOf(request())
    expect('lease' in request({ dispatch: 'd-2', vehicle: 'amb-2' })).toBe(true)
  })

  it('serves opposite movements together, each green by its own approach', async () => {
    const { request, answer, state, clock } = await setUp(twoWay())
    const [first, second] = [leaseOf(request()), leaseOf(request(opposite))]
    answer(first, 'requested')
    answer(second, 'requested')
    state('preempted', 'v-w', clock.now(), { groups: { ...groupStates('v-w'), 'v-o': 'stop-And-Remain' } })
    expect([first.state, second.state]).toEqual(['green', 'accepted'])
    state('preempted', 'v-w', clock.now(), { groups: { ...groupStates('v-w'), 'v-o': 'protected-Movement-Allowed' } })
    expect([first.state, second.state]).toEqual(['green', 'green'])
  })

  it('takes a left turn across the opposite movement for its rival', async () => {
    const { request } = await setUp(twoWay())
    const first = leaseOf(request())
    expect(request({ ...opposite, exit: 's' })).toEqual({ waitsFor: first })
  })

  it('lets none that comes later prolong the wait of one that is before it', async () => {
    const { request, answer, signals, window, clock } = await setUp(twoWay())
    const first = leaseOf(request())
    answer(first, 'granted')
    const { latestMs } = first.window
    expect(request(across)).toEqual({ waitsFor: first })
    const later = (untilMs: number) =>
      signals.requests.request(ask(opposite), { ...window(), earliestMs: window().earliestMs + 1, latestMs: untilMs })
    expect(later(latestMs + 1)).toEqual({ waitsFor: first })
    expect('lease' in later(latestMs)).toBe(true)
    await clock.advance(3)
    // Whoever waited has given up.
    const third = signals.requests.request(ask({ ...opposite, dispatch: 'd-4' }), {
      ...window(),
      latestMs: latestMs + 9,
    })
    expect('lease' in third).toBe(true)
  })

  it('takes no green for its own that the agent has before it', async () => {
    const { request, answer, state, pass } = await setUp()
    const lease = leaseOf(request())
    answer(lease, 'watchOtherTraffic')
    state('preempted', 'v-w')
    expect(lease.state).toBe('accepted')
    await pass(1, lease)
    answer(lease, 'processing')
    state('preempted', 'v-w')
    expect(lease.state).toBe('green')
  })

  it('takes no green flash for a green', async () => {
    const { request, answer, state, clock } = await setUp()
    const lease = leaseOf(request())
    answer(lease, 'processing')
    state('preempted', 'v-w', clock.now(), { greenFlash: ['v-w'] })
    expect(lease.state).toBe('entering')
  })

  it('lets the later wait behind an active one of the same importance', async () => {
    const { request, answer } = await setUp()
    const first = leaseOf(request())
    answer(first, 'granted')
    expect(request({ dispatch: 'd-2', approach: 'n', exit: 's' })).toEqual({ waitsFor: first })
  })

  it('displaces an active one for strictly higher importance, and calls it off', async () => {
    const { request, answer, downlink } = await setUp()
    const first = leaseOf(request())
    answer(first, 'granted')
    leaseOf(request({ dispatch: 'd-2', approach: 'n', exit: 's', role: 'fire', importance: '1/3' }))
    expect(first).toMatchObject({ state: 'overridden', reason: 'gave way to d-2', renewing: false })
    expect(downlink.requests('j-1').map(({ body }) => body.type)).toEqual(['new', 'cancel', 'new'])
  })

  it('takes nothing from a vehicle within its stopping distance', async () => {
    const { request, answer, signals, window } = await setUp()
    const first = leaseOf(request())
    answer(first, 'granted')
    signals.requests.update(first, { ...window(), committed: true })
    const second = request({ dispatch: 'd-2', approach: 'n', exit: 's', role: 'fire', importance: '1/3' })
    expect(second).toEqual({ waitsFor: first })
  })

  it('prefers the earlier arrival while neither is at work', async () => {
    const { request, signals, window } = await setUp()
    const first = leaseOf(request())
    const early = { ...window(), earliestMs: window().earliestMs - 5000 }
    const outcome = signals.requests.request(ask({ dispatch: 'd-2', approach: 'n', exit: 's' }), early)
    expect('lease' in outcome).toBe(true)
    expect(first.state).toBe('overridden')
  })
})

describe('a bus', () => {
  const bus = { dispatch: 'b-1', vehicle: 'bus-1', role: 'bus', importance: '3/1' } as const

  it('is green by what was granted, in the mode of the plan, and as long as it is shown', async () => {
    const { request, answer, state, pass } = await setUp()
    const lease = leaseOf(request(bus))
    state('coordinated', 'v-w')
    expect(lease.state).toBe('requested')
    answer(lease, 'processing')
    expect(lease.state).toBe('entering')
    answer(lease, 'granted')
    await pass(1, lease)
    state('coordinated', 'v-w')
    expect(lease.state).toBe('green')
    state('coordinated', undefined)
    expect(lease).toMatchObject({ state: 'accepted', reason: 'green has ended' })
  })

  it('is not green in a pre-emption, whatever it shows', async () => {
    const { request, answer, state, pass } = await setUp()
    const lease = leaseOf(request(bus))
    answer(lease, 'granted')
    await pass(1, lease)
    state('preempted', 'v-w')
    expect(lease).toMatchObject({ state: 'accepted', reason: 'an emergency vehicle goes first' })
  })

  it('holds no emergency vehicle up, however near it is, and is not called off by one', async () => {
    const { request, answer, signals, window } = await setUp()
    const lease = leaseOf(request(bus))
    answer(lease, 'granted')
    signals.requests.update(lease, { ...window(), committed: true })
    leaseOf(request({ approach: 'n', exit: 's', importance: '10/10' }))
    expect(lease).toMatchObject({ state: 'green', renewing: true })
    expect('lease' in request({ ...bus, dispatch: 'b-2', vehicle: 'bus-2' })).toBe(true)
    expect(request({ ...bus, dispatch: 'b-3', approach: 'n', exit: 's' })).toEqual({ waitsFor: lease })
  })
})

describe('over a bad link', () => {
  /** Milliseconds between the steps of the model. */
  const stepS = 0.5

  it('never says green without the controller having shown it within the last seconds', async () => {
    const gap = fc.record({ fromS: fc.integer({ min: 0, max: 40 }), forS: fc.integer({ min: 0, max: 40 }) })
    const trouble = fc.record({
      // What is sent up in the gap arrives at its end, all at once; what is sent down in the other is lost.
      stalledUp: gap,
      lostDown: gap,
      delaysMs: fc.array(fc.integer({ min: 0, max: 8_000 }), { minLength: 1, maxLength: 20 }),
      copies: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 20 }),
      cancelAfterS: fc.integer({ min: 0, max: 80 }),
      skewMs: fc.integer({ min: -3_600_000, max: 3_600_000 }),
    })
    await fc.assert(
      fc.asyncProperty(trouble, async ({ stalledUp, lostDown, delaysMs, copies, cancelAfterS, skewMs }) => {
        const outside = new Outside([crossroads('j-1')])
        const { clock, feed, downlink } = outside
        const signals = createSignals(outside.core)
        await signals.start?.()
        const underWay: { dueMs: number; entry: Omit<JournalEntry, 'receivedMs'> }[] = []
        let count = 0
        const startMs = clock.now()
        const within = ({ fromS, forS }: { fromS: number; forS: number }) => {
          const nowS = (clock.now() - startMs) / 1000
          return nowS >= fromS && nowS < fromS + forS
        }
        const agent = new AgentModel('j-1', (channel, body) => {
          const n = count++
          const id = `j-1:${n}`
          const atMs = clock.now() + skewMs
          const entry = { seq: n, district: 'test', kind: 'signal' as const, device: 'j-1', channel, id, atMs }
          // The first report tells the two clocks apart; from the second on anything may be late.
          const delayMs = n === 0 ? 0 : (delaysMs[n % delaysMs.length] ?? 0)
          const sentMs = within(stalledUp) && n > 0 ? startMs + (stalledUp.fromS + stalledUp.forS) * 1000 : clock.now()
          for (let copy = 0; copy <= (copies[n % copies.length] ?? 0); copy++) {
            underWay.push({
              dueMs: sentMs + delayMs * (copy + 1),
              entry: { ...entry, body: { at: toTimestamp(atMs), ...body } },
            })
          }
        })
        downlink.connect('j-1', (_, body) => {
          if (!within(lostDown)) agent.receive(body as unknown as SignalRequest, clock.now())
        })
        agent.step(clock.now())
        const deliver = () => {
          const due = underWay.filter(({ dueMs }) => dueMs <= clock.now())
          for (const message of due) {
            underWay.splice(underWay.indexOf(message), 1)
            feed.hand({ ...message.entry, receivedMs: clock.now() })
          }
        }
        deliver()
        const window = { earliestMs: startMs + 20_000, latestMs: startMs + 90_000, committed: false }
        const lease = leaseOf(signals.requests.request(ask(), window))
        for (let s = 0; s < 100; s += stepS) {
          agent.step(clock.now())
          deliver()
          if (lease.state === 'green') {
            const lastGreenMs = agent.greenMs.at(-1) ?? Number.NEGATIVE_INFINITY
            // 5 s that a message may be late, 7 s that a green is believed without another, looked at each second.
            expect(clock.now() - lastGreenMs).toBeLessThanOrEqual(13_000 + stepS * 1000)
          }
          if (s >= cancelAfterS) signals.requests.release(lease)
          else signals.requests.update(lease, window)
          if (s >= cancelAfterS) expect(['released', 'recovered', 'expired', 'rejected']).toContain(lease.state)
          await clock.advance(stepS)
        }
        await signals.stop?.()
      }),
      {
        numRuns: 200,
        // An answer to the renewed request overtook the reports of the green's end, and the old green was kept.
        examples: [
          [
            {
              ...{ stalledUp: { fromS: 0, forS: 0 }, lostDown: { fromS: 5, forS: 10 } },
              ...{ delaysMs: [2501, 0, 0, 5001], copies: [0], cancelAfterS: 23, skewMs: 0 },
            },
          ],
        ],
      },
    )
  })
})
