import { type Static, Type } from 'typebox'
import { Timestamp } from '../names.ts'
import { upward } from './upward.ts'

/** What the parameter of a code counts, from 1: places in the timing table's `groups`, `detectors` or `approaches`. */
export type EventSubject = 'group' | 'detector' | 'approach' | 'unit'

/**
 * The codes that this product writes, with their numbers of the Indiana Traffic Signal Hi Resolution Data Logger
 * Enumerations. A signal group takes the place of a phase or overlap. `groupBeginGreenFlash` has no number there; 250 is
 * one that the list leaves to vendors.
 */
export const signalEventCode = {
  phaseBeginGreen: 1,
  phaseGapOut: 4,
  phaseMaxOut: 5,
  phaseForceOff: 6,
  phaseGreenTermination: 7,
  phaseBeginYellow: 8,
  phaseEndYellow: 9,
  phaseBeginRedClearance: 10,
  phaseEndRedClearance: 11,
  phasePreemptionForceOff: 20,
  pedestrianBeginWalk: 21,
  pedestrianBeginClearance: 22,
  pedestrianBeginDontWalk: 23,
  pedestrianDark: 24,
  overlapBeginGreen: 61,
  overlapBeginYellow: 63,
  overlapBeginRedClearance: 64,
  overlapOff: 65,
  overlapDark: 66,
  detectorOff: 81,
  detectorOn: 82,
  pedestrianDetectorOff: 89,
  pedestrianDetectorOn: 90,
  preemptCallOn: 102,
  preemptCallOff: 104,
  preemptEntry: 105,
  preemptDwell: 107,
  preemptMaxPresence: 110,
  preemptExit: 111,
  priorityCheckIn: 112,
  priorityEarlyGreen: 113,
  priorityExtendGreen: 114,
  priorityCheckOut: 115,
  /** Parameter: 0 free, 1 in step, 6 on the way back into step. */
  coordinationState: 150,
  /** Parameter as NTCIP 1202 `unitFlashStatus`: 2 not in flash, 1 in flash. */
  unitFlash: 173,
  /** Parameter: 1 on, 0 off. */
  manualControl: 178,
  /** Parameter: seconds that the clock was moved by, at most 255. */
  clockUpdated: 181,
  groupBeginGreenFlash: 250,
} as const

const names = new Map<number, string>(
  Object.entries(signalEventCode).map(([key, code]) => [
    code,
    key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
  ]),
)

/** `phase begin green`; undefined for a code that this product does not write. */
export const eventName = (code: number): string | undefined => names.get(code)

/** What the parameter of a code means here; undefined for a code that this product does not write. */
export function eventSubject(code: number): EventSubject | undefined {
  if ((code >= 1 && code <= 24) || (code >= 61 && code <= 66) || code === 250) return 'group'
  if (code >= 81 && code <= 90) return 'detector'
  if (code >= 102 && code <= 115) return 'approach'
  return code === 150 || code === 173 || code === 178 || code === 181 ? 'unit' : undefined
}

/** One entry of a controller's high-resolution log, to a tenth of a second of the device's clock. */
export const SignalEvent = Type.Object({
  at: Timestamp,
  code: Type.Integer({ minimum: 0, maximum: 255 }),
  parameter: Type.Integer({ minimum: 0, maximum: 255 }),
})
export type SignalEvent = Static<typeof SignalEvent>

/**
 * The log of a controller from `since` to `at`, complete and in order. Every few seconds while there is something to
 * tell; once a minute, without events, while there is not. What no message covers is a gap: nobody was watching.
 */
export const SignalEvents = Type.Object({
  ...upward,
  since: Timestamp,
  events: Type.Array(SignalEvent, { maxItems: 120 }),
})
export type SignalEvents = Static<typeof SignalEvents>
