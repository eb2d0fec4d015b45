import type { Dispatch, DispatchJunctionState, SignalRequest } from '@clearway/contracts'
import type { RouteAnswer } from '@clearway/routing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DispatchEngine } from '../../src/dispatch/dispatcher.ts'
import { at, dispatcher, junctionAt, Street, streetEngine } from './street.ts'

const statesOf = ({ junctions }: Dispatch): DispatchJunctionState[] => junctions.map(({ state }) => state)

/** Knows a second way, a little longer: it turns off at j-2 and comes by no other signal. */
const withByway = ({ route, bestUnits }: DispatchEngine): DispatchEngine => ({
  bestUnits,
  route(asked) {
    const [straight] = route(asked) as [RouteAnswer]
    const at = straight.junctions.findIndex(({ junction }) => junction === 'j-2')
    if (at < 0) return [straight]
    const junctions = straight.junctions.slice(0, at + 1).map((one, i) => (i === at ? { ...one, exit: 's' } : one))
    return [straight, { ...straight, durationS: straight.durationS + 4, junctions }]
  },
})

/** Knows a second way for those who come across the street, so much longer: it comes by no signal. */
const withDetour = ({ route, bestUnits }: DispatchEngine, longerS: number): DispatchEngine => ({
  bestUnits,
  route(asked) {
    const [straight] = route(asked) as [RouteAnswer]
    if (straight.junctions[0]?.approach !== 'n') return [straight]
    return [straight, { ...straight, durationS: straight.durationS + longerS, junctions: [] }]
  },
})

/** Its routes begin on the street, wherever beside it the vehicle stands. */
const fromTheRoad = ({ route, bestUnits }: DispatchEngine): DispatchEngine => ({
  bestUnits,
  route: (asked) =>
    route(asked).map((one) => {
      const coordinates = one.geometry.coordinates.map(([lon = 0]) => [lon, 0] as [number, number])
      return { ...one, geometry: { ...one.geometry, coordinates } }
    }),
})

