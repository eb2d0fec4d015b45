import {
  ManualClock,
  payloadLimit,
  type SignalEvents,
  type SignMessage,
  toTimestamp,
  type VehicleRoute,
} from '@clearway/contracts'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  type Agent,
  type Arrival,
  BayAgent,
  type ControllerLink,
  DetectorAgent,
  type Display,
  type Fix,
  GateAgent,
  MemoryBroker,
  MemoryUplink,
  type PlateRead,
  SignAgent,
  SignalAgent,
  SimulatedController,
  tick,
  VehicleAgent,
} from '../../src/index.ts'
import { crossing } from '../fixtures.ts'

const startMs = Date.parse('2026-11-23T08:15:00Z')
let clock: ManualClock
let broker: MemoryBroker
let arrivals: Arrival[]
let faults: string[]

beforeEach(() => {
  clock = new ManualClock(startMs)
  broker = new MemoryBroker()
  arrivals = []
  faults = []
  broker.onArrival((arrival) => arrivals.push(arrival))
})

const district = 'lixia'
const report = (fault: Error) => faults.push(fault.message)
const bodies = (channel: string) => arrivals.filter((arrival) => arrival.channel === channel).map(({ body }) => body)

/** Steps an agent for some virtual time. */
async function pass(agent: Agent, durationS: number, periodS = 0.25): Promise<void> {
  for (let k = 0; k < durationS / periodS; k++) {
    await clock.advance(periodS)
    agent.step(clock.now())
  }
}

describe('the signal agent', () => {
  const open = () => {
    const identity = { district, kind: 'signal', device: 'j-crossing' } as const
    const uplink = new MemoryUplink(identity, broker, clock, report)
    const cabinet = new SimulatedController(crossing())
    return { cabinet, uplink, agent: new SignalAgent(uplink, crossing(), cabinet, startMs) }
  }

  it('reports every change, and every five seconds where nothing changes', async () => {
    const { agent, cabinet } = open()
    agent.start()
    let last = ''
    let changes = 0
    for (let k = 0; k < 400; k++) {
      await pass(agent, 0.25)
      const { mode, stage, groups, greenFlash } = cabinet.display
      const picture = JSON.stringify([mode, stage, groups, greenFlash])
      if (picture !== last) changes++
      last = picture
    }
    const at = bodies('state').map((body) => Date.parse(body.at as string))
    expect(at.length).toBeGreaterThan(changes)
    const pauses = at.slice(1).map((ms, index) => ms - (at[index] as number))
    expect(Math.max(...pauses)).toBe(5000)
    expect(bodies('state').at(-1)).toMatchObject({ minEndAt: expect.any(String), stage: expect.any(String) })
  })

  it('says nothing while the controller does not answer', async () => {
    const { agent, cabinet } = open()
    agent.start()
    cabinet.connect(false)
    await pass(agent, 20)
    expect(bodies('state')).toEqual([])
  })

  it('lets a granted green end by its own timer when the line to the gateway breaks', async () => {
    const { agent, cabinet, uplink } = open()
    agent.start()
    await pass(agent, 100)
    broker.send(uplink.identity, 'request', {
      id: 'gw:1',
      at: toTimestamp(clock.now()),
      request: 'r-1',
      type: 'new',
      sequence: 1,
      vehicle: 'amb-1',
      role: 'ambulance',
      importance: '1/4',
      approach: 'n',
      exit: 's',
      arrivalEarliest: toTimestamp(clock.now() + 20_000),
      arrivalLatest: toTimestamp(clock.now() + 30_000),
      leaseUntil: toTimestamp(clock.now() + 5000),
      expiresAt: toTimestamp(clock.now() + 5000),
    })
    uplink.cut()
    await pass(agent, 2)
    expect(cabinet.display.mode).toBe('preempted')
    await pass(agent, 12)
    expect(cabinet.display.mode).not.toBe('preempted')
    uplink.start()
    expect(bodies('response').at(-1)).toMatchObject({ status: 'rejected', reason: 'lease ended' })
  })
})

