import { fromTimestamp, ManualClock, type SignalEvents, toTimestamp } from '@clearway/contracts'
import { MemoryBroker, MemoryUplink, SignalAgent, SimulatedController } from '@clearway/edge'
import { expect, it } from 'vitest'
import { crossing } from '../edge/test/fixtures.ts'
import { toLogEvent } from '../gateway/src/signals/event-codec.ts'
import { JunctionMeasuring } from '../gateway/src/signals/measures.ts'

const startMs = Date.parse('2026-11-23T08:15:00Z')
const stepMs = 100

/** What the street sees of one group, measured beside the log: how long each thing was shown, seconds. */
class Watcher {
  readonly lasted = new Map<string, number[]>()
  #shown = ''
  #sinceMs = 0

  see(shown: string, nowMs: number): void {
    if (shown === this.#shown) return
    // The first was on before anybody looked.
    if (this.#sinceMs > 0) {
      this.lasted.set(this.#shown, [...(this.lasted.get(this.#shown) ?? []), (nowMs - this.#sinceMs) / 1000])
    }
    this.#sinceMs = this.#shown === '' ? 0 : nowMs
    this.#shown = shown
  }
}

it('the measures of an agent’s log are what the street saw', async () => {
  const table = crossing()
  const clock = new ManualClock(startMs)
  const broker = new MemoryBroker()
  const messages: SignalEvents[] = []
  broker.onArrival(({ channel, body }) => {
    if (channel === 'events') messages.push(body as unknown as SignalEvents)
  })
  const identity = { district: table.district, kind: 'signal', device: table.id } as const
  const uplink = new MemoryUplink(identity, broker, clock, () => undefined)
  const cabinet = new SimulatedController(table)
  const agent = new SignalAgent(uplink, table, cabinet, startMs)
  agent.start()
  const groups = new Map(table.groups.map(({ id }) => [id, new Watcher()]))
  const preemption = new Watcher()
  // An arrow may go over into a full green, after a pre-emption: for the log it is one.
  const lamp = (state = '') => state.replace(/^(permissive|protected)-/, '')
  for (let nowMs = startMs; nowMs < startMs + 900_000; nowMs += stepMs) {
    const inS = nowMs - startMs
    if (inS >= 300_000 && inS < 330_000 && inS % 1000 === 0) ask(nowMs, inS)
    await clock.advance(stepMs / 1000)
    agent.step(clock.now())
    const { display, preempt } = cabinet.report() ?? { display: cabinet.display, preempt: { state: 'other' } }
    for (const [id, watcher] of groups) {
      watcher.see(display.greenFlash.includes(id) ? 'flash' : lamp(display.groups[id]), clock.now())
    }
    preemption.see(preempt.state, clock.now())
  }
  await agent.stop()

  function ask(nowMs: number, sequence: number): void {
    const at = (seconds: number) => toTimestamp(nowMs + seconds * 1000)
    const way = { request: 'r-1', vehicle: 'amb-1', role: 'ambulance', importance: '1/4', approach: 'n', exit: 's' }
    broker.send(identity, 'request', {
      ...{ id: `gw:${sequence}`, at: at(0), type: sequence === 300_000 ? 'new' : 'update', sequence, ...way },
      ...{ arrivalEarliest: at(10), arrivalLatest: at(20), leaseUntil: at(3), expiresAt: at(3) },
    })
  }

  const measuring = new JunctionMeasuring(table, [startMs, startMs + 900_000])
  for (const [seq, { since, at, events }] of messages.entries()) {
    const [fromMs, toMs] = [fromTimestamp(since), fromTimestamp(at)]
    measuring.take({ seq, fromMs, toMs, events: events.map(toLogEvent) })
  }
  const [measures] = measuring.finish()
  expect(measures?.coverage).toBeGreaterThan(0.999)
  for (const group of measures?.groups ?? []) {
    const lasted = (shown: string) => groups.get(group.group)?.lasted.get(shown) ?? []
    const saw = (seconds: number[]) => ({
      count: seconds.length,
      minS: Math.min(...seconds),
      maxS: Math.max(...seconds),
    })
    expect(group.green, group.group).toMatchObject(saw(lasted('Movement-Allowed')))
    if (group.kind === 'pedestrian') expect(group.pedestrianClearance).toMatchObject(saw(lasted('clearance')))
    else {
      expect(group.greenFlash).toMatchObject(saw(lasted('flash')))
      // The steady yellow that ends the flashing of the start is not that of a green, but a yellow all the same.
      expect(group.yellow).toMatchObject(saw(lasted('clearance')))
    }
    expect(group.greens).toBeGreaterThan(5)
  }
  expect(measures?.preemption).toMatchObject({ calls: 1, entries: 1, dwell: { count: 1 }, recovery: { count: 1 } })
  expect(measures?.preemption.dwell.meanS).toBe(preemption.lasted.get('dwell')?.[0])
  expect(measures?.preemption.records).toMatchObject([{ approach: 'n', end: 'recovered', maxPresence: false }])
})
