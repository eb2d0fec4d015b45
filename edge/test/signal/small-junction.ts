import { type JunctionTable, type SignalRequest, toTimestamp } from '@clearway/contracts'
import { isGreen, type SimulatedController } from '../../src/index.ts'
import { Arbiter } from '../../src/signal/arbiter.ts'
import { type Likeness, reachable } from './state.ts'
import { Street } from './street.ts'

/**
 * What can happen between two ticks, as often and in whatever order: a vehicle asks, and from then on its request is
 * renewed at every tick; it cancels; a line is cut and mended.
 */
export const actions = ['request A', 'request B', 'cancel A', 'cancel B', 'cut', 'mend'] as const
export type Happening = (typeof actions)[number]
export type Action = Happening | 'tick'
type Requester = 'A' | 'B'

/** Which line is cut: from the centre to the agent, or from the agent to the controller. */
export type Line = 'centre' | 'controller'

export const cycleS = 20
const leaseS = 3
export const backupS = 5
const minDwellS = 2
const maxPresenceS = 10
/** Preemption's minimum green or dwell, yellow, all-red and the minimum of what comes next, with a tick to notice each. */
const exitS = 2 + 3 + 1 + 2 + 4
export const localWithinS = Math.max(leaseS, backupS) + exitS
/** From power-up to the plan. */
const settleS = 10 * cycleS
const startMs = Math.ceil(Date.parse('2026-11-23T08:15:00Z') / (cycleS * 1000)) * cycleS * 1000

/** The first instant that is explored. */
export const start: Readonly<Clock> = { nowMs: startMs, upMs: 1e9 }

/** Two phases that cross, two roads, as short as a table may be. */
export function smallTable(): JunctionTable {
  const position = { lon: 117.02, lat: 36.67 }
  const group = (approach: string) => ({
    id: `v-${approach}`,
    kind: 'vehicle' as const,
    approach,
    minGreenS: 2,
    greenFlashS: 0,
    yellowS: 3,
    clearanceS: 0,
  })
  const approach = (id: string, bearingDeg: number, exit: string) => ({
    id,
    name: { en: id },
    position,
    bearingDeg,
    lanes: 1,
    speedMps: 10,
    group: `v-${id}`,
    exits: [exit],
  })
  return {
    id: 'j-small',
    district: 'lixia',
    name: { en: 'small' },
    position,
    provenance: 'synthetic',
    approaches: [approach('n', 180, 's'), approach('e', 270, 'w')],
    exits: [
      { id: 's', name: { en: 's' }, position, bearingDeg: 180 },
      { id: 'w', name: { en: 'w' }, position, bearingDeg: 270 },
    ],
    groups: [group('n'), group('e')],
    intergreens: [
      { ends: 'v-n', begins: 'v-e', redS: 1 },
      { ends: 'v-e', begins: 'v-n', redS: 1 },
    ],
    stages: [
      { id: 's1', groups: ['v-n'], greenS: 6 },
      { id: 's2', groups: ['v-e'], greenS: 6 },
    ],
    cycleS,
    offsetS: 0,
    preempt: { minGreenS: 1, minDwellS, maxPresenceS },
  }
}

/** One who asks: an ambulance from the north, a fire engine from the east that goes before it. */
interface Asker {
  readonly name: Requester
  readonly role: 'ambulance' | 'fire'
  readonly approach: string
  readonly exit: string
  readonly importance: string
  /** Requests that it has cancelled; the next one is a new one. */
  ended: number
  asks: boolean
  /** The present request has been sent. */
  sent: boolean
  /** What is left of the lease that it last got, s. */
  leaseS: number
  told: string
}

/** The whole junction at one instant. */
export interface Junction {
  readonly cabinet: SimulatedController
  readonly arbiter: Arbiter
  readonly street: Street
  readonly askers: Readonly<Record<Requester, Asker>>
  readonly line: Line
  cut: boolean
}

export interface Clock {
  nowMs: number
  upMs: number
}

/** Everything is sent anew: what tells old messages from new ones is not part of the state. */
let sequence = 0

/** A junction that has started up and is on its clock, at the start of a cycle. */
export function settled(table: JunctionTable, cabinet: SimulatedController, line: Line): Junction {
  const asker = (name: Requester, role: Asker['role'], approach: string, exit: string, importance: string): Asker => {
    return { name, role, approach, exit, importance, ended: 0, asks: false, sent: false, leaseS: 0, told: '' }
  }
  const junction: Junction = {
    cabinet,
    arbiter: new Arbiter(table, startMs - settleS * 1000),
    street: new Street(table),
    askers: { A: asker('A', 'ambulance', 'n', 's', '1/4'), B: asker('B', 'fire', 'e', 'w', '1/3') },
    line,
    cut: false,
  }
  for (let s = -settleS; s <= 0; s++) tick(junction, { nowMs: startMs + s * 1000, upMs: start.upMs + s * 1000 })
  return junction
}

export function tick(junction: Junction, clock: Clock): void {
  const { cabinet, street, askers } = junction
  cabinet.step(clock.nowMs, clock.upMs)
  arbitrate(junction, clock)
  street.see(clock.upMs, cabinet.display)
  for (const asker of [askers.A, askers.B]) {
    asker.leaseS = Math.max(0, asker.leaseS - 1)
    if (asker.asks) send(junction, asker, 'update', clock)
  }
}