describe('a mission', () => {
  it('turns every junction green before the vehicle and gives each back after it', async () => {
    const street = await Street.open(4)
    const { id } = street.send(2000)
    const histories = new Map<string, DispatchJunctionState[]>()
    const greenOnArrival: boolean[] = []
    let arrived = 0
    await street.run(180, () => {
      const dispatch = street.missions.get(id)
      for (const { junction, state } of dispatch.junctions) {
        const history = histories.get(junction) ?? []
        if (history.at(-1) !== state) history.push(state)
        histories.set(junction, history)
      }
      const { eastM } = street.vehicle()
      if (eastM >= junctionAt(arrived + 1) && arrived < 4) {
        arrived++
        greenOnArrival.push(street.agents.get(`j-${arrived}`)?.green ?? false)
      }
      if (eastM >= 2000) street.vehicle().speedMps = 0
    })
    expect(greenOnArrival).toEqual([true, true, true, true])
    for (const history of histories.values()) {
      expect(history.slice(-4)).toEqual(['green', 'passed', 'released', 'recovered'])
    }
    expect(street.missions.get(id)).toMatchObject({ state: 'completed', vehicle: 'amb-1' })
    expect([...street.agents.values()].map(({ mode }) => mode)).toEqual(Array(4).fill('coordinated'))
    expect(street.outside.audit.map(({ actor, action }) => `${actor} ${action}`)).toEqual([
      'wang dispatch.create',
      'wang dispatch.activate',
      'system dispatch.complete',
    ])
    await street.stop()
  })

  it('asks each junction no earlier than it needs to', async () => {
    const street = await Street.open(4)
    street.send(2000)
    await street.run(20)
    // j-4 is 1,600 m away, 107 s: nobody there has to wait for an ambulance yet.
    expect(street.outside.downlink.requests('j-4')).toEqual([])
    expect(street.outside.downlink.requests('j-1').length).toBeGreaterThan(5)
    await street.stop()
  })

  it('sends the route to the vehicle, and shows where it is and both arrivals', async () => {
    const street = await Street.open(4)
    const { id } = street.send(2000)
    await street.run(10)
    expect(street.routesReceived).toMatchObject([{ dispatch: id, geometry: { type: 'LineString' } }])
    const { progressM, etaAt, etaWithoutPriorityAt } = street.missions.get(id)
    expect(progressM).toBe(150)
    expect(Date.parse(etaWithoutPriorityAt) - Date.parse(etaAt)).toBe(40_000)
    const last = street.outside.published.filter(({ topic }) => topic === 'dispatches').at(-1)
    expect(last?.items[0]).toMatchObject({ id, progressM: 150, state: 'active' })
    await street.stop()
  })

  it('waits out a junction in other hands and says so', async () => {
    const street = await Street.open(2)
    const agent = street.agents.get('j-1')
    if (agent) agent.control = 'manual'
    await street.run(1)
    const { id } = street.send(1000)
    await street.run(15)
    const [first] = street.missions.get(id).junctions
    expect(first).toMatchObject({ state: 'overridden', greenPromised: false, reason: 'controller is in mode manual' })
    expect(first?.expectedDelayS).toBeGreaterThan(0)
    expect(street.outside.downlink.requests('j-1')).toEqual([])
    await street.stop()
  })

  it('takes another way from where it is when the vehicle leaves the route, and gives up what it no longer passes', async () => {
    const street = await Street.open(4)
    const { id } = street.send(2000)
    await street.run(20)
    expect(street.missions.get(id).junctions[0]?.state).toBe('green')
    // The vehicle is set down on the street beyond j-1, having driven around it.
    Object.assign(street.vehicle(), { eastM: 300, northM: 200, speedMps: 0 })
    await street.run(2)
    Object.assign(street.vehicle(), { eastM: 450 })
    await street.run(6)
    const dispatch = street.missions.get(id)
    expect(street.routesReceived).toHaveLength(2)
    expect(dispatch.route.junctions.map(({ junction }) => junction)).toEqual(['j-2', 'j-3', 'j-4'])
    expect(dispatch.junctions[0]).toMatchObject({ junction: 'j-1', reason: 'no longer on the route' })
    expect(street.outside.downlink.requests('j-1').at(-1)?.body.type).toBe('cancel')
    await street.stop()
  })

  it('takes a way that has become quicker by enough while its lanes can still be chosen', async () => {
    const street = await Street.open(4, undefined, withByway(streetEngine(4)))
    const { id } = street.send(2400)
    await street.run(5)
    expect(street.missions.get(id).route.junctions).toHaveLength(4)
    street.agents.delete('j-3')
    street.agents.delete('j-4')
    await street.run(20)
    const dispatch = street.missions.get(id)
    expect(dispatch.route.junctions.map(({ junction, exit }) => `${junction}>${exit}`)).toEqual(['j-1>e', 'j-2>s'])
    expect(street.routesReceived).toHaveLength(2)
    const [change] = street.missions.stored.events(id).filter(({ kind }) => kind === 'rerouted')
    expect(change?.detail.gainS).toBeGreaterThan(10)
    await street.stop()
  })

  it('does not change its exit right before the junction', async () => {
    const street = await Street.open(4, undefined, withByway(streetEngine(4)))
    const { id } = street.send(2400)
    await street.run(44)
    expect(street.missions.get(id).progressM).toBeGreaterThan(junctionAt(2) - 150)
    // It creeps on, so that what is beyond is known to be silent before it has passed.
    street.vehicle().speedMps = 1
    street.agents.delete('j-3')
    street.agents.delete('j-4')
    await street.run(40)
    const { progressM, route } = street.missions.get(id)
    expect(progressM).toBeLessThan(junctionAt(2))
    expect(route.junctions).toHaveLength(4)
    await street.stop()
  })

  it('has not left its route while its vehicle stands in a yard beside the road, and has when it drives off elsewhere', async () => {
    const street = await Street.open(2, undefined, fromTheRoad(streetEngine(2)))
    Object.assign(street.vehicle(), { eastM: 250, northM: 80 })
    await street.run(2)
    const { id } = street.send(1000)
    street.vehicle().speedMps = 0
    const changes = () =>
      street.missions.stored.events(id).filter(({ kind }) => kind === 'rerouted' || kind === 'no-route')
    await street.run(20)
    expect(changes()).toEqual([])
    expect(street.missions.get(id).junctions[0]?.state).toBe('green')
    Object.assign(street.vehicle(), { northM: 150 })
    await street.run(8)
    expect(changes()).not.toEqual([])
    await street.stop()
  })

  it('lets go of its junctions when the vehicle is where no way leads on, and takes them up when it is back', async () => {
    const street = await Street.open(2)
    const { id } = street.send(1000)
    await street.run(14)
    expect(street.signals.requests.renewing()).not.toEqual([])
    Object.assign(street.vehicle(), { northM: 700, speedMps: 0 })
    await street.run(7)
    expect(street.signals.requests.renewing()).toEqual([])
    expect(street.missions.get(id).junctions[0]).toMatchObject({
      ...{ state: 'expired', reason: 'the vehicle has left its route' },
    })
    expect(street.missions.stored.events(id).map(({ kind }) => kind)).toContain('no-route')
    Object.assign(street.vehicle(), { northM: 0, eastM: 250, speedMps: 15 })
    await street.run(3)
    expect(street.signals.requests.renewing()).not.toEqual([])
    await street.stop()
  })

  it('lets go of its junctions when the vehicle is silent, takes them up again, and ends when it stays silent', async () => {
    const street = await Street.open(2)
    const { id } = street.send(1000)
    await street.run(15)
    street.vehicle().silent = true
    street.vehicle().speedMps = 0
    await street.run(12)
    expect(street.signals.requests.renewing()).toEqual([])
    expect(street.missions.get(id).junctions[0]).toMatchObject({
      ...{ state: 'expired', reason: 'no position of the vehicle' },
    })
    street.vehicle().silent = false
    await street.run(2)
    expect(street.signals.requests.renewing()).not.toEqual([])
    street.vehicle().silent = true
    await street.run(62)
    expect(street.missions.get(id)).toMatchObject({ state: 'failed', reason: 'no position of the vehicle for 60 s' })
    expect(street.signals.requests.renewing()).toEqual([])
    await street.stop()
  })

  it('does not hold a junction for a vehicle that stands', async () => {
    const street = await Street.open(1)
    const { id } = street.send(1000)
    await street.run(18)
    street.vehicle().speedMps = 0
    const held: boolean[] = []
    await street.run(90, () => held.push(street.agents.get('j-1')?.green ?? false))
    let longest = 0
    let now = 0
    for (const green of held) {
      now = green ? now + 1 : 0
      longest = Math.max(longest, now)
    }
    expect(longest).toBeGreaterThan(30)
    expect(longest).toBeLessThanOrEqual(62)
    expect(street.missions.get(id).state).toBe('active')
    await street.stop()
  })

  it('leaves no live request wherever it is cancelled', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 140 }), async (seconds) => {
        const street = await Street.open(4)
        const { id } = street.send(3000)
        await street.run(seconds)
        const dispatch = street.missions.cancel(id, dispatcher)
        expect(dispatch.state).toBe('cancelled')
        expect(street.signals.requests.renewing()).toEqual([])
        const cancelledMs = street.clock.now()
        await street.run(25)
        const { sent } = street.outside.downlink
        for (const request of new Set(sent.flatMap(({ body }) => (body.request as string) ?? []))) {
          const messages = sent.filter(({ body }) => body.request === request)
          expect(messages.at(-1)?.body.type).toBe('cancel')
          expect(messages.filter(({ atMs, body }) => atMs > cancelledMs && body.type !== 'cancel')).toEqual([])
        }
        expect([...street.agents.values()].map(({ mode }) => mode)).toEqual(Array(4).fill('coordinated'))
        expect(statesOf(street.missions.get(id)).every((state) => ['planned', 'recovered'].includes(state))).toBe(true)
        await street.stop()
      }),
      { numRuns: 25, examples: [[0], [1]] },
    )
  })

  it('never shows a green that the controller does not show', async () => {
    const street = await Street.open(4)
    const { id } = street.send(2000)
    await street.run(150, () => {
      for (const { junction, state } of street.missions.get(id).junctions) {
        if (state === 'green') expect(street.agents.get(junction)?.green).toBe(true)
      }
    })
    await street.stop()
  })

  it('goes on after a restart of the gateway with the same requests', async () => {
    const first = await Street.open(4)
    const { id } = first.send(2000)
    await first.run(20)
    const request = first.outside.downlink.requests('j-1').at(-1)?.body
    expect(first.missions.get(id).junctions[0]?.state).toBe('green')
    // A kill, not a goodbye: nothing is released.
    const second = await Street.open(4, { street: first, records: first.outside.records })
    const resumed = second.outside.downlink.requests('j-1')[0]?.body
    expect(resumed).toMatchObject({ request: request?.request, type: 'new' })
    expect(Number(resumed?.sequence)).toBeGreaterThan(Number(request?.sequence))
    await second.run(150, () => {
      if (second.vehicle().eastM >= 2000) second.vehicle().speedMps = 0
    })
    expect(second.missions.get(id).state).toBe('completed')
    expect([...second.agents.values()].map(({ mode }) => mode)).toEqual(Array(4).fill('coordinated'))
    await second.stop()
    await first.stop()
  })

  it('of a version that said less of its routes goes on after an update', async () => {
    const first = await Street.open(2)
    const { id } = first.send(1200)
    await first.run(5)
    const { db } = first.outside.records
    const row = db.prepare('select body from dispatches where id = ?').get(id) as { body: string }
    const fields = ['arrivalEarliestS', 'arrivalLatestS', 'durationEarliestS', 'durationLatestS', 'contraflow', 'epoch']
    const older = row.body
      .replaceAll(new RegExp(`"(${fields.join('|')})":(\\[\\]|[0-9.]+),?`, 'g'), '')
      .replaceAll(',}', '}')
    expect(older).not.toContain('Earliest')
    db.prepare('update dispatches set body = ? where id = ?').run(older, id)
    const second = await Street.open(2, { street: first, records: first.outside.records })
    const { route, junctions } = second.missions.get(id)
    expect(route).toMatchObject({
      contraflow: [],
      epoch: 0,
      durationEarliestS: expect.closeTo(route.durationS / 1.15, 6),
    })
    expect(junctions.every(({ arrivalAt }) => !Number.isNaN(Date.parse(arrivalAt)))).toBe(true)
    await second.run(100, () => {
      if (second.vehicle().eastM >= 1200) second.vehicle().speedMps = 0
    })
    expect(second.missions.get(id).state).toBe('completed')
    await second.stop()
    await first.stop()
  })

  it('sends the route again to a vehicle that comes back', async () => {
    const street = await Street.open(1)
    street.send(1000)
    await street.run(10)
    expect(street.routesReceived).toHaveLength(1)
    const nowMs = street.clock.now()
    const status = { bootId: 'b-2', firmware: '1' }
    street.outside.feed.deliver('vehicle', 'amb-1', 'status', nowMs, nowMs, { ...status, state: 'offline' })
    await street.run(2)
    expect(street.routesReceived).toHaveLength(1)
    street.outside.feed.deliver('vehicle', 'amb-1', 'status', nowMs, nowMs, { ...status, state: 'online' })
    await street.run(2)
    expect(street.routesReceived).toHaveLength(2)
    expect(street.routesReceived[1]).toMatchObject({ dispatch: street.routesReceived[0]?.dispatch })
    await street.stop()
  })

  it('keeps a log of what was asked, answered, shown and passed', async () => {
    const street = await Street.open(1)
    const { id } = street.send(1000)
    await street.run(90, () => {
      if (street.vehicle().eastM >= 1000) street.vehicle().speedMps = 0
    })
    const events = street.missions.stored.events(id)
    const kinds = events.filter(({ junction }) => junction === 'j-1').map(({ kind, detail }) => detail.state ?? kind)
    expect(kinds.filter((kind) => kind !== 'request-sent' && kind !== 'request-response')).toEqual([
      ...['accepted', 'entering', 'green', 'passed', 'passed', 'released', 'recovered', 'harm'],
    ])
    expect(events.map(({ kind }) => kind)).toContain('completed')
    expect(events.map(({ at: when }) => when)).toEqual(events.map(({ at: when }) => when).toSorted())
    await street.stop()
  })
})

