import {
  type ControllerDetector,
  groupTowards,
  type JunctionTable,
  type SignalRequest,
  type SignalResponse,
  toTimestamp,
} from '@clearway/contracts'
import {
  ConflictMonitor,
  type ControllerLink,
  type ControllerReport,
  type Display,
  isGreen,
  MemoryBroker,
  MemoryUplink,
  type PreemptCall,
  type PriorityCall,
  SignalAgent,
  SimulatedController,
  type Trip,
  type Uplink,
} from '../../src/index.ts'
import { type Happening, rehearsed, type Scenario } from './scenario.ts'
import { type Objection, type Rule, Street } from './street.ts'

/** What a run can be blamed for: what is seen at the kerb, and what agent and cabinet do to one another. */
export type Blame =
  | Rule
  | 'trip'
  | 'granted'
  | 'lease'
  | 'presence'
  | 'bus'
  | 'replay'
  | 'local'
  | 'coordinated'
  | 'served'

/** Where a fault can be planted without touching the product: at the boundaries. */
export interface Planted {
  cabinet?: (table: JunctionTable) => SimulatedController
  /** A request on its way into the agent. */
  hear?: (message: SignalRequest) => SignalRequest
  /** An answer on its way out. */
  say?: (answer: Answer) => Answer
  /** The agent's demand on its way to the controller. */
  demand?: (calls: readonly PreemptCall[]) => readonly PreemptCall[]
  /** What the agent takes for steady time. */
  upMs?: (trueMs: number, nowMs: number) => number
  /** What the street sees, and a monitor of its own. */
  paint?: (display: Display, trueMs: number) => Display
  /** A replayed message on its way to the agent. */
  again?: (message: SignalRequest) => SignalRequest
}

export type Answer = Pick<SignalResponse, 'request' | 'sequence' | 'status' | 'reason' | 'greenAt'>

/** Counts of what a run contained; without them nobody knows what the absence of blame is worth. */
export type Tally = Record<string, number>

/** Longest right that a message can give, whatever it claims. */
const longestLeaseMs = 10_000
/** More than this of a stalled host's pause does not count as time on the street. */
const longestStepMs = 2000
const startMs = Date.parse('2026-11-23T08:15:00Z')
const identity = { district: 'lixia', kind: 'signal', device: 'j-1' } as const

interface Heard {
  sequence: number
  /** Movements asked for, newest last, with the time. */
  asked: { message: SignalRequest; trueMs: number }[]
}

interface Mission {
  happening: Happening & { what: 'mission' }
  leftMs: number
  /** Until the next message; none was sent yet where undefined. */
  dueMs: number | undefined
  arrivalMs: number
}

/**
 * One agent with its cabinet, its line, an observer at the kerb and one at each boundary of the agent, in virtual time.
 */
export class Rehearsal {
  readonly table: JunctionTable
  readonly cabinet: SimulatedController
  readonly blamed: (Objection<Blame> & { atS: number })[] = []
  readonly tally: Tally = {}
  /** One number per tick for what was displayed, and every answer: equal runs have equal traces. */
  readonly trace: number[] = []
  readonly answers: Answer[] = []
  trueMs = startMs
  lineLost = false
  readonly #planted: Planted
  readonly #street: Street
  /** Watches a painted display, which the cabinet's own does not see. */
  readonly #monitor: ConflictMonitor
  readonly #broker = new MemoryBroker()
  readonly #uplink: MemoryUplink<'signal'>
  readonly #agent: SignalAgent
  #tickMs: number
  readonly #sent: SignalRequest[] = []
  readonly #sequences = [0, 0, 0, 0]
  readonly #heard = new Map<string, Heard>()
  readonly #told = new Map<string, SignalResponse['status']>()
  readonly #missions = new Map<number, Mission>()
  readonly #detectors: ('on' | 'off' | 'noise')[]
  #demanded: { calls: readonly PreemptCall[]; priority: readonly PriorityCall[] } = { calls: [], priority: [] }
  /** How long each approach has been called without a break. */
  readonly #presentMs = new Map<string, number>()
  #blamedStreet = 0
  /** Where the device's clock and the gateway's stand against true time. */
  #deviceMs = 0
  #gatewayMs = 0
  #mode = ''

