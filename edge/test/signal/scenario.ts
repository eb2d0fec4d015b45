import type { JunctionTable, SignalRequest } from '@clearway/contracts'
import { toTimestamp } from '@clearway/contracts'
import fc from 'fast-check'
import {
  type Arrival,
  type Display,
  MemoryBroker,
  MemoryUplink,
  SignalAgent,
  SimulatedController,
} from '../../src/index.ts'
import { tables } from '../fixtures.ts'
import { Street } from './street.ts'

/** One thing that happens to a junction, `afterTicks` after the one before. */
export type Happening = { afterTicks: number } & (
  | {
      what: 'request'
      /** Which of four requests; each keeps its vehicle. */
      request: number
      type: SignalRequest['type']
      approach: number
      importance: string
      leaseS: number
      arrivalS: number
      /** Sequence numbers taken at once: 0 repeats the last. */
      sequenceStep: number
    }
  | { what: 'replay'; index: number }
  | { what: 'cut' | 'mend' | 'lose controller' | 'find controller' | 'plan' }
  | { what: 'hand'; stage: number }
  | { what: 'flash' }
  | { what: 'leap'; durationS: number }
  | { what: 'stall'; durationS: number }
)

export interface Scenario {
  table: number
  tickMs: number
  happenings: Happening[]
}

const request = fc.record({
  afterTicks: fc.integer({ min: 0, max: 30 }),
  what: fc.constant('request' as const),
  request: fc.nat(3),
  type: fc.constantFrom('new' as const, 'update' as const, 'update' as const, 'update' as const, 'cancel' as const),
  approach: fc.nat(3),
  importance: fc.constantFrom('1/1', '1/3', '1/4', '1/4', '3/1'),
  leaseS: fc.integer({ min: -3, max: 30 }),
  arrivalS: fc.integer({ min: -20, max: 60 }),
  sequenceStep: fc.constantFrom(1, 1, 1, 2, 0, -1),
})
const fault = fc.oneof(
  fc.record({ afterTicks: fc.nat(30), what: fc.constantFrom('cut' as const, 'mend' as const) }),
  fc.record({ afterTicks: fc.nat(30), what: fc.constantFrom('lose controller' as const, 'find controller' as const) }),
  fc.record({ afterTicks: fc.nat(30), what: fc.constantFrom('flash' as const, 'plan' as const, 'plan' as const) }),
  fc.record({ afterTicks: fc.nat(30), what: fc.constant('hand' as const), stage: fc.nat(2) }),
  fc.record({
    afterTicks: fc.nat(30),
    what: fc.constant('leap' as const),
    durationS: fc.integer({ min: -100, max: 100 }),
  }),
  fc.record({
    afterTicks: fc.nat(30),
    what: fc.constant('stall' as const),
    durationS: fc.integer({ min: 1, max: 20 }),
  }),
)
const replay = fc.record({ afterTicks: fc.nat(10), what: fc.constant('replay' as const), index: fc.nat(20) })
const frame = { table: fc.nat(tables.length - 1), tickMs: fc.constantFrom(1000, 1000, 500, 200) }

/** Requests, cancels, replays and every fault. */
export const anything: fc.Arbitrary<Scenario> = fc.record({
  ...frame,
  happenings: fc.array(
    fc.oneof({ weight: 4, arbitrary: request }, { weight: 1, arbitrary: replay }, { weight: 2, arbitrary: fault }),
    {
      maxLength: 14,
    },
  ),
})

/** Requests and cancels alone. */
export const requestsOnly: fc.Arbitrary<Scenario> = fc.record({
  ...frame,
  happenings: fc.array(request, { maxLength: 12 }),
})

const startMs = Date.parse('2026-11-23T08:15:00Z')
const identity = { district: 'lixia', kind: 'signal', device: 'j-1' } as const

/** One agent with its cabinet, its line and an observer at the kerb, in virtual time. */
export class Rehearsal {
  readonly table: JunctionTable
  readonly cabinet: SimulatedController
  readonly street: Street
  readonly arrivals: Arrival[] = []
  readonly pictures: { trueMs: number; nowMs: number; display: Display }[] = []
  readonly #broker = new MemoryBroker()
  readonly #uplink: MemoryUplink<'signal'>
  readonly #agent: SignalAgent
  readonly #tickMs: number
  readonly #sent: SignalRequest[] = []
  readonly #sequences = [0, 0, 0, 0]
  trueMs = startMs
  #leapMs = 0

