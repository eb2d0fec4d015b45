import type { JunctionTable, MovementState, SignalMode } from '@clearway/contracts'
import type { PreemptState } from '../../signal/controller-link.ts'
import { isGreen } from '../../signal/display.ts'
import {
  coordPatternStatus,
  localFreeStatus,
  type MibObject,
  overlapStatus,
  phaseStatus,
  preempt,
  ringStatus,
  sysUpTime,
  unitControlStatus,
  unitFlashStatus,
} from './objects.ts'
import type { Programming } from './programming.ts'
import type { NtcipPlan, Output } from './settings.ts'
import { type Reading, wrong } from './snmp-session.ts'

/** What an output shows; `off` in flash. */
export type Aspect = 'red' | 'yellow' | 'green' | 'off'

/** One poll, decoded. */
export interface Status {
  /** Hundredths of a second, from 0 again after 2^32. */
  upTicks: number
  mode: SignalMode
  /** Cabinet flash, a conflict or a hand has the junction. */
  taken: boolean
  aspects: ReadonlyMap<string, Aspect>
  /** Phases that are on: green or being left. */
  on: readonly number[]
  /** By preempt number. */
  preempts: ReadonlyMap<number, { state: PreemptState; called: boolean }>
  /** Rings, by number, whose phase still times its minimum green; absent where the controller does not say. */
  inMinimum?: ReadonlySet<number>
}

/** `preemptState` 1 to 9. Track service and linking are refused when arming; seen all the same they are `other`. */
const preemptStates: readonly PreemptState[] = [
  'other',
  'notActive',
  'notActiveWithCall',
  'entryStarted',
  'other',
  'dwell',
  'other',
  'exitStarted',
  'maxPresence',
]
const notFlash = 2
const startUpFlash = 7
/** `unitControlStatus`: at the panel, and the two kinds of v03. */
const byHand: readonly number[] = [5, 9, 10]
const notFree = 2
const lastPattern = 253

const groupOf = (number: number): number => Math.ceil(number / 8)
const bitOf = (number: number): number => 1 << ((number - 1) % 8)
const unique = <T>(items: readonly T[]): T[] => [...new Set(items)]

/** The objects of one poll. What the street sees and what the preempts do comes first, in one message. */
export function statusObjects(plan: NtcipPlan, programming: Programming | undefined): MibObject[] {
  const outputs = Object.values(plan.groups)
  const rows = Object.values(plan.preempts)
  const phaseGroups = unique(outputs.flatMap((output) => phaseOf(output).map(groupOf)))
  const overlapGroups = unique(outputs.flatMap((output) => ('overlap' in output ? [groupOf(output.overlap)] : [])))
  const rings = programming?.ringStatus ? ringsOf(programming) : []
  return [
    unitFlashStatus,
    unitControlStatus,
    ...phaseGroups.flatMap((group) => Object.values(phaseStatus).map((column) => column(group))),
    ...rows.map(preempt.state),
    ...overlapGroups.flatMap((group) => Object.values(overlapStatus).map((column) => column(group))),
    sysUpTime,
    coordPatternStatus,
    localFreeStatus,
    ...rows.map(preempt.controlState),
    ...rings.map(ringStatus),
  ]
}

const phaseOf = (output: Output): number[] => ('phase' in output ? [output.phase] : 'ped' in output ? [output.ped] : [])

const ringsOf = ({ phases }: Programming): number[] =>
  unique([...phases.values()].map(({ ring }) => ring)).filter((ring) => ring > 0)

/**
 * @throws PeerError `ntcip-value` naming the object and its value when the answer cannot be true: an unknown state, or
 *   an output that is dark or shows two colours while the controller does not flash
 */