  constructor(scenario: Pick<Scenario, 'table' | 'tickMs'>, planted: Planted = {}) {
    this.table = (rehearsed[scenario.table] as () => JunctionTable)()
    this.#planted = planted
    this.#tickMs = scenario.tickMs
    this.cabinet = planted.cabinet?.(this.table) ?? new SimulatedController(this.table)
    this.#street = new Street(this.table)
    this.#monitor = new ConflictMonitor(this.table)
    this.#detectors = (this.table.detectors ?? []).map(() => 'off')
    const clock = { now: () => this.nowMs, wait: () => Promise.reject(new Error('nothing waits here')) }
    this.#uplink = new MemoryUplink(identity, this.#broker, clock, () => undefined)
    this.#agent = new SignalAgent(this.#tapped(), this.table, this.#line(), this.nowMs)
    this.#agent.start()
  }

  /** Seconds of virtual time so far. */
  get ranS(): number {
    return (this.trueMs - startMs) / 1000
  }

  get nowMs(): number {
    return this.trueMs + this.#deviceMs
  }

  tick(tickMs = this.#tickMs): void {
    this.trueMs += tickMs
    for (const [request, mission] of this.#missions) this.#renew(request, mission, tickMs)
    this.#detect()
    this.#agent.step(this.nowMs, this.#planted.upMs?.(this.trueMs, this.nowMs) ?? this.trueMs)
    this.#look(tickMs)
  }

  pass(durationS: number): void {
    for (const endMs = this.trueMs + durationS * 1000; this.trueMs < endMs; ) this.tick()
  }

  /** @returns seconds until the picture was true, or undefined when it was not within the time */
  until(picture: (display: Display) => boolean, withinS: number): number | undefined {
    const fromMs = this.trueMs
    while (!picture(this.cabinet.display)) {
      if (this.trueMs - fromMs > withinS * 1000) return undefined
      this.tick()
    }
    return (this.trueMs - fromMs) / 1000
  }

  blame(rule: Blame, text: string): void {
    this.blamed.push({ rule, text, atS: this.ranS })
  }

  happen(happening: Happening): void {
    for (let tick = 0; tick < happening.afterTicks; tick++) this.tick()
    const { what } = happening
    this.#count(what)
    if (what === 'request') this.#request(happening)
    else if (what === 'mission') this.#start(happening)
    else if (what === 'replay') this.replay(happening.index)
    else if (what === 'cut') this.#uplink.cut()
    else if (what === 'mend') this.#uplink.start()
    else if (what === 'lose controller') this.#connect(false)
    else if (what === 'find controller') this.#connect(true)
    else if (what === 'leap') this.#leap(happening)
    else if (what === 'stall') this.tick(happening.durationS * 1000)
    else if (what === 'hand') this.cabinet.setControl({ by: 'hand', stage: this.#stage(happening.stage) })
    else if (what === 'detector') {
      if (this.#detectors.length > 0) this.#detectors[happening.index % this.#detectors.length] = happening.as
    } else this.cabinet.setControl({ by: what })
  }

  /** From now on nobody asks for anything, and the hand is taken off. What is broken stays broken. */
  fallSilent(tickMs: number): void {
    this.#missions.clear()
    this.#tickMs = tickMs
    this.cabinet.setControl({ by: 'plan' })
  }

  /** Every detector and button on and stuck. */
  callEverything(): void {
    this.#detectors.fill('on')
  }

  /** Delivers one of the messages sent so far again, provided that it is old: something as new or newer was heard. */
  replay(index: number): void {
    const old = this.#sent.filter(({ request, sequence }) => sequence <= (this.#heard.get(request)?.sequence ?? -1))
    const message = old[index % Math.max(1, old.length)]
    if (!message) return
    this.#count('replayed')
    this.#broker.send(identity, 'request', this.#planted.again?.(message) ?? message)
  }

  /** The agent's uplink, listened to on both sides. */
  #tapped(): Uplink<'signal'> {
    const { hear, say } = this.#planted
    const uplink = this.#uplink
    return {
      identity: uplink.identity,
      get connected() {
        return uplink.connected
      },
      event: (channel, atMs, body, id) => {
        if (channel !== 'response') return uplink.event(channel, atMs, body, id)
        const said = body as unknown as Answer
        const answer = say?.(said) ?? said
        this.#told.set(answer.request, answer.status)
        this.answers.push(answer)
        this.#count(`answered ${answer.status}`)
        return uplink.event('response', atMs, answer, id)
      },
      state: (channel, atMs, body) => uplink.state(channel, atMs, body),
      on: (channel, handler) =>
        uplink.on(channel, (body) => {
          const message = body as SignalRequest
          this.#hear(message)
          ;(handler as (heard: SignalRequest) => void)(hear?.(message) ?? message)
        }),
      start: () => uplink.start(),
      stop: () => uplink.stop(),
    }
  }

  /** The line between agent and cabinet, with an ear on the demand. */
  #line(): ControllerLink {
    const { cabinet } = this
    return {
      step: (nowMs, upMs) => cabinet.step(nowMs, upMs),
      demand: (wanted, priority = []) => {
        const calls = this.#planted.demand?.(wanted) ?? wanted
        this.#demanded = { calls, priority }
        cabinet.demand(calls, priority)
      },
      report: (): ControllerReport | undefined => cabinet.report(),
    }
  }

  #hear(message: SignalRequest): void {
    const heard = this.#heard.get(message.request)
    const asked = { message, trueMs: this.trueMs }
    if (!heard) this.#heard.set(message.request, { sequence: message.sequence, asked: [asked] })
    else {
      if (message.sequence <= heard.sequence) return
      heard.sequence = message.sequence
      heard.asked = [...heard.asked.filter(({ trueMs }) => this.trueMs - trueMs <= longestLeaseMs), asked]
    }
    if (message.type === 'cancel') this.#told.delete(message.request)
  }

  /** Requests heard within the longest lease for which `test` holds. */
  #asked(test: (message: SignalRequest) => boolean): boolean {
    for (const { asked } of this.#heard.values()) {
      for (const { message, trueMs } of asked) {
        if (message.type !== 'cancel' && this.trueMs - trueMs <= longestLeaseMs && test(message)) return true
      }
    }
    return false
  }