describe('the signal agent, what it predicts and what it logs', () => {
  const identity = { district, kind: 'signal', device: 'j-crossing' } as const
  const table = crossing()
  const display = (more: Partial<Display>): Display => ({
    mode: 'coordinated',
    stage: 's1',
    groups: { 'v-n': 'protected-Movement-Allowed' },
    greenFlash: [],
    minEndMs: undefined,
    maxEndMs: undefined,
    ...more,
  })
  /** An agent beside a controller that shows what the test says. */
  const beside = (junction = table) => {
    let shown = display({})
    const link: ControllerLink = {
      step: () => undefined,
      demand: () => undefined,
      report: () => ({ display: shown, preempt: { state: 'notActive', approach: undefined, exhausted: [] } }),
    }
    const uplink = new MemoryUplink(identity, broker, clock, report)
    const agent = new SignalAgent(uplink, junction, link, startMs)
    agent.start()
    const show = (more: Partial<Display>) => {
      shown = display(more)
    }
    return { agent, uplink, show }
  }
  const endingAt = (second: number) => ({ timing: { 'v-n': { minEndMs: startMs, maxEndMs: startMs + second * 1000 } } })

  it('tells when each group ends, and anew when that has moved by more than a second, at most once a second', async () => {
    const { agent, show } = beside()
    show(endingAt(30))
    await pass(agent, 0.5)
    expect(bodies('state').at(-1)?.timing).toEqual({
      'v-n': { minEndAt: '2026-11-23T08:15:00.000Z', maxEndAt: '2026-11-23T08:15:30.000Z' },
    })
    show(endingAt(30.9))
    await pass(agent, 2)
    expect(bodies('state')).toHaveLength(1)
    for (let k = 0; k < 8; k++) {
      show(endingAt(40 + 2 * k))
      await pass(agent, 0.25)
    }
    expect(bodies('state')).toHaveLength(3)
  })

  it('takes an end that may come at any moment for old news', async () => {
    const { agent, show } = beside()
    for (let k = 0; k < 19; k++) {
      await pass(agent, 0.25)
      show({ minEndMs: clock.now(), timing: { 'v-n': { minEndMs: clock.now() } } })
    }
    expect(bodies('state').length).toBeLessThanOrEqual(2)
  })

  it('stays below 16 KiB with the longest names and more groups than any controller has', async () => {
    const { agent, show } = beside()
    const ids = Array.from({ length: 80 }, (_, index) => `${index}`.padStart(32, 'g'))
    show({
      groups: Object.fromEntries(ids.map((id) => [id, 'permissive-Movement-Allowed'])),
      timing: Object.fromEntries(ids.map((id) => [id, { minEndMs: startMs, maxEndMs: startMs, likelyEndMs: startMs }])),
    })
    await pass(agent, 0.5)
    expect(Buffer.byteLength(JSON.stringify(bodies('state').at(-1)))).toBeLessThan(payloadLimit.accepted)
  })

  it('keeps its log while the gateway is away and hands all of it in afterwards, each stretch once', async () => {
    const { agent, uplink, show } = beside()
    await pass(agent, 15)
    uplink.cut()
    for (let k = 0; k < 10; k++) {
      show({ groups: { 'v-n': k % 2 === 0 ? 'stop-And-Remain' : 'protected-Movement-Allowed' } })
      await pass(agent, 5)
    }
    uplink.start()
    await agent.stop()
    const log = bodies('events') as SignalEvents[]
    expect(log.flatMap(({ events }) => events).filter(({ code }) => code === 1 || code === 7)).toHaveLength(10)
    expect(new Set(log.map(({ id }) => id)).size).toBe(log.length)
    for (const [index, { since }] of log.slice(1).entries()) expect(since).toBe(log[index]?.at)
  })
})

describe('the gate agent', () => {
  it('sends every read as an event and obeys every command once', async () => {
    const identity = { district, kind: 'gate', device: 'lot-1-in' } as const
    const uplink = new MemoryUplink(identity, broker, clock, report)
    let see: (read: PlateRead) => void = () => undefined
    const acted: string[] = []
    const camera = {
      watch: (listener: typeof see) => {
        see = listener
        return () => undefined
      },
    }
    const barrier = {
      act: async (action: string) => {
        if (action === 'close') throw new Error('arm is stuck')
        acted.push(action)
      },
    }
    const agent = new GateAgent(uplink, camera, barrier, report)
    agent.start()
    see({ atMs: startMs, direction: 'in', plate: null, plateColour: 'unknown', confidence: 0, vehicleClass: 'small' })
    expect(bodies('read')).toMatchObject([{ at: '2026-11-23T08:15:00.000Z', plate: null }])
    const command = { at: toTimestamp(startMs), expiresAt: toTimestamp(startMs + 1000) }
    for (const [id, action] of [
      ['1', 'open'],
      ['1', 'open'],
      ['2', 'close'],
      ['3', 'display'],
    ]) {
      broker.send(identity, 'command', { ...command, id, action })
    }
    await agent.stop()
    expect(acted).toEqual(['open', 'display'])
    expect(faults).toEqual([expect.stringContaining('arm is stuck')])
  })
})