export function readStatus(reading: Reading, plan: NtcipPlan, programming: Programming | undefined): Status {
  const flash = reading.integer(unitFlashStatus, 1, 8)
  const control = reading.integer(unitControlStatus, 1, 255)
  const pattern = reading.integer(coordPatternStatus, 0, 255)
  const free = reading.integer(localFreeStatus, 1, 255)
  const aspects = new Map<string, Aspect>()
  for (const [id, output] of Object.entries(plan.groups)) {
    aspects.set(id, aspectOf(reading, output, flash !== notFlash))
  }
  const numbers = unique(Object.values(plan.groups).flatMap(phaseOf)).sort((a, b) => a - b)
  const on = numbers.filter((number) => lit(reading, phaseStatus.ons(groupOf(number)), number))
  const preempts = new Map(
    Object.values(plan.preempts).map((row) => {
      const state = preemptStates[reading.integer(preempt.state(row), 1, 9) - 1] as PreemptState
      return [row, { state, called: reading.integer(preempt.controlState(row), 0, 1) === 1 }]
    }),
  )
  const states = [...preempts.values()].map(({ state }) => state)
  const manual = byHand.includes(control)
  const coordinated = pattern >= 1 && pattern <= lastPattern && free === notFree
  const mode = (): SignalMode => {
    if (flash !== notFlash) return 'flash'
    if (manual) return 'manual'
    if (states.includes('entryStarted') || states.includes('dwell')) return 'preempted'
    return coordinated && !states.includes('exitStarted') ? 'coordinated' : 'recovering'
  }
  return {
    upTicks: reading.integer(sysUpTime, 0, 0xffff_ffff),
    mode: mode(),
    taken: manual || (flash !== notFlash && flash !== startUpFlash),
    aspects,
    on,
    preempts,
    ...(programming?.ringStatus ? { inMinimum: minimumRings(reading, programming) } : {}),
  }
}

/** `ringStatus`, bits 0 to 2: 0 times the minimum green. */
const minimumRings = (reading: Reading, programming: Programming): ReadonlySet<number> =>
  new Set(ringsOf(programming).filter((ring) => (reading.integer(ringStatus(ring), 0, 65_535) & 7) === 0))

const lit = (reading: Reading, object: MibObject, number: number): boolean =>
  (reading.integer(object, 0, 255) & bitOf(number)) !== 0

function aspectOf(reading: Reading, output: Output, flashing: boolean): Aspect {
  const number = Object.values(output)[0] as number
  const group = groupOf(number)
  const [reds, yellows, greens] =
    'phase' in output
      ? [phaseStatus.reds, phaseStatus.yellows, phaseStatus.greens]
      : 'ped' in output
        ? [phaseStatus.dontWalks, phaseStatus.pedClears, phaseStatus.walks]
        : [overlapStatus.reds, overlapStatus.yellows, overlapStatus.greens]
  const shown: Aspect[] = []
  for (const [column, aspect] of [[reds, 'red'] as const, [yellows, 'yellow'] as const, [greens, 'green'] as const]) {
    if (lit(reading, column(group), number)) shown.push(aspect)
  }
  if (flashing) return 'off'
  if (shown.length === 1) return shown[0] as Aspect
  const kind = Object.keys(output)[0]
  const colours = shown.length === 0 ? 'is dark' : `is ${shown.join(' and ')} at once`
  const value = reading.integer(reds(group), 0, 255)
  throw wrong(reds(group), `= ${value}: ${kind} ${number} ${colours} though the controller does not flash`)
}

/** SAE J2735 states of all groups. A vehicle green is protected only while nothing else moves, as with the table's own. */
export function movementStates(
  aspects: Status['aspects'],
  table: JunctionTable,
  before: Readonly<Record<string, MovementState>>,
): Record<string, MovementState> {
  const moving = [...aspects.values()].filter((aspect) => aspect === 'green' || aspect === 'yellow').length
  const states: Record<string, MovementState> = {}
  for (const { id, kind } of table.groups) {
    const aspect = aspects.get(id)
    const earlier = before[id]
    if (aspect === 'red') states[id] = 'stop-And-Remain'
    else if (aspect === 'green') {
      const alone = kind === 'pedestrian' || moving === 1
      states[id] = alone ? 'protected-Movement-Allowed' : 'permissive-Movement-Allowed'
    } else if (aspect === 'yellow') {
      const kept = isGreen(earlier) ? earlier === 'protected-Movement-Allowed' : earlier === 'protected-clearance'
      states[id] = kind === 'pedestrian' || kept ? 'protected-clearance' : 'permissive-clearance'
    } else states[id] = kind === 'vehicle' ? 'caution-Conflicting-Traffic' : 'dark'
  }
  return states
}