function send(junction: Junction, asker: Asker, type: 'update' | 'cancel', clock: Clock): void {
  if (!hears(junction)) return
  const message = messageOf(asker, type === 'update' && !asker.sent ? 'new' : type, clock)
  asker.sent = true
  asker.leaseS = type === 'cancel' ? 0 : leaseS
  junction.arbiter.receive(message, clock.nowMs)
  arbitrate(junction, clock)
}

/** As the agent does it: at every tick and at every message. */
function arbitrate({ cabinet, arbiter, askers }: Junction, { nowMs, upMs }: Clock): void {
  const { calls, priority, answers } = arbiter.step(nowMs, upMs, cabinet.report())
  cabinet.demand(calls, priority)
  for (const { request, status } of answers) {
    const asker = askers[request[0] as Requester]
    if (request === idOf(asker)) asker.told = status
  }
}

const idOf = ({ name, ended }: Asker): string => `${name}${ended}`

/** @returns false when it changes nothing: a cancel of nothing, a cut of a cut line */
export function act(junction: Junction, action: Happening, clock: Clock): boolean {
  if (action === 'cut' || action === 'mend') {
    if (junction.cut === (action === 'cut')) return false
    junction.cut = action === 'cut'
    if (junction.line === 'controller') junction.cabinet.connect(!junction.cut)
    return true
  }
  const { A, B } = junction.askers
  const asker = action.endsWith('A') ? A : B
  const asks = action.startsWith('request')
  if (asker.asks === asks) return false
  asker.asks = asks
  if (asks) send(junction, asker, 'update', clock)
  else if (asker.sent && hears(junction)) {
    // A cancel that is lost is silence.
    send(junction, asker, 'cancel', clock)
    asker.ended++
    asker.sent = false
    asker.told = ''
  }
  return true
}

/** The agent hears the centre. */
const hears = ({ line, cut }: Junction): boolean => !cut || line !== 'centre'

/** What the controller hears will be nothing new: what follows by ticks alone is the way back. */
export const quiet = ({ askers, cut }: Junction): boolean => cut || (!askers.A.asks && !askers.B.asks)

function messageOf(asker: Asker, type: SignalRequest['type'], { nowMs }: Clock): SignalRequest {
  const { role, approach, exit, importance } = asker
  const inS = (s: number) => toTimestamp(nowMs + s * 1000)
  sequence++
  return {
    id: `gw:${sequence}`,
    at: inS(0),
    request: idOf(asker),
    type,
    sequence,
    vehicle: idOf(asker).toLowerCase(),
    role,
    importance,
    approach,
    exit,
    arrivalEarliest: inS(3),
    arrivalLatest: inS(8),
    leaseUntil: inS(leaseS),
    expiresAt: inS(60),
  }
}

/** Caches, and the last report: all of them follow from the rest. */
const ignored = new Set([
  'Controller.$report',
  'SimulatedController.$given',
  'SimulatedController.$flash',
  'FixedTime.$told',
  'FixedTime.$ahead',
  'ClosedRequests.$elapsedMs',
  'ClosedRequests.$knownFromMs',
])

export function likenessOf({ askers }: Junction, { nowMs, upMs }: Clock): Likeness {
  // Of an earlier request, or of its vehicle, which will not be heard of again.
  const isOld = (key: string): boolean => {
    const asker = askers[key.charAt(0).toUpperCase() as Requester]
    return asker !== undefined && /^[abAB]\d+$/.test(key) && key.toUpperCase() !== idOf(asker)
  }
  return {
    nowMs,
    upMs,
    ignored,
    amount: (value, field, owner) => {
      if (field === '$silentMs' && owner.constructor.name === 'SimulatedController') {
        return Math.min(value, backupS * 1000)
      }
      // The memory of closed requests lasts for minutes and tells old messages; none is sent here.
      const aged = field === 'sinceMs' && 'mendable' in owner
      return aged || field === 'sequence' || field === 'atMs' || field === 'ended' ? 0 : value
    },
    gone: (key) => typeof key === 'string' && isOld(key),
    rename: (text) => text.replace(/\b([abAB])\d+\b/, '$1'),
  }
}

/** Parts that never change, so that they need not be copied. */
export function fixedParts(junction: Junction, table: JunctionTable): Set<object> {
  const { arbiter, cabinet } = junction as unknown as Shown
  if (!arbiter.$ways) throw new Error('the private state does not show: call showPrivateState() before loading')
  const { $program, $preemption } = cabinet.$controller
  const fixed = reachable([table, arbiter.$ways, cabinet.$monitor.$matrix, $program.$layout.plan])
  // Closes over a constant of the table alone.
  return fixed.add($preemption.$entryMinimumMs)
}

/** What of the private state is named here. */
interface Shown {
  arbiter: { $ways?: unknown }
  cabinet: {
    $monitor: { $matrix: unknown }
    $controller: { $program: { $layout: { plan: unknown } }; $preemption: { $entryMinimumMs: object } }
  }
}

export function faultOf({ cabinet, street, askers, arbiter }: Junction, via: Action): string | undefined {
  const [objection] = street.objections
  if (objection) return `${objection.rule}: ${objection.text}`
  if (cabinet.trip) return `trip: ${cabinet.trip.detail}`
  for (const asker of [askers.A, askers.B]) {
    const { name, approach, told, leaseS: left } = asker
    if (told === 'granted' && via === 'tick' && !isGreen(cabinet.display.groups[`v-${approach}`])) {
      return `granted: ${name} has no green`
    }
    const called = arbiter.requests.some((request) => request.id === idOf(asker))
    if (called && left === 0) return `lease: ${name} is kept without a lease`
  }
  return undefined
}