describe('the harm of a mission', () => {
  const harms = (street: Street, id: string) =>
    street.missions.stored.events(id).flatMap(({ kind, junction }) => (kind === 'harm' ? [junction] : []))

  it('is noted when a junction is back in its plan, also of one that was cancelled', async () => {
    const street = await Street.open(2)
    const { id } = street.send(1000)
    await street.run(20)
    expect(street.missions.get(id).junctions[0]?.state).toBe('green')
    street.missions.cancel(id, dispatcher)
    await street.run(1)
    expect(harms(street, id)).toEqual([])
    await street.run(20)
    expect(harms(street, id)).toContain('j-1')
    // No detector was heard.
    expect(street.missions.get(id).harm).toEqual({
      ...{ wastedGreenS: null, sideDelayVehS: null, longestSideQueueM: null },
    })
    await street.stop()
  })

  it('is noted once of a junction that was asked again before it was back in its plan', async () => {
    const street = await Street.open(1)
    const { id } = street.send(1000)
    await street.run(18)
    street.vehicle().speedMps = 0
    await street.run(90)
    expect(street.missions.stored.events(id).some(({ detail }) => detail.state === 'expired')).toBe(true)
    street.missions.cancel(id, dispatcher)
    await street.run(20)
    expect(harms(street, id)).toEqual(['j-1'])
    await street.stop()
  })

  it('is none where no junction has worked for it', async () => {
    const street = await Street.open(1)
    street.agents.get('j-1')!.control = 'manual'
    await street.run(6)
    const { id } = street.send(1000)
    await street.run(20)
    street.missions.cancel(id, dispatcher)
    await street.run(5)
    expect(harms(street, id)).toEqual([])
    expect(street.missions.get(id)).not.toHaveProperty('harm')
    await street.stop()
  })
})