describe('the detector agent', () => {
  it('sends one reading a period', async () => {
    const uplink = new MemoryUplink({ district, kind: 'detector', device: 'j-1-n' }, broker, clock, report)
    let count = 0
    const agent = new DetectorAgent(uplink, { read: () => ({ count: count++, occupancy: 0.5 }) }, 10)
    agent.start()
    await pass(agent, 35)
    expect(bodies('flow')).toMatchObject([
      { periodS: 10, count: 1, sequence: 2 },
      { periodS: 10, count: 2, sequence: 3 },
      { periodS: 10, count: 3, sequence: 4 },
    ])
  })
})

describe('the bay agent', () => {
  it('sends one event for each change', async () => {
    const uplink = new MemoryUplink({ district, kind: 'bay', device: 'bay-1' }, broker, clock, report)
    const states = [false, false, true, true, false]
    const agent = new BayAgent(uplink, { occupied: () => states.shift() ?? false })
    agent.start()
    await pass(agent, 2)
    expect(bodies('occupancy').map(({ occupied }) => occupied)).toEqual([false, true, false])
  })
})

describe('the sign agent', () => {
  const identity = { district, kind: 'sign', device: 'sign-1' } as const
  const message = (en: string, atS: number, untilS: number): SignMessage => ({
    id: en,
    at: toTimestamp(startMs + atS * 1000),
    text: { en },
    until: toTimestamp(startMs + untilS * 1000),
  })

  it('shows a text until its end and is blank afterwards', async () => {
    const shown: (string | undefined)[] = []
    const uplink = new MemoryUplink(identity, broker, clock, report)
    const agent = new SignAgent(uplink, { show: (what) => shown.push(what?.text.en) }, startMs)
    agent.start()
    broker.send(identity, 'message', message('P-full', 0, 10))
    await pass(agent, 9)
    expect(shown).toEqual([undefined, 'P-full'])
    await pass(agent, 2)
    expect(shown).toEqual([undefined, 'P-full', undefined])
    broker.send(identity, 'message', message('too-late', 11, 10))
    expect(shown).not.toContain('too-late')
  })

  it('does not go back to a text that was overtaken', () => {
    const shown: (string | undefined)[] = []
    const uplink = new MemoryUplink(identity, broker, clock, report)
    const agent = new SignAgent(uplink, { show: (what) => shown.push(what?.text.en) }, startMs)
    agent.start()
    broker.send(identity, 'message', message('newer', 2, 60))
    broker.send(identity, 'message', message('older', 1, 60))
    expect(shown.at(-1)).toBe('newer')
  })
})

describe('the vehicle agent', () => {
  it('sends its position once a second, nothing without a fix, and takes its route', async () => {
    const identity = { district, kind: 'vehicle', device: 'amb-1' } as const
    const uplink = new MemoryUplink(identity, broker, clock, report)
    const routes: VehicleRoute[] = []
    let fix: Fix | undefined = { lon: 117, lat: 36, speedMps: 10, headingDeg: 0, accuracyM: 2 }
    const agent = new VehicleAgent(uplink, { fix: () => fix }, { follow: (route) => routes.push(route) })
    agent.start()
    await pass(agent, 10, 0.3)
    expect(bodies('position').length).toBeGreaterThanOrEqual(9)
    expect(bodies('position').length).toBeLessThanOrEqual(11)
    fix = undefined
    const sent = bodies('position').length
    await pass(agent, 5)
    expect(bodies('position')).toHaveLength(sent)
    const route = {
      id: 'gw:1',
      at: toTimestamp(startMs),
      dispatch: 'd-1',
      geometry: {
        type: 'LineString',
        coordinates: [
          [117, 36],
          [117.1, 36],
        ],
      },
      etaAt: toTimestamp(startMs),
    }
    broker.send(identity, 'route', route)
    expect(routes).toEqual([route])
  })
})

describe('the ticker', () => {
  it('steps every agent at one pace and reports one that fails without keeping the others', async () => {
    const steps: number[] = []
    const stop = new AbortController()
    const agent = (device: string, step: (nowMs: number) => void): Agent => ({
      device,
      start: () => undefined,
      step,
      stop: async () => undefined,
    })
    const broken = agent('broken', () => {
      throw new Error('bent')
    })
    const running = tick(
      [broken, agent('sound', (nowMs) => steps.push(nowMs - startMs))],
      0.5,
      clock,
      stop.signal,
      report,
    )
    await clock.advance(1)
    stop.abort()
    await running
    expect(steps).toEqual([0, 500, 1000])
    expect(faults).toEqual(['broken: bent', 'broken: bent', 'broken: bent'])
  })
})