  #judgeCall(approach: string): void {
    this.#count('calls')
    if (this.#asked((message) => message.approach === approach && message.role !== 'bus')) return
    if (this.#asked((message) => message.approach === approach)) this.blame('bus', `a bus pre-empts for ${approach}`)
    else this.blame('lease', `approach ${approach} is called without a live request`)
  }

  #judgePriority({ approach, exit }: PriorityCall): void {
    this.#count('priority calls')
    if (this.#asked((message) => message.approach === approach && message.exit === exit)) return
    this.blame('lease', `priority from ${approach} to ${exit} is called without a live request`)
  }

  /** What the street shows, what the monitor says of it, and whether everyone who was told green has it. */
  #look(tickMs: number): void {
    const shown = this.cabinet.display
    const display = this.#planted.paint?.(shown, this.trueMs) ?? shown
    this.#street.see(this.trueMs, display)
    const { objections } = this.#street
    while (this.#blamedStreet < objections.length) {
      const { rule, text } = objections[this.#blamedStreet++] as Objection
      this.blame(rule, text)
    }
    const trip = this.#planted.paint ? this.#watch(display) : this.cabinet.trip
    if (trip && this.blamed.every(({ rule }) => rule !== 'trip')) this.blame('trip', `${trip.cause}: ${trip.detail}`)
    // What was demanded last: a message may be heard before the agent has noticed how long its host was stalled.
    for (const { approach } of this.#demanded.calls) this.#judgeCall(approach)
    for (const call of this.#demanded.priority) this.#judgePriority(call)
    this.#judgePresence(tickMs)
    for (const [request, status] of this.#told) if (status === 'granted') this.#judgeGranted(request, display)
    if (display.mode !== this.#mode) this.#count(`mode ${display.mode}`)
    this.#mode = display.mode
    this.trace.push(hashOf(display))
  }

  #watch({ groups, greenFlash }: Display): Trip | undefined {
    this.#monitor.pulse(this.trueMs)
    return this.#monitor.watch(this.trueMs, groups, greenFlash)
  }

  /** A call that stays on is served for the maximum presence and the least green after it, no longer. */
  #judgePresence(tickMs: number): void {
    const report = this.cabinet.report()
    const { preempt, groups } = this.table
    // Calls for several exits of one approach are one.
    const on = new Set(report ? this.#demanded.calls.map(({ approach }) => approach) : [])
    for (const approach of this.#presentMs.keys()) if (!on.has(approach)) this.#presentMs.delete(approach)
    const longestMs =
      (preempt.maxPresenceS + Math.max(preempt.minDwellS, ...groups.map(({ minGreenS }) => minGreenS)) + 2) * 1000
    for (const approach of on) {
      const presentMs = (this.#presentMs.get(approach) ?? 0) + Math.min(longestStepMs, tickMs)
      this.#presentMs.set(approach, presentMs)
      const { state, approach: served } = report?.preempt ?? {}
      if (presentMs > longestMs && served === approach && (state === 'entryStarted' || state === 'dwell')) {
        this.blame('presence', `approach ${approach} is held although called for ${presentMs} ms`)
      }
    }
  }

  #judgeGranted(request: string, { groups, greenFlash }: Display): void {
    const asked = this.#heard.get(request)?.asked ?? []
    const green = asked.some(({ message: { approach, exit } }) => {
      const arm = this.table.approaches.find(({ id }) => id === approach)
      if (!arm) return false
      const group = groupTowards(arm, exit)
      return isGreen(groups[group]) && !greenFlash.includes(group)
    })
    if (!green) this.blame('granted', `request ${request} stays granted without its green`)
  }

  #leap({ durationS, whose }: Happening & { what: 'leap' }): void {
    this.#deviceMs += durationS * 1000
    if (whose === 'all') this.#gatewayMs += durationS * 1000
  }

  #connect(connected: boolean): void {
    this.lineLost = !connected
    this.cabinet.connect(connected)
  }

  #detect(): void {
    this.#detectors.forEach((as, index) => {
      // Chatter: on every third tick, each detector in its own.
      const on = as === 'on' || (as === 'noise' && (this.trace.length + index) % 3 === 0)
      this.cabinet.detect((this.table.detectors as ControllerDetector[])[index]?.id as string, on)
    })
  }