describe('two missions', () => {
  /** One from the west and one from the north, both 300 m from j-1. */
  async function crossing(importance: string) {
    const street = await Street.open(2)
    street.vehicle().eastM = 100
    street.add('amb-2', junctionAt(1), { northM: 300 })
    await street.run(1)
    const first = street.send(1000)
    await street.run(8)
    const { id } = street.missions.create(
      { role: 'ambulance', vehicle: 'amb-2', destination: at(junctionAt(1), -300), importance },
      dispatcher,
    )
    street.missions.activate(id, dispatcher)
    // Close enough to be due at once.
    street.vehicle('amb-2').northM = 150
    return { street, first: first.id, second: id }
  }

  it('at one junction from conflicting sides: the later one of equal importance waits, and is told so', async () => {
    const { street, first, second } = await crossing('1/4')
    await street.run(3)
    expect(street.missions.get(first).junctions[0]?.state).toBe('entering')
    expect(street.missions.get(second).junctions[0]).toMatchObject({
      ...{ state: 'planned', reason: `waits for ${first}`, greenPromised: false },
    })
    expect(new Set(street.outside.downlink.requests('j-1').map(({ body }) => body.approach))).toEqual(new Set(['w']))
    await street.run(25)
    // The first has passed; now it is the second's turn.
    expect(street.missions.get(second).junctions[0]?.state).toBe('green')
    await street.stop()
  })

  it('at one junction from conflicting sides: the more important one goes first', async () => {
    const { street, first, second } = await crossing('1/1')
    await street.run(2)
    expect(street.missions.get(second).junctions[0]?.state).toBe('accepted')
    expect(street.missions.get(first).junctions[0]).toMatchObject({
      ...{ state: 'overridden', reason: `gave way to ${second}`, greenPromised: false },
    })
    await street.stop()
  })

  it('of which one goes first: the other is told before departure for whom it will wait and how long', async () => {
    const street = await Street.open(2)
    street.add('amb-2', junctionAt(1), { northM: 300 })
    const first = street.missions.get(street.send(1000).id)
    const plans = structuredClone(first.junctions)
    const wish = {
      role: 'ambulance',
      vehicle: 'amb-2',
      destination: at(junctionAt(1), -300),
      importance: '1/5',
    } as const
    const { junctions, etaAt, createdAt, route } = street.missions.create(wish, dispatcher)
    // 5 s to get up to pace, 400 m at 15 m/s, 2 s to give back, 10 s for its own green; it would be there after 20 s.
    expect(junctions[0]).toMatchObject({ state: 'planned', reason: `${first.id} goes first`, greenPromised: false })
    expect(junctions[0]!.expectedDelayS).toBeCloseTo(5 + 400 / 15 + 2 + 10 - 20, 0)
    const delayedS = (Date.parse(etaAt) - Date.parse(createdAt)) / 1000 - route.durationS
    expect(delayedS).toBeCloseTo(junctions[0]!.expectedDelayS!, 0)
    expect(street.missions.get(first.id).junctions).toEqual(plans)
    street.missions.cancel(first.id, dispatcher)
    const [alone] = street.missions.create(wish, dispatcher).junctions
    expect(alone).not.toHaveProperty('reason')
    expect(alone).toMatchObject({ greenPromised: true })
    await street.stop()
  })

  it('of which one goes first: the other takes a way around it where that is quicker', async () => {
    const street = await Street.open(2, undefined, withDetour(streetEngine(2), 10))
    street.add('amb-2', junctionAt(1), { northM: 300 })
    const wish = {
      role: 'ambulance',
      vehicle: 'amb-2',
      destination: at(junctionAt(1), -300),
      importance: '1/5',
    } as const
    const passed = () => street.missions.create(wish, dispatcher).route.junctions.map(({ junction }) => junction)
    expect(passed()).toEqual(['j-1'])
    const first = street.send(1000)
    expect(passed()).toEqual([])
    street.missions.cancel(first.id, dispatcher)
    expect(passed()).toEqual(['j-1'])
    await street.stop()
  })

  it('of which the lower one is planned first: the way of the higher one is as if there were no other', async () => {
    const street = await Street.open(2, undefined, withDetour(streetEngine(2), 1))
    street.add('amb-2', junctionAt(1), { northM: 300 })
    street.send(1000)
    const wish = {
      role: 'ambulance',
      vehicle: 'amb-2',
      destination: at(junctionAt(1), -300),
      importance: '1/1',
    } as const
    const { junctions } = street.missions.create(wish, dispatcher)
    expect(junctions.map(({ junction }) => junction)).toEqual(['j-1'])
    expect(junctions[0]).not.toHaveProperty('reason')
    await street.stop()
  })

  it('under way: the lower one turns off before the junction that the higher one will hold', async () => {
    const street = await Street.open(4, undefined, withByway(streetEngine(4)))
    street.add('amb-2', junctionAt(3), { northM: 600 })
    const { id } = street.send(2400)
    await street.run(30)
    expect(street.missions.get(id).route.junctions).toHaveLength(4)
    const { id: higher } = street.missions.create(
      { role: 'ambulance', vehicle: 'amb-2', destination: at(junctionAt(3), -300), importance: '1/1' },
      dispatcher,
    )
    street.missions.activate(higher, dispatcher)
    await street.run(13)
    const { route, progressM } = street.missions.get(id)
    expect(progressM).toBeLessThan(junctionAt(2))
    expect(route.junctions.map(({ junction, exit }) => `${junction}>${exit}`)).toEqual(['j-2>s'])
    await street.stop()
  })

  it('under way: a junction is free again in the moment in which the higher one is cancelled', async () => {
    const street = await Street.open(4)
    street.add('amb-2', junctionAt(3), { northM: 600 })
    const { id } = street.send(2400)
    await street.run(40)
    const { id: higher } = street.missions.create(
      { role: 'ambulance', vehicle: 'amb-2', destination: at(junctionAt(3), -300), importance: '1/1' },
      dispatcher,
    )
    street.missions.activate(higher, dispatcher)
    await street.run(2)
    const third = () => street.missions.get(id).junctions[2]!
    expect(third()).toMatchObject({ junction: 'j-3', reason: `${higher} goes first`, greenPromised: false })
    street.missions.cancel(higher, dispatcher)
    await street.run(1)
    expect(third()).not.toHaveProperty('reason')
    expect(third().greenPromised).toBe(true)
    await street.stop()
  })

  it('of which the gateway knows one: what the agent tells of the other is counted, and no green is promised', async () => {
    const street = await Street.open(1)
    street.agents.get('j-1')!.receive(
      {
        ...{ request: 'elsewhere', type: 'new', sequence: 1, approach: 'n', leaseUntil: '2026-11-23T09:00:00.000Z' },
      } as SignalRequest,
      street.clock.now(),
    )
    const { id } = street.send(1000)
    const before = Date.parse(street.missions.get(id).etaAt)
    await street.run(20)
    const { junctions, etaAt } = street.missions.get(id)
    expect(junctions[0]).toMatchObject({ state: 'accepted', reason: 'waits for elsewhere', greenPromised: false })
    expect(junctions[0]?.expectedDelayS).toBeGreaterThanOrEqual(40)
    expect(Date.parse(etaAt) - before).toBeGreaterThan(30_000)
    await street.stop()
  })

  it('with one vehicle: the second is refused until the first has ended', async () => {
    const street = await Street.open(1)
    const { id } = street.send(1000)
    const second = street.missions.create({ role: 'ambulance', vehicle: 'amb-1', destination: at(900) }, dispatcher)
    expect(() => street.missions.activate(second.id, dispatcher)).toThrow(`amb-1 is on dispatch ${id}`)
    street.missions.cancel(id, dispatcher)
    expect(street.missions.activate(second.id, dispatcher).state).toBe('active')
    await street.stop()
  })
})
