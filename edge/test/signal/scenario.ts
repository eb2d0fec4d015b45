import type { JunctionTable, PriorityRole, SignalRequest } from '@clearway/contracts'
import fc from 'fast-check'
import { crossing, fourStages, midBlock, tee } from '../fixtures.ts'
import { eightPhase } from './ring-fixtures.ts'

/** One thing that happens to a junction, `afterTicks` after the one before. */
export type Happening = { afterTicks: number } & (
  | {
      what: 'request'
      /** Which of four requests; each keeps its vehicle. */
      request: number
      type: SignalRequest['type']
      role: PriorityRole
      approach: number
      exit: number
      importance: string
      leaseS: number
      arrivalS: number
      /** Sequence numbers taken at once: 0 repeats the last. */
      sequenceStep: number
      /** Sent but not delivered: it may turn up later, as a replay. */
      lost: boolean
    }
  | {
      /** A vehicle that renews its request every second, as the gateway does for it. */
      what: 'mission'
      request: number
      role: PriorityRole
      approach: number
      exit: number
      importance: string
      durationS: number
      arrivalS: number
      /** Or it falls silent. */
      cancels: boolean
    }
  | { what: 'replay'; index: number }
  | { what: 'cut' | 'mend' | 'lose controller' | 'find controller' | 'plan' | 'flash' }
  | { what: 'hand'; stage: number }
  /** The device's clock is set, or everybody's. */
  | { what: 'leap'; durationS: number; whose: 'device' | 'all' }
  | { what: 'stall'; durationS: number }
  /** A detector or push button from now on: stuck on, quiet, or chattering. */
  | { what: 'detector'; index: number; as: 'on' | 'off' | 'noise' }
)

export interface Scenario {
  table: number
  tickMs: number
  happenings: Happening[]
  /** Which old messages arrive once more after every happening. */
  replays: number[]
}

/** Every kind of junction that is rehearsed. A scenario names one by its place. */
export const rehearsed: readonly (() => JunctionTable)[] = [
  crossing,
  tee,
  midBlock,
  patient,
  fourStages,
  () => actuated(crossing(), 'coordinated'),
  () => actuated(crossing(), 'free'),
  () => actuated(tee(), 'coordinated'),
  () => actuated(tee(), 'free'),
  () => eightPhase({ operation: 'coordinated' }),
  () => eightPhase({ operation: 'free' }),
  () => eightPhase({ operation: 'fixed-time' }),
]

/** A detector or push button for every group, and priority for buses. */
function actuated(table: JunctionTable, operation: 'coordinated' | 'free'): JunctionTable {
  return {
    ...table,
    id: `${table.id}-${operation}`,
    operation,
    groups: table.groups.map((group) => (group.kind === 'vehicle' ? { ...group, maxGreenS: 30, passageS: 3 } : group)),
    detectors: table.groups.map(({ id, kind }) => ({ id: `d-${id}`, kind, groups: [id] })),
    priority: { maxExtensionS: 10, earlyGreen: true, reserviceS: 60 },
  }
}

/** Calls wait, are locked in, last a while and are cut soon; the walkers are served first afterwards. */
function patient(): JunctionTable {
  const table = crossing()
  const preempt = { delayS: 3, minDurationS: 15, maxPresenceS: 25, locking: true, exit: ['p-n', 'p-s'] }
  return { ...table, id: 'j-patient', preempt: { ...table.preempt, ...preempt } }
}

const role = fc.constantFrom<PriorityRole>('ambulance', 'ambulance', 'fire', 'police', 'bus', 'bus')
const who = { request: fc.nat(3), role, approach: fc.nat(3), exit: fc.nat(2) }
const importance = fc.constantFrom('1/1', '1/3', '1/4', '1/4', '3/1')
const after = (max: number) => ({ afterTicks: fc.nat(max) })

const request = fc.record({
  ...after(30),
  what: fc.constant('request' as const),
  ...who,
  type: fc.constantFrom('new' as const, 'update' as const, 'update' as const, 'update' as const, 'cancel' as const),
  importance,
  leaseS: fc.integer({ min: -3, max: 30 }),
  arrivalS: fc.integer({ min: -20, max: 60 }),
  sequenceStep: fc.constantFrom(1, 1, 1, 2, 0, -1),
  lost: fc.constantFrom(false, false, false, true),
})
const mission = fc.record({
  ...after(30),
  what: fc.constant('mission' as const),
  ...who,
  importance,
  durationS: fc.integer({ min: 1, max: 120 }),
  arrivalS: fc.nat(40),
  cancels: fc.boolean(),
})
const replay = fc.record({ ...after(10), what: fc.constant('replay' as const), index: fc.nat(40) })
const detector = fc.record({
  ...after(20),
  what: fc.constant('detector' as const),
  index: fc.nat(15),
  as: fc.constantFrom('on' as const, 'off' as const, 'noise' as const),
})
const fault = fc.oneof(
  fc.record({ ...after(30), what: fc.constantFrom('cut' as const, 'mend' as const) }),
  fc.record({ ...after(30), what: fc.constantFrom('lose controller' as const, 'find controller' as const) }),
  fc.record({ ...after(30), what: fc.constantFrom('flash' as const, 'plan' as const, 'plan' as const) }),
  fc.record({ ...after(30), what: fc.constant('hand' as const), stage: fc.nat(7) }),
  fc.record({
    ...after(30),
    what: fc.constant('leap' as const),
    durationS: fc.integer({ min: -100, max: 100 }),
    whose: fc.constantFrom('device' as const, 'all' as const),
  }),
  fc.record({ ...after(30), what: fc.constant('stall' as const), durationS: fc.integer({ min: 1, max: 20 }) }),
)
const frame = {
  table: fc.nat(rehearsed.length - 1),
  tickMs: fc.constantFrom(1000, 1000, 1000, 500, 200),
  replays: fc.array(fc.nat(40), { maxLength: 4 }),
}

/** Requests, cancels, replays, detectors and every fault. */
export const anything: fc.Arbitrary<Scenario> = fc.record({
  ...frame,
  happenings: fc.array(
    fc.oneof(
      { weight: 3, arbitrary: request },
      { weight: 3, arbitrary: mission },
      { weight: 1, arbitrary: replay },
      { weight: 2, arbitrary: detector },
      { weight: 3, arbitrary: fault },
    ),
    { maxLength: 14 },
  ),
})