  #stage(index: number): string {
    const { stages } = this.table
    return (stages[index % stages.length] as (typeof stages)[number]).id
  }

  #start(happening: Happening & { what: 'mission' }): void {
    const { request, durationS, arrivalS } = happening
    const mission = { happening, leftMs: durationS * 1000, dueMs: undefined, arrivalMs: this.trueMs + arrivalS * 1000 }
    this.#missions.set(request, mission)
    this.#renew(request, mission, 0)
  }

  #renew(request: number, mission: Mission, tickMs: number): void {
    mission.leftMs -= tickMs
    const { happening, dueMs } = mission
    const ends = mission.leftMs <= 0
    if (ends) this.#missions.delete(request)
    if (dueMs !== undefined) mission.dueMs = dueMs - tickMs
    if (ends ? !happening.cancels : dueMs !== undefined && dueMs > tickMs) return
    mission.dueMs = 1000
    const type = ends ? 'cancel' : dueMs === undefined ? 'new' : 'update'
    // Held up on its way, it is always still to come.
    const arrivalS = Math.max(0, (mission.arrivalMs - this.trueMs) / 1000)
    this.#request({ ...happening, what: 'request', type, leaseS: 5, arrivalS, sequenceStep: 1, lost: false })
  }

  #request(happening: Happening & { what: 'request' }): void {
    const { approaches } = this.table
    const approach = approaches[happening.approach % approaches.length] as (typeof approaches)[number]
    const last = this.#sequences[happening.request] as number
    const sequence = Math.max(0, last + happening.sequenceStep)
    this.#sequences[happening.request] = Math.max(sequence, last)
    this.#count(`${happening.role} ${happening.type}`)
    const nowMs = this.trueMs + this.#gatewayMs
    const message: SignalRequest = {
      id: `gw:${this.#sent.length}`,
      at: toTimestamp(nowMs),
      request: `r-${happening.request}`,
      type: happening.type,
      sequence,
      vehicle: `v-${happening.request}`,
      role: happening.role,
      importance: happening.importance,
      approach: approach.id,
      exit: approach.exits[happening.exit % approach.exits.length] as string,
      arrivalEarliest: toTimestamp(nowMs + happening.arrivalS * 1000),
      arrivalLatest: toTimestamp(nowMs + (happening.arrivalS + 15) * 1000),
      leaseUntil: toTimestamp(nowMs + happening.leaseS * 1000),
      expiresAt: toTimestamp(nowMs + 60_000),
    }
    this.#sent.push(message)
    if (!happening.lost) this.#broker.send(identity, 'request', message)
  }

  #count(what: string): void {
    this.tally[what] = (this.tally[what] ?? 0) + 1
  }
}

/** FNV-1a over what the street sees. */
function hashOf({ mode, stage, groups, greenFlash }: Display): number {
  let hash = 0x811c9dc5
  const add = (text: string) => {
    for (let k = 0; k < text.length; k++) hash = Math.imul(hash ^ text.charCodeAt(k), 0x01000193)
  }
  add(mode)
  add(stage ?? '')
  for (const id in groups) add(groups[id] as string)
  for (const id of greenFlash) add(id)
  return hash >>> 0
}