  constructor(
    scenario: Pick<Scenario, 'table' | 'tickMs'>,
    cabinet = (table: JunctionTable) => new SimulatedController(table),
  ) {
    this.table = tables[scenario.table]!()
    this.#tickMs = scenario.tickMs
    this.cabinet = cabinet(this.table)
    this.street = new Street(this.table)
    const clock = { now: () => this.nowMs, wait: () => Promise.reject(new Error('nothing waits here')) }
    this.#uplink = new MemoryUplink(identity, this.#broker, clock, () => undefined)
    this.#agent = new SignalAgent(this.#uplink, this.table, this.cabinet, this.nowMs)
    this.#broker.onArrival((arrival) => this.arrivals.push(arrival))
    this.#agent.start()
  }

  get nowMs(): number {
    return this.trueMs + this.#leapMs
  }

  tick(tickMs = this.#tickMs): void {
    this.trueMs += tickMs
    this.#agent.step(this.nowMs, this.trueMs)
    this.street.see(this.trueMs, this.cabinet.display)
    this.pictures.push({ trueMs: this.trueMs, nowMs: this.nowMs, display: this.cabinet.display })
  }

  pass(durationS: number): void {
    for (const endMs = this.trueMs + durationS * 1000; this.trueMs < endMs; ) this.tick()
  }

  /** @returns seconds until the picture was true, or undefined when it was not within the time */
  until(picture: () => boolean, withinS: number): number | undefined {
    const fromMs = this.trueMs
    while (!picture()) {
      if (this.trueMs - fromMs > withinS * 1000) return undefined
      this.tick()
    }
    return (this.trueMs - fromMs) / 1000
  }

  send(message: SignalRequest): void {
    this.#broker.send(identity, 'request', message)
  }

  /** Whether some vehicle group was green, and held by the pre-emption, at the tick of a grant. */
  grantedWhileGreen(nowMs: number): boolean {
    // A clock set back shows the same time twice.
    return this.pictures.some(({ nowMs: atMs, display: { mode, groups, greenFlash } }) => {
      const green = (id: string) => groups[id]?.endsWith('-Movement-Allowed') === true && !greenFlash.includes(id)
      return atMs === nowMs && mode === 'preempted' && this.table.approaches.some(({ group }) => green(group))
    })
  }

  /** Sends a message again exactly as it was. `rewrite` may spoil it, to show that this would be noticed. */
  replay(index: number, rewrite = (message: SignalRequest) => message): void {
    const message = this.#sent[index % Math.max(1, this.#sent.length)]
    if (message) this.send(rewrite(message))
  }

  happen(happening: Happening): void {
    for (let tick = 0; tick < happening.afterTicks; tick++) this.tick()
    const { what } = happening
    if (what === 'request') this.#request(happening)
    else if (what === 'replay') this.replay(happening.index)
    else if (what === 'cut') this.#uplink.cut()
    else if (what === 'mend') this.#uplink.start()
    else if (what === 'lose controller') this.cabinet.connect(false)
    else if (what === 'find controller') this.cabinet.connect(true)
    else if (what === 'leap') this.#leapMs += happening.durationS * 1000
    else if (what === 'stall') this.tick(happening.durationS * 1000)
    else if (what === 'hand') this.cabinet.setControl({ by: 'hand', stage: this.#stage(happening.stage) })
    else this.cabinet.setControl({ by: what })
  }

  #stage(index: number): string {
    const { stages } = this.table
    return stages[index % stages.length]!.id
  }

  #request(happening: Happening & { what: 'request' }): void {
    const { approaches } = this.table
    const approach = approaches[happening.approach % approaches.length]!
    const sequence = Math.max(0, this.#sequences[happening.request]! + happening.sequenceStep)
    this.#sequences[happening.request] = Math.max(sequence, this.#sequences[happening.request]!)
    const message: SignalRequest = {
      id: `gw:${this.#sent.length}`,
      at: toTimestamp(this.nowMs),
      request: `r-${happening.request}`,
      type: happening.type,
      sequence,
      vehicle: `amb-${happening.request}`,
      role: 'ambulance',
      importance: happening.importance,
      approach: approach.id,
      exit: approach.exits[0]!,
      arrivalEarliest: toTimestamp(this.nowMs + happening.arrivalS * 1000),
      arrivalLatest: toTimestamp(this.nowMs + (happening.arrivalS + 15) * 1000),
      leaseUntil: toTimestamp(this.nowMs + happening.leaseS * 1000),
      expiresAt: toTimestamp(this.nowMs + 60_000),
    }
    this.#sent.push(message)
    this.send(message)
  }
}
